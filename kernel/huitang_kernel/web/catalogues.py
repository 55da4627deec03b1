"""Translations of all plugins: read from `locale/<language>.po` at boot, looked up by plugin, then in the portal's
own.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from babel.messages.pofile import read_po

from huitang_sdk.i18n import LOCALES


class Catalogues:
    """(domain, language) → message id → text. English message ids need no catalogue."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, str], dict[str, str]] = {}

    def load(self, domain: str, folder: Path) -> None:
        """Read a plugin's catalogues; a missing file means no translations."""
        for locale in LOCALES:
            path = folder / "locale" / f"{locale}.po"
            if path.is_file():
                self._texts[domain, locale] = _read(path, locale, path.stat().st_mtime_ns)

    def lookup(self, domain: str, locale: str, message: str) -> str:
        own = self._texts.get((domain, locale), {}).get(message)
        return own or self._texts.get(("portal", locale), {}).get(message, message)


@lru_cache(maxsize=256)
def _read(path: Path, locale: str, _changed: int) -> dict[str, str]:
    """Kept for the next hall of this process, for as long as the file is the same."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=locale.replace("-", "_"))
    return {str(m.id): str(m.string) for m in catalogue if m.id and m.string and not m.fuzzy}
