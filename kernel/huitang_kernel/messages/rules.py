"""What operators decided for each kind: once or never lost, which channels, which template of WeChat."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from msgspec import Struct

from huitang_kernel.db import PostgresDatabase
from huitang_sdk.contracts import Actor, Ref

ONCE = ("at-least-once", "at-most-once")
READ = "SELECT kind, once, closed, wechat_template FROM messages.rule"
PUT = """
INSERT INTO messages.rule (kind, once, closed, wechat_template) VALUES ($1, $2, $3, $4)
ON CONFLICT (kind) DO UPDATE SET once = $2, closed = $3, wechat_template = $4
"""


class Rule(Struct, frozen=True):
    """`once` None: as the plugin declares; `closed` are channels the kind may not use."""

    kind: str
    once: str | None = None
    closed: tuple[str, ...] = ()
    wechat_template: str = ""


async def all_rules(database: PostgresDatabase) -> dict[str, Rule]:
    """Those that operators made, by kind."""
    return {row["kind"]: _rule(row) for row in await database.fetch(READ)}


async def rule_of(database: PostgresDatabase, kind: str) -> Rule:
    """One of them, or the one that changes nothing."""
    rows = await database.fetch(f"{READ} WHERE kind = $1", kind)
    return _rule(rows[0]) if rows else Rule(kind)


async def keep(database: PostgresDatabase, actor: Actor, rule: Rule) -> None:
    """Decide, on the record."""
    async with database.write(actor) as write:
        before = await rule_of(database, rule.kind)
        await database.execute(PUT, rule.kind, rule.once, list(rule.closed), rule.wechat_template)
        detail = {"before": _plain(before), "after": _plain(rule)}
        await write.audit("messages.rule.changed", kind_ref(rule.kind), detail=detail)


def kind_ref(kind: str) -> Ref:
    """A kind as the audit log names it: kinds have no row and no id, but always the same name."""
    return Ref("messages.kind", uuid5(NAMESPACE_URL, f"huitang:message-kind:{kind}"))


def _rule(row: dict[str, Any]) -> Rule:
    return Rule(row["kind"], row["once"], tuple(row["closed"]), row["wechat_template"])


def _plain(rule: Rule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in rule.__struct_fields__}
