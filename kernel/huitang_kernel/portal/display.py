"""How a reader wants to see pages, kept in one cookie that works signed out and without JavaScript.

Cookie `huitang_display`: "size=24;contrast=high;theme=dark", URL-encoded, only what differs from the default.

- `size`: 16 (normal), or 24, 27, 30 (长辈版; pixels of main text);
- `contrast`: normal or high (7:1);
- `theme`: light or dark.

Anybody changes it by posting the same three fields to /display (with `next`, the page to come back to); identity writes
the same cookie when somebody signs in or saves the profile. Unknown words are ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, unquote

from msgspec import Struct, structs

COOKIE = "huitang_display"
MAX_AGE = 400 * 24 * 3600
SIZES = (16, 24, 27, 30)
LARGE = 24
CONTRASTS = ("normal", "high")
THEMES = ("light", "dark")


class Display(Struct, frozen=True):
    """The three choices, all valid."""

    size: int = 16
    contrast: str = "normal"
    theme: str = "light"

    @property
    def is_large(self) -> bool:
        """True in 长辈版: large text, large targets, strong contrast."""
        return self.size >= LARGE

    def with_choices(self, choices: Mapping[str, str]) -> Display:
        """The same with the valid ones of `choices`; the rest is ignored."""
        changes: dict[str, str | int] = {}
        if choices.get("size", "") in {str(size) for size in SIZES}:
            changes["size"] = int(choices["size"])
        if choices.get("contrast") in CONTRASTS:
            changes["contrast"] = choices["contrast"]
        if choices.get("theme") in THEMES:
            changes["theme"] = choices["theme"]
        return structs.replace(self, **changes)


def parse_display(cookie: str) -> Display:
    """Read the cookie; nonsense is the default.

    >>> parse_display("size%3D24%3Btheme%3Dpurple")
    Display(size=24, contrast='normal', theme='light')
    """
    pairs = (part.partition("=") for part in unquote(cookie[:200]).split(";"))
    return Display().with_choices({name.strip(): value.strip() for name, _, value in pairs})


def format_display(display: Display) -> str:
    """The cookie's value, "" for the default.

    >>> format_display(Display(size=24, theme="dark"))
    'size%3D24%3Btheme%3Ddark'
    """
    default = Display()
    values = [(n, getattr(display, n)) for n in ("size", "contrast", "theme")]
    return quote(";".join(f"{n}={v}" for n, v in values if v != getattr(default, n)), safe="")
