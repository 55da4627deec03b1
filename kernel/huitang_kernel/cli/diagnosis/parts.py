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

ASKED_ALREADY = frozenset({"portal.database", "portal.plugins"})
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
                if check.id not in ASKED_ALREADY:
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


def look_at_index(report: Report, hall: Hall) -> None:
    """The search index is there and was made by the analyzer that this program uses."""
    folder, title = hall.services.search.folder, _("Search index")
    if folder.current() is not None:
        report.ok("search.index", title, folder.analyzer())
        return
    was = folder.analyzer()
    message = _("It was made by another analyzer: {name}.", name=was) if was else _("There is none yet.")
    remedy = _("Run `huitang search rebuild`; a node that does the jobs builds it by itself, too.")
    report.warn("search.index", title, message, remedy)


async def look_at_mail(report: Report, hall: Hall) -> None:
    """The mail server of the settings takes connections."""
    smtp = hall.services.notifications.settings.smtp
    if not smtp.host:
        return
    title, address = _("Mail server"), f"{smtp.host}:{smtp.real_port}"
    try:
        async with asyncio.timeout(LONGEST):
            _reader, writer = await asyncio.open_connection(smtp.host, smtp.real_port)
        writer.close()
    except (OSError, TimeoutError) as error:
        message = f"{address}: {error or type(error).__name__}"
        report.fail(
            "notifications.smtp", title, message, _("Check host, port and firewall, and plugins.notifications.smtp.")
        )
    else:
        report.ok("notifications.smtp", title, address)
