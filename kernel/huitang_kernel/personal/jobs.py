"""Work at set times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from huitang_sdk import PluginContext
from huitang_sdk.contracts import Run
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.declare import Job
from huitang_sdk.errors import Conflict
from huitang_sdk.i18n import Translator

if TYPE_CHECKING:
    from huitang_kernel.personal.service import PersonalService

_ = Translator("personal")
FINISH = "personal.reseal"
SWEEP = "personal.sweep"


def jobs(service: PersonalService) -> list[Job]:
    """One goes on with a change of keys that was cut off, one looks every night for what was left behind."""

    async def finish(_ctx: PluginContext[Any], _run: Run) -> str:
        if not await service.states.is_unfinished():
            return ""
        return await sweep(_ctx, _run)

    async def sweep(_ctx: PluginContext[Any], _run: Run) -> str:
        try:
            sealed = await service.rotation.finish(SYSTEM)
        except Conflict as error:
            return error.message
        return _("{count} rows were sealed anew.", count=sealed)

    return [
        Job(FINISH, "Finish a change of keys of personal data", finish, cron="*/10 * * * *"),
        Job(SWEEP, "Look for personal data under old keys", sweep, cron="41 3 * * *"),
    ]
