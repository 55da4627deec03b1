"""What the shell asks on every page: menus, display mode, names. All in memory, nothing here asks the database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment
from jinja2.runtime import Macro
from litestar import Request
from msgspec import Struct

from huitang_kernel.plugins.registry import PluginRecord, Registry
from huitang_kernel.portal.display import COOKIE, Display, parse_display
from huitang_kernel.portal.settings import PortalSettings
from huitang_kernel.portal.words import declared_word, phase_word
from huitang_sdk import i18n
from huitang_sdk.contracts import Actor, Permissions
from huitang_sdk.declare import MenuItem, Widget
from huitang_sdk.http import resident_of

MACROS = ("ui", "form", "list")


class Entry(Struct, frozen=True):
    """One link of the navigation."""

    title: str
    url: str
    icon: str
    is_current: bool


class Group(Struct, frozen=True):
    """A plugin's entries, or the operator's console."""

    id: str
    title: str
    icon: str
    entries: tuple[Entry, ...]


class ShownWidget(Struct, frozen=True):
    """A card of the workbench this reader may see."""

    id: str
    title: str
    url: str
    width: int


class ShownEntry(Struct, frozen=True):
    """Something residents can do here."""

    title: str
    text: str
    url: str
    icon: str


class Icons:
    """Addresses in the sprite that the asset build draws."""

    SPRITE = Path(__file__).parent / "static" / "portal" / "vendor" / "icons.svg"
    UNKNOWN = "point"

    def __init__(self, asset: Callable[[str], str]) -> None:
        self._asset = asset
        self.names = frozenset(re.findall(r'<symbol id="([^"]+)"', self.SPRITE.read_text(encoding="utf-8")))

    def url(self, name: str) -> str:
        """Where an icon is drawn; one the sprite lacks is a plain dot, so that a plugin's slip breaks no page."""
        return f"{self._asset('portal/vendor/icons.svg')}#{name if name in self.names else self.UNKNOWN}"


class Shell:
    """Answers for templates. `environment` carries the addresses of assets."""

    def __init__(self, registry: Registry, permissions: Permissions, settings: PortalSettings) -> None:
        self._registry = registry
        self._permissions = permissions
        self._settings = settings

    def add_globals(self, environment: Environment) -> None:
        """The shell's functions, and the macros: a block rendered alone never runs its template's own imports."""
        asset = cast("Callable[[str], str]", environment.globals["asset"])
        icons = Icons(asset)
        environment.globals.update(
            menu_of=self.menu,
            widgets_of=self.widgets,
            public_entries=self.public_entries,
            resident_of=resident_of,
            display_of=display_of,
            body_name=self.body_name,
            contact=self._settings.contact,
            has_emblem=bool(self._settings.emblem),
            here=here,
            has_plugin=self._registry.is_active,
            icon_url=icons.url,
            phase_word=phase_word,
            declared_word=declared_word,
        )
        for name in MACROS:
            module = environment.get_template(f"portal/macros/{name}.html").module
            environment.globals.update({key: part for key, part in vars(module).items() if isinstance(part, Macro)})

    def body_name(self) -> str:
        """The body's name in the reader's language."""
        settings = self._settings
        return settings.body_name_zh if i18n.current_locale() == "zh-CN" else settings.body_name_en

    def menu(self, actor: Actor, path: str) -> list[Group]:
        """A group per active plugin, then the console, as far as allowed; the longest matching address is current."""
        allowed = [(record, item) for record in self._registry.active() for item in self._items(record, actor)]
        current = max((item.url for _, item in allowed if is_below(path, item.url)), key=len, default="")
        groups = []
        for record in self._registry.active():
            items = [item for owner, item in allowed if owner is record and item.section == "work"]
            if items:
                title, icon = _title(record), record.manifest.icon
                groups.append(Group(record.id, title, icon, _entries(record, items, current)))
        # The overview stands first, whatever the start order of the parts that add to the console.
        console = [
            entry
            for record in sorted(self._registry.active(), key=lambda record: record.id != "portal")
            for entry in _entries(record, [i for o, i in allowed if o is record and i.section == "console"], current)
        ]
        if console:
            groups.append(Group("console", i18n.translate("portal", "Console"), "server-cog", tuple(console)))
        return groups

    def widgets(self, actor: Actor) -> list[ShownWidget]:
        """The workbench's cards, in their order."""
        found: list[tuple[int, PluginRecord, Widget]] = [
            (widget.order, record, widget)
            for record in self._registry.active()
            for widget in record.declarations.widgets
            if self._allowed(actor, widget.permission)
        ]
        return [
            ShownWidget(w.id, i18n.translate(record.id, w.title), w.url, min(max(w.width, 3), 12))
            for _, record, w in sorted(found, key=lambda item: item[0])
        ]

    def public_entries(self) -> list[ShownEntry]:
        """What active plugins offer to residents, in the order they ask for."""
        found = [(entry, record) for record in self._registry.active() for entry in record.declarations.public_entries]
        return [
            ShownEntry(i18n.translate(record.id, e.title), i18n.translate(record.id, e.text), e.url, e.icon)
            for e, record in sorted(found, key=lambda pair: pair[0].order)
        ]

    def _items(self, record: PluginRecord, actor: Actor) -> Iterator[MenuItem]:
        items = (item for item in record.declarations.menu if self._allowed(actor, item.permission))
        return iter(sorted(items, key=lambda item: item.order))

    def _allowed(self, actor: Actor, permission: str | None) -> bool:
        return actor.is_signed_in and (permission is None or self._permissions.may(actor, permission))


def _entries(record: PluginRecord, items: list[MenuItem], current: str) -> tuple[Entry, ...]:
    return tuple(Entry(i18n.translate(record.id, i.title), i.url, i.icon, i.url == current) for i in items)


def _title(record: PluginRecord) -> str:
    titles = record.manifest.title
    return titles.get(i18n.current_locale()) or titles.get("en") or record.id


def is_below(path: str, url: str) -> bool:
    """Whether a page belongs to a menu entry's address.

    >>> is_below("/budget/declarations/7", "/budget/declarations"), is_below("/budgets", "/budget")
    (True, False)
    """
    base = url.partition("?")[0].rstrip("/")
    return path.rstrip("/") == base or (base != "" and path.startswith(f"{base}/"))


def display_of(request: Request[Any, Any, Any]) -> Display:
    """How this reader wants to see pages."""
    return parse_display(request.cookies.get(COOKIE, ""))


def here(request: Request[Any, Any, Any]) -> str:
    """The address of this page, to come back to."""
    if request.method != "GET":
        return "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
