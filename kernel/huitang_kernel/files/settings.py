"""Settings of files: section [plugins.files]."""

from __future__ import annotations

from msgspec import Struct

REFUSED = (
    "application/vnd.microsoft.portable-executable",
    "application/x-executable",
    "application/x-mach-binary",
    "application/java-archive",
    "application/vnd.android.package-archive",
)


class FilesSettings(Struct, frozen=True):
    """Sizes in MB (1024 × 1024 bytes), times in the unit the name says.

    `quota_mb` is what all versions of one plugin's files may take together, 0 for no limit; `quotas_mb` sets it for
    single plugins. `refused_types` are media types as sniffed from the content; `audio/*` refuses a whole family.
    """

    max_file_mb: int = 1024
    quota_mb: int = 0
    quotas_mb: dict[str, int] = {}
    refused_types: tuple[str, ...] = REFUSED
    sweep_after_hours: int = 24
    min_free_mb: int = 1024
    text_max_file_mb: int = 100
    text_max_unpacked_mb: int = 500
    text_max_characters: int = 1_000_000
    text_seconds: float = 30.0
    text_memory_mb: int = 1024
    text_processes: int = 1

    def quota_of(self, plugin: str) -> int:
        """Bytes that the plugin may use; 0 means no limit."""
        return self.quotas_mb.get(plugin, self.quota_mb) * 1024 * 1024
