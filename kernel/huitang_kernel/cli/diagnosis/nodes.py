"""What several nodes of one installation must agree on: the master key, and the connections of the database."""

from __future__ import annotations

from huitang_kernel.app import Hall
from huitang_kernel.cli.diagnosis.finding import Report
from huitang_kernel.cli.texts import _

OF_ITS_OWN = 3
"""Connections of a process beside its pool: it listens, it leads, and a moment of another."""

NODES = """
SELECT count(*) AS processes, count(DISTINCT client_addr) AS machines,
  (SELECT setting::int FROM pg_settings WHERE name = 'max_connections') AS room
FROM pg_stat_activity WHERE application_name = 'huitang-listener' AND datname = current_database()
"""


async def look_at_nodes(report: Report, hall: Hall) -> None:
    await _key(report, hall)
    await _connections(report, hall)


async def _key(report: Report, hall: Hall) -> None:
    """The end of the audit log carries the seal of the key that the other nodes, or this one before, worked with."""
    title = _("Key of all nodes")
    if await hall.chain.is_sealed_with_this_key():
        report.ok("nodes.key", title, _("This node has the key of the others."))
        return
    remedy = _("Give this node the key of the others: `key_file` in the settings, or a copy of their master.key.")
    report.fail("nodes.key", title, _("The audit log was sealed with another master key than this node's."), remedy)


async def _connections(report: Report, hall: Hall) -> None:
    """All pools of the processes that run now fit into the database, with one more process to come."""
    row = (await hall.core.database.fetch(NODES))[0]
    title, each = _("Running nodes"), hall.settings.database.pool_max + OF_ITS_OWN
    shown = _(
        "{processes} processes, at most {wanted} of {room} connections",
        processes=row["processes"],
        wanted=row["processes"] * each,
        room=row["room"],
    )
    if (row["processes"] + 1) * each > row["room"]:
        remedy = _("Lower database.pool_max, or raise max_connections of PostgreSQL.")
        report.warn("nodes.connections", title, shown, remedy)
    else:
        report.ok("nodes.connections", title, shown)
