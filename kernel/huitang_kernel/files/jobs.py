"""What files does by itself: sweep every night, verify every week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from huitang_sdk import PluginContext
from huitang_sdk.contracts import Run
from huitang_sdk.declare import Job
from huitang_sdk.i18n import Translator

if TYPE_CHECKING:
    from huitang_kernel.files.service import FilesService

_ = Translator("files")
MB = 1024 * 1024


def jobs(service: FilesService) -> list[Job]:
    async def sweep(_ctx: PluginContext[Any], _run: Run) -> str:
        swept = await service.sweep()
        return _(
            "Removed {blobs} unused contents ({mb} MB) and {unfinished} broken-off transfers.",
            blobs=swept.blobs,
            mb=swept.size // MB,
            unfinished=swept.unfinished,
        )

    async def verify(_ctx: PluginContext[Any], _run: Run) -> str:
        verified = await service.verify()
        if verified.faults:
            named = "; ".join(f"{fault.problem}: {', '.join(fault.files)}" for fault in verified.faults[:5])
            return _("{count} contents are damaged: {named}", count=len(verified.faults), named=named)
        return _("All {blobs} contents are whole.", blobs=verified.blobs)

    return [
        Job("files.sweep", "Remove contents that no file uses any more", sweep, cron="20 3 * * *"),
        Job("files.verify", "Read all stored files again and check them", verify, cron="40 2 * * 0", grace=6 * 3600),
    ]
