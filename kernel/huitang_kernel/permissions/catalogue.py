"""What plugins declare: permissions and roles with their titles, and which permissions belong to the console."""

from __future__ import annotations

from collections.abc import Sequence

from huitang_kernel.permissions.policy import CONSOLE, EVERYTHING, Known, plugin_of
from huitang_kernel.plugins.registry import Registry
from huitang_sdk.declare import Permission, Role
from huitang_sdk.i18n import current_locale, translate


class Catalogue:
    """A view of the registry, which is fixed after boot."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def roles(self) -> dict[str, Sequence[Role]]:
        """Plugin → the roles it proposes."""
        return {record.id: record.declarations.roles for record in self._registry if record.is_healthy}

    def permissions(self) -> dict[str, Sequence[Permission]]:
        """Plugin → its permissions, in start order; plugins without any are left out."""
        return {
            record.id: record.declarations.permissions for record in self._registry if record.declarations.permissions
        }

    def known(self) -> Known:
        """All declared permissions. Of the console are those of built-in plugins and of menu items in its section."""
        everything: list[str] = []
        console: set[str] = set()
        for record in self._registry:
            own = [permission.id for permission in record.declarations.permissions]
            everything += own
            if record.builtin:
                console.update(own)
            console.update(i.permission for i in record.declarations.menu if i.section == "console" and i.permission)
        return Known(tuple(everything), frozenset(console))

    def title(self, permission: str) -> str:
        """The permission (or pattern) in the reader's words."""
        if permission == EVERYTHING:
            return translate("permissions", "Everything")
        if permission == CONSOLE:
            return translate("permissions", "Everything in the operator's console")
        plugin = plugin_of(permission)
        if permission.endswith(".*"):
            return translate("permissions", "Everything in {plugin}", plugin=self.plugin_title(plugin))
        record = self._registry.get(plugin)
        declared = record.declarations.permissions if record else ()
        return next((translate(plugin, own.title) for own in declared if own.id == permission), permission)

    def role_title(self, role_id: str, title: str) -> str:
        """A role's title: translated while it is still the declared one, else as the operator wrote it."""
        return translate(plugin_of(role_id), title)

    def plugin_title(self, plugin: str) -> str:
        record = self._registry.get(plugin)
        if record is None:
            return translate("permissions", "Own roles") if plugin == "custom" else plugin
        titles = record.manifest.title
        return titles.get(current_locale()) or titles.get("en") or plugin

    def is_active(self, plugin: str) -> bool:
        return self._registry.is_active(plugin)
