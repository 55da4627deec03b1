"""The portal's service: what its pages stand on, joined with the hall they show."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment

from huitang_kernel.core import Core
from huitang_kernel.plugins.withholding import Withholding
from huitang_kernel.portal.deliveries import Deliveries
from huitang_kernel.portal.health import OwnChecks, Readiness
from huitang_kernel.portal.records import Records
from huitang_kernel.portal.settings import PortalSettings
from huitang_kernel.portal.shell import Shell
from huitang_kernel.portal.slots import Slots
from huitang_kernel.portal.switches import RETRY_CHANNEL, Switches
from huitang_sdk import PluginContext


class PortalService:
    """Shell, slots, health, switches, records and deliveries behind the portal's pages."""

    context: PluginContext[Any]
    shell: Shell
    slots: Slots

    def __init__(self, core: Core, settings: PortalSettings) -> None:
        self.core = core
        self.settings = settings
        self.checks = OwnChecks(core.registry)
        self.readiness = Readiness(core.registry, settings.health_timeout, settings.ready_cache)
        self.deliveries = Deliveries(core.database)
        self.records = Records(core.database, Withholding(core.registry))
        self.switches = Switches(core)

    def add_globals(self, environment: Environment, hall: Any) -> None:
        """Join with the process's Hall (from app.py), and give every template the shell's functions."""
        self.records.chain = hall.chain
        self.switches.hall = hall
        self.slots = Slots(self.core.registry, hall.services.permissions, self.settings.slot_timeout)
        self.shell = Shell(self.core.registry, hall.services.permissions, self.settings)
        self.shell.add_globals(environment)

    def start(self, ctx: PluginContext[Any]) -> None:
        """Take the context, and hear of other nodes' switches."""
        self.context = ctx
        self.core.listener.on(RETRY_CHANNEL, self.switches.retry_here)
        self.core.background.on_node("portal-seen", self.switches.note_seen)
