"""One Jinja environment; every plugin's templates under its own prefix, so names never clash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    pass_context,
)
from jinja2.runtime import Context

from huitang_kernel.plugins.registry import PluginRecord, Registry
from huitang_sdk import i18n
from huitang_sdk.contracts import Permissions

EXTENSIONS = ["jinja2.ext.do", "huitang_kernel.web.keeping.Keep"]


@pass_context
def _translate(context: Context, message: str, **values: object) -> str:
    """`_("…")` in a template: the catalogue is that of the plugin the template belongs to."""
    domain = (context.name or "portal").split("/", 1)[0]
    return i18n.translate(domain, message, **values)


class PluginLoader(PrefixLoader):
    """Templates keep the name they were asked for by, "budget/list.html": Jinja's own loader would cut the plugin
    off.
    """

    load = BaseLoader.load


class Assets:
    """Addresses of static files with a digest of their content, so that they may be cached for ever."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        self._folders = folders

    @lru_cache(maxsize=4096)  # noqa: B019 - one instance per process
    def url(self, name: str) -> str:
        """`asset("portal/app.css")` → "/static/portal/app.css?v=…"; a missing file is an error where it is named."""
        plugin, _, rest = name.partition("/")
        content = (self._folders[plugin] / rest).read_bytes()
        return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def static_folders(registry: Registry) -> dict[str, Path]:
    """Plugin id → its `static/<id>` folder, where there is one."""
    folders: dict[str, Path] = {}
    for record in registry:
        if record.plugin is not None and record.is_healthy:
            folder = record.plugin.folder / "static" / record.id
            if folder.is_dir():
                folders[record.id] = folder
    return folders


def make_environment(registry: Registry, permissions: Permissions) -> Environment:
    """The environment of all pages. Globals: _, asset, may, title_of, locale, the macros, and what the portal adds."""
    loaders = {
        record.id: FileSystemLoader(record.plugin.folder / "templates" / record.id)
        for record in registry
        if record.plugin is not None and record.is_healthy
    }
    environment = Environment(
        loader=PluginLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=EXTENSIONS,
        # Compiled templates outlive the process, in a folder of this user's own: the first page comes sooner.
        bytecode_cache=FileSystemBytecodeCache(),
    )
    environment.globals.update(
        _=_translate,
        asset=Assets(static_folders(registry)).url,
        may=permissions.may,
        locale=i18n.current_locale,
        title_of=title_of,
        declared_title=declared_title,
    )
    environment.filters.update(
        date=i18n.format_date,
        time=i18n.format_time,
        money=i18n.format_money,
        wan=lambda fen: i18n.format_money(fen, unit="wan"),
    )
    return environment


def title_of(record: PluginRecord) -> str:
    """The plugin's title in the reader's language."""
    titles: dict[str, Any] = record.manifest.title
    return str(titles.get(i18n.current_locale()) or titles.get("en") or record.id)


def declared_title(record: PluginRecord, title: str) -> str:
    """A declared title in the reader's language, from the declaring plugin's catalogue."""
    return i18n.translate(record.id, title)
