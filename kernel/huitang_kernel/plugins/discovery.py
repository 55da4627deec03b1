"""Find plugins by entry point, one try each, and put them in an order in which each comes after what it needs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import EntryPoint, entry_points

from packaging.specifiers import InvalidSpecifier, SpecifierSet

import huitang_sdk
from huitang_kernel.plugins.registry import PluginRecord, State
from huitang_sdk import Manifest, Plugin

GROUP = "huitang.plugins"
ID = re.compile(r"^[a-z][a-z0-9_]{1,30}$")
TAKEN = frozenset(
    {"api", "static", "health", "console", "display", "language", "session", "emblem"}
    | {"kernel", "public", "pg_catalog", "information_schema"}
)
"""First parts of addresses and names of schemas that are not a plugin's to have."""


def discover(builtins: Iterable[Plugin], installed: Iterable[EntryPoint] | None = None) -> dict[str, PluginRecord]:
    """Every plugin by id; one that cannot be imported is there too, as failed, with its cause."""
    records = {p.manifest.id: PluginRecord(p.manifest.id, p.manifest, p, builtin=True) for p in builtins}
    for point in sorted(entry_points(group=GROUP) if installed is None else installed, key=lambda point: point.name):
        record = _load(point)
        if record.id in records:
            record.fail("discover", f"the id {record.id} is taken by another plugin")
            record.id = f"{record.id}~{point.value}"
        records[record.id] = record
    return records


def _load(point: EntryPoint) -> PluginRecord:
    try:
        plugin = point.load()
        if not isinstance(plugin, Plugin):
            raise TypeError(f"{point.value} is not an instance of huitang_sdk.Plugin")
        manifest = plugin.manifest
        if manifest.id != point.name:
            raise ValueError(f"the entry point is called {point.name} but the manifest's id is {manifest.id}")
        if not ID.match(manifest.id) or manifest.id in TAKEN:
            raise ValueError(f"{manifest.id!r} cannot be a plugin id: 2 to 31 of a-z, 0-9, _, and not a reserved word")
        return PluginRecord(manifest.id, manifest, plugin)
    except Exception as error:
        version = point.dist.version if point.dist else "0"
        unknown = Manifest(id=point.name, title={"en": point.name, "zh-CN": point.name}, version=version, sdk="")
        record = PluginRecord(point.name, unknown)
        record.fail("discover", f"{type(error).__name__}: {error}")
        return record


def resolve(records: dict[str, PluginRecord]) -> dict[str, PluginRecord]:
    """Check SDK ranges and needs; return the records in start order (needs and after first, then by id)."""
    for record in records.values():
        if record.is_healthy:
            _check_sdk(record)
    ordered = _order(records)
    for record in ordered.values():
        require_needs(record, ordered, "resolve")
    return ordered


def _check_sdk(record: PluginRecord) -> None:
    try:
        fits = SpecifierSet(record.manifest.sdk).contains(huitang_sdk.__version__, prereleases=True)
    except InvalidSpecifier:
        record.fail("resolve", f"sdk = {record.manifest.sdk!r} is not a version range", state=State.INCOMPATIBLE)
        return
    if not fits:
        cause = f"needs huitang-sdk {record.manifest.sdk}, this is {huitang_sdk.__version__}"
        record.fail("resolve", cause, state=State.INCOMPATIBLE)


def require_needs(record: PluginRecord, records: dict[str, PluginRecord], phase: str) -> None:
    """A plugin whose need is missing or has failed cannot go on either."""
    for need in record.manifest.needs:
        other = records.get(need)
        if record.is_healthy and other is None:
            record.fail(phase, f"needs the plugin {need}, which is not installed", state=State.INCOMPATIBLE)
        elif record.is_healthy and other is not None and not other.is_healthy:
            record.fail(phase, f"needs the plugin {need}, which {other.state}")


def _order(records: dict[str, PluginRecord]) -> dict[str, PluginRecord]:
    outside = sorted(key for key, record in records.items() if not record.builtin)
    ordered = {key: record for key, record in records.items() if record.builtin}
    while True:
        sorter: TopologicalSorter[str] = TopologicalSorter()
        for key in outside:
            manifest = records[key].manifest
            sorter.add(key, *sorted(set(manifest.needs + manifest.after) & set(outside)))
        try:
            sorter.prepare()
        except CycleError as error:
            circle = list(error.args[1])
            for key in set(circle):
                records[key].fail("resolve", f"needs itself in a circle: {' → '.join(circle)}")
                outside.remove(key)
                ordered[key] = records[key]
            continue
        while sorter.is_active():
            for key in sorted(sorter.get_ready()):
                ordered[key] = records[key]
                sorter.done(key)
        return ordered
