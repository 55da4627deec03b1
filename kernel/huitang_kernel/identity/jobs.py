"""Work at set times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from huitang_sdk import PluginContext
from huitang_sdk.contracts import Run
from huitang_sdk.i18n import Translator

if TYPE_CHECKING:
    from huitang_kernel.identity.service import IdentityService

_ = Translator("identity")


class Sweeper:
    """Removes sessions, failed tries and codes, of devices and of residents, that no longer count."""

    def __init__(self, service: IdentityService) -> None:
        self._service = service

    async def __call__(self, ctx: PluginContext[Any], run: Run) -> str:
        await self._service.attempts.sweep()
        residents = self._service.residents
        sessions = await self._service.sessions.sweep() + await residents.sessions.sweep()
        codes = await self._service.devices.sweep() + await residents.codes.sweep()
        return _(
            "{sessions} sessions and {codes} unused codes were over and are removed.", sessions=sessions, codes=codes
        )
