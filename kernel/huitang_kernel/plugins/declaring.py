"""Call every plugin's hooks, one plugin at a time, and check what they return."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, get_args

import msgspec
import pluggy
from litestar import Router
from litestar.handlers import BaseRouteHandler
from litestar.routes import BaseRoute

from huitang_kernel.plugins.registry import PluginRecord
from huitang_sdk import declare
from huitang_sdk.errors import DeclarationError
from huitang_sdk.hooks import PROJECT, HuitangHooks
from huitang_sdk.http import access_of
from huitang_sdk.personal import PersonalKind
from huitang_sdk.workflow import Workflow
from huitang_sdk.workflow.checking import problems

DATABASE_NAME = re.compile(r"^[a-z_][a-z0-9_]{0,62}$")

KINDS: dict[str, type[Any] | None] = {
    "permissions": declare.Permission,
    "roles": declare.Role,
    "menu": declare.MenuItem,
    "public_entries": declare.PublicEntry,
    "widgets": declare.Widget,
    "slots": declare.Slot,
    "search_sources": declare.SearchSource,
    "notification_kinds": declare.NotificationKind,
    "message_kinds": declare.MessageKind,
    "jobs": declare.Job,
    "health_checks": declare.HealthCheck,
    "subscriptions": declare.Subscription,
    "document_templates": declare.DocumentTemplate,
    "live_topics": declare.LiveTopic,
    "personal_columns": declare.PersonalColumn,
    "withheld": declare.Withheld,
    "workflows": Workflow,
    "pages": None,
    "api": None,
}


class _Manager(pluggy.PluginManager):
    def parse_hookimpl_opts(self, plugin: Any, name: str) -> pluggy.HookimplOpts | None:
        """Hooks are marked methods of a plugin's class. Whatever else it has need not be inspected, one by one."""
        is_marked = hasattr(getattr(type(plugin), name, None), f"{PROJECT}_impl")
        return super().parse_hookimpl_opts(plugin, name) if is_marked else None


class HookCaller:
    """pluggy behind a narrow door: register one plugin, ask it everything, keep its failures apart."""

    def __init__(self) -> None:
        self._manager = _Manager(PROJECT)
        self._manager.add_hookspecs(HuitangHooks)

    def declarations(self, record: PluginRecord) -> declare.Declarations:
        """Everything the plugin declares, checked. Raises DeclarationError or whatever the hook raised."""
        self._manager.register(record.plugin, name=record.id)
        try:
            self._manager.check_pending()
            values = {name: tuple(self._call(record, name)) for name in KINDS}
        except Exception:
            self._manager.unregister(record.plugin)
            raise
        declared = declare.Declarations(**values)
        check(record, declared)
        return declared

    def _call(self, record: PluginRecord, name: str) -> Sequence[Any]:
        caller = getattr(self._manager.hook, name)
        found: list[Any] = []
        for implementation in caller.get_hookimpls():
            if implementation.plugin_name == record.id:
                found.extend(implementation.function())
        kind = KINDS[name]
        for value in found:
            if kind is not None and not isinstance(value, kind):
                raise DeclarationError(f"{name}() returned {value!r}, which is not a {kind.__name__}")
        return found


def check(record: PluginRecord, declared: declare.Declarations) -> None:
    """Ids must carry the plugin's id and be unique; permissions that are named must be declared."""
    own = f"{record.id}."
    named: list[tuple[str, Iterable[str]]] = [
        ("permission", [p.id for p in declared.permissions]),
        ("role", [r.id for r in declared.roles]),
        ("widget", [w.id for w in declared.widgets]),
        ("search source", [s.kind for s in declared.search_sources]),
        ("notification kind", [k.id for k in declared.notification_kinds]),
        ("message kind", [k.id for k in declared.message_kinds]),
        ("job", [j.id for j in declared.jobs]),
        ("health check", [h.id for h in declared.health_checks]),
        ("live topic", [t.id for t in declared.live_topics]),
        ("consumer", [s.consumer for s in declared.subscriptions]),
        ("document template", [t.id for t in declared.document_templates]),
        ("withheld kind", [kind for w in declared.withheld for kind in w.kinds]),
        ("workflow", [w.id for w in declared.workflows]),
    ]
    for what, ids in named:
        seen: set[str] = set()
        for identifier in ids:
            if not identifier.startswith(own):
                raise DeclarationError(f"{what} {identifier!r} must start with {own!r}")
            if identifier in seen:
                raise DeclarationError(f"{what} {identifier!r} is declared twice")
            seen.add(identifier)
    for entry in declared.public_entries:
        if not entry.url.startswith(f"/{record.id}/"):
            raise DeclarationError(f"public entry {entry.title!r}: {entry.url!r} is no address of the plugin")
    _check_permissions_exist(record, declared)
    _check_template_files(record, declared)
    _check_personal_columns(record, declared)
    _check_workflows(declared)


