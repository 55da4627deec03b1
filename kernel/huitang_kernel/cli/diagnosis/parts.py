"""The parts: plugins with their states, and every health check that a service or plugin declares."""

from __future__ import annotations

import asyncio

from huitang_kernel.app import Hall
from huitang_kernel.cli.diagnosis.finding import Report
from huitang_kernel.cli.samples import title_of
from huitang_kernel.cli.texts import _, current_language
from huitang_kernel.plugins.registry import PluginRecord, State
from huitang_sdk.declare import HealthCheck, HealthStatus
from huitang_sdk.i18n import translate, use_locale

LONGEST = 10.0
"""Seconds a health check may take."""


def look_at_plugins(report: Report, hall: Hall) -> None:
    for record in hall.registry:
        title = _("Plugin {name}", name=title_of(record))
        check = f"plugin.{record.id}"
        if record.state is State.FAILED:
            message = _("It failed in phase {phase}: {cause}", phase=record.failed_phase, cause=record.cause)
            report.fail(
                check,
                title,
                message,
                _("Mend the cause and start again, or: huitang plugins disable {id}", id=record.id),
            )
        elif record.state is State.INCOMPATIBLE:
            report.fail(check, title, record.cause, _("Install a version of the plugin that fits, or remove it."))
        elif record.state is State.DISABLED:
            report.ok(check, title, _("disabled by an operator"))
        else:
            report.ok(check, title, record.manifest.version)


async def look_at_health(report: Report, hall: Hall) -> None:
    """Ask every active plugin's health checks."""
    with use_locale(current_language()):
        for record in hall.registry.active():
            for check in record.declarations.health_checks:
                await _ask(report, record, check)


async def _ask(report: Report, record: PluginRecord, check: HealthCheck) -> None:
    title = translate(record.id, check.title)
    try:
        async with asyncio.timeout(LONGEST):
            status = await check.check(record.context)
    except TimeoutError:
        status = HealthStatus(False, _("no answer within {seconds} s", seconds=int(LONGEST)))
    except Exception as error:
        status = HealthStatus(False, f"{type(error).__name__}: {error}")
    if status.ok:
        report.ok(check.id, title, status.message or _("all well"))
        return
    remedy = status.remedy or _("See the log, and ask those who look after {plugin}.", plugin=title_of(record))
    (report.fail if check.critical else report.warn)(check.id, title, status.message, remedy)
