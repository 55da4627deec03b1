"""The portal's service: what pages share, joined with the hall they show."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment

from huitang_kernel.core import Core
from huitang_kernel.portal.settings import PortalSettings
from huitang_kernel.portal.shell import Shell
from huitang_sdk import PluginContext


class PortalService:
    """Shell, health, switches and deliveries behind the portal's pages. `hall` is the process's Hall, set by app.py."""

    context: PluginContext[Any]
    hall: Any

    def __init__(self, core: Core, settings: PortalSettings) -> None:
        self.core = core
        self.settings = settings

    def add_globals(self, environment: Environment, hall: Any) -> None:
        """Give every template the shell's functions."""
        self.hall = hall
        self.shell = Shell(self.core.registry, hall.services.permissions, self.settings)
        self.shell.add_globals(environment)