def _check_permissions_exist(record: PluginRecord, declared: declare.Declarations) -> None:
    known = {permission.id for permission in declared.permissions}
    used = [(f"role {r.id}", p) for r in declared.roles for p in r.permissions]
    used += [(f"menu item {m.title!r}", m.permission) for m in declared.menu if m.permission]
    used += [(f"widget {w.id}", w.permission) for w in declared.widgets if w.permission]
    used += [(f"search source {s.kind}", s.permission) for s in declared.search_sources]
    used += [(f"live topic {t.id}", t.permission) for t in declared.live_topics if t.permission]
    used += [(f"document template {t.id}", t.permission) for t in declared.document_templates if t.permission]
    for where, permission in used:
        if permission.startswith(f"{record.id}.") and permission not in known:
            raise DeclarationError(f"{where} names the permission {permission!r}, which is not declared")


def _check_template_files(record: PluginRecord, declared: declare.Declarations) -> None:
    """The plugin's own templates are there and of a kind that can be filled."""
    for template in declared.document_templates:
        if not template.file.endswith((".docx", ".typ")):
            raise DeclarationError(f"document template {template.id}: {template.file!r} is neither .docx nor .typ")
        for name in (template.file, *template.files):
            if record.plugin is None or not (record.plugin.folder / name).is_file():
                raise DeclarationError(f"document template {template.id}: the package has no file {name!r}")


def _check_personal_columns(record: PluginRecord, declared: declare.Declarations) -> None:
    """Names of the database, put into statements as they are; no column sealed twice."""
    seen: set[str] = set()
    for column in declared.personal_columns:
        for name in (column.table, column.column, column.key, *([column.index] if column.index else [])):
            if not DATABASE_NAME.match(name):
                raise DeclarationError(f"personal column {column.name}: {name!r} is not a name of the database")
        if column.kind not in get_args(PersonalKind):
            raise DeclarationError(f"personal column {column.name}: there is no kind {column.kind!r}")
        if column.name in seen:
            raise DeclarationError(f"personal column {column.name} is declared twice")
        seen.add(column.name)
    keys = {(column.table, column.key) for column in declared.personal_columns}
    if len(keys) > len({table for table, _key in keys}):
        raise DeclarationError(f"{record.id}: the personal columns of one table name different keys")


def _check_workflows(declared: declare.Declarations) -> None:
    """Every state can be reached, and everything that is named is there."""
    permissions = {permission.id for permission in declared.permissions}
    notices = {kind.id for kind in declared.notification_kinds}
    todos = {kind.id for kind in declared.notification_kinds if kind.todo}
    found = [one for workflow in declared.workflows for one in problems(workflow, permissions, notices, todos)]
    if found:
        raise DeclarationError("; ".join(found))


def check_routes(record: PluginRecord, router: Router) -> None:
    """Every handler says who may enter, and no path is served twice."""
    seen: set[tuple[str, str]] = set()
    for route in router.routes:
        for handler in _handlers(route):
            if getattr(handler, "http_methods", ()) == {"OPTIONS"}:
                continue  # made by Litestar for every path; it only lists methods
            access = access_of(handler)
            if access is None:
                raise DeclarationError(f"{route.path}: no guard says who may enter (requires, signed_in or public)")
            if "." in access:
                _check_access(record, route, access)
            for method in getattr(handler, "http_methods", ("*",)):
                if (route.path, str(method)) in seen:
                    raise DeclarationError(f"{method} {route.path} is served twice")
                seen.add((route.path, str(method)))


def _check_access(record: PluginRecord, route: BaseRoute, access: str) -> None:
    known = {permission.id for permission in record.declarations.permissions}
    if access.startswith(f"{record.id}.") and access not in known:
        raise DeclarationError(f"{route.path}: requires {access!r}, which is not declared")


def _handlers(route: BaseRoute) -> Sequence[BaseRouteHandler]:
    several = getattr(route, "route_handlers", None)
    return tuple(several) if several else (route.route_handler,)  # type: ignore[attr-defined]


def frozen(declared: declare.Declarations) -> dict[str, int]:
    """How many of each kind a plugin declared, for the console."""
    return {field.name: len(getattr(declared, field.name)) for field in msgspec.structs.fields(declared)}
