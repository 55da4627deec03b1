"""Whether files can be written and whether what was written is still whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from huitang_sdk import PluginContext
from huitang_sdk.declare import HealthCheck, HealthStatus
from huitang_sdk.i18n import Translator

if TYPE_CHECKING:
    from huitang_kernel.files.service import FilesService

_ = Translator("files")
MB = 1024 * 1024
GB = 1024 * MB


def health_checks(service: FilesService) -> list[HealthCheck]:
    async def writable(_ctx: PluginContext[Any]) -> HealthStatus:
        room = await service.store.room()
        if room.error:
            return HealthStatus(
                False,
                _("Files cannot be written: {reason}.", reason=room.error),
                _("Check that the data folder exists, belongs to the account of the platform and has room."),
            )
        return HealthStatus(True, _("{gb} GB are free.", gb=f"{room.free / GB:.1f}"))

    async def room(_ctx: PluginContext[Any]) -> HealthStatus:
        found = await service.store.room()
        wanted = service.settings.min_free_mb
        if found.free < wanted * MB:
            return HealthStatus(
                False,
                _(
                    "Only {mb} MB are free where files are kept; {wanted} MB are wanted.",
                    mb=found.free // MB,
                    wanted=wanted,
                ),
                _("Free some room on the disk, or move the data folder to a larger one."),
            )
        return HealthStatus(True, _("{gb} GB are free.", gb=f"{found.free / GB:.1f}"))

    async def whole(_ctx: PluginContext[Any]) -> HealthStatus:
        faults = await service.overview.faults()
        if faults:
            named = "; ".join(f"{fault.problem}: {', '.join(fault.files)}" for fault in faults[:3])
            return HealthStatus(
                False,
                _("{count} contents are damaged: {named}", count=len(faults), named=named),
                _("Restore the data folder's files from the backup; upload a damaged file again to mend it."),
            )
        return HealthStatus(True)

    return [
        HealthCheck("files.writable", "Files can be written", writable, critical=True),
        HealthCheck("files.room", "There is room for files", room),
        HealthCheck("files.whole", "No stored file was found damaged", whole),
    ]
