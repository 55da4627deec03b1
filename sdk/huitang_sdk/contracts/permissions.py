"""What an actor may do (permission), and on which rows (scope)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from msgspec import Struct
from piccolo.columns import Column
from piccolo.columns.combination import WhereRaw
from piccolo.custom_types import Combinable

from huitang_sdk.contracts.identity import Actor
from huitang_sdk.db import Sql


class Scope(Struct, frozen=True, kw_only=True):
    """The rows one actor may touch with one permission, ready to become part of a query."""

    permission: str
    everything: bool = False
    organisations: tuple[UUID, ...] = ()
    owner: UUID | None = None
    """Set when rows the actor owns are included."""
    allowed: tuple[UUID, ...] = ()
    denied: tuple[UUID, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True when no row at all is in scope."""
        return not (self.everything or self.organisations or self.owner or self.allowed)

    def where(self, *, organisation: Column, key: Column, owner: Column | None = None) -> Combinable:
        """The condition for a Piccolo query: `Notice.select().where(scope.where(organisation=…, owner=…, key=…))`.

        `organisation` holds the owning unit, `owner` the account that owns the row, `key` the primary key (for rows
        granted or refused one by one).
        """
        parts: list[Combinable] = []
        if self.everything:
            parts.append(WhereRaw("TRUE"))
        if self.organisations:
            parts.append(organisation.is_in(list(self.organisations)))
        if self.owner and owner is not None:
            parts.append(owner == self.owner)
        if self.allowed:
            parts.append(key.is_in(list(self.allowed)))
        condition: Combinable = WhereRaw("FALSE")
        if parts:
            condition = parts[0]
            for part in parts[1:]:
                condition = condition | part
        return condition & key.not_in(list(self.denied)) if self.denied else condition

    def where_sql(self, sql: Sql, *, organisation: str, key: str, owner: str | None = None, more: str = "") -> str:
        """The same condition for a statement of your own SQL; the columns are named as the statement names them.

        `more` is a further way to a row, as SQL that is never NULL: "whoever is called to the meeting". It opens
        nothing to those who do not hold the permission, and no row that is refused. The condition stands in brackets
        and is never NULL, so that it can be joined and negated.

        >>> sql = Sql(2026)
        >>> scope = Scope(permission="noticeboard.notice.read", owner=UUID(int=7))
        >>> condition = scope.where_sql(sql, organisation="n.organisation_id", key="n.id", owner="n.author_id")
        >>> f"SELECT n.* FROM notice n WHERE n.year = $1 AND {condition}"
        'SELECT n.* FROM notice n WHERE n.year = $1 AND ((n.author_id IS NOT NULL AND n.author_id = $2::uuid))'
        >>> sql.values
        [2026, UUID('00000000-0000-0000-0000-000000000007')]
        """
        parts: list[str] = []
        if self.everything:
            parts.append("TRUE")
        if self.organisations:
            units = sql.put(list(self.organisations), "::uuid[]")
            parts.append(f"({organisation} IS NOT NULL AND {organisation} = ANY({units}))")
        if self.owner and owner is not None:
            parts.append(f"({owner} IS NOT NULL AND {owner} = {sql.put(self.owner, '::uuid')})")
        if self.allowed:
            parts.append(f"{key} = ANY({sql.put(list(self.allowed), '::uuid[]')})")
        if more:
            parts.append(f"FALSE AND ({more})" if self.is_empty else f"({more})")
        condition = " OR ".join(parts) or "FALSE"
        if self.denied:
            condition = f"({condition}) AND {key} <> ALL({sql.put(list(self.denied), '::uuid[]')})"
        return f"({condition})"

    def includes(self, *, key: UUID, organisation: UUID | None, owner: UUID | None = None) -> bool:
        """Whether one row that is already in memory is in scope: the same answer as `where`."""
        if key in self.denied:
            return False
        return bool(
            self.everything
            or (organisation and organisation in self.organisations)
            or (self.owner and owner == self.owner)
            or key in self.allowed
        )


class Explanation(Struct, frozen=True):
    """Why an actor may or may not: every grant looked at, and the rule that decided."""

    permission: str
    allowed: bool
    reasons: tuple[str, ...]
    """One translated sentence per rule that counts, the deciding one first."""


class Permissions(Protocol):
    """Deciding and explaining; `ctx.permissions`."""

    def may(self, actor: Actor, permission: str) -> bool:
        """Whether the actor holds the permission anywhere. In memory, no I/O: cheap enough for every menu entry."""

    def require(self, actor: Actor, permission: str) -> None:
        """Raise `NotSignedIn` or `Forbidden` unless `may`."""

    def scope(self, actor: Actor, permission: str) -> Scope:
        """The rows; an empty scope when the permission is not held."""

    async def explain(self, account_id: UUID, permission: str) -> Explanation:
        """Answer "why may she?" for another account."""

    async def as_actor(self, account_id: UUID) -> Actor | None:
        """What an active account would be if it acted now, with all it holds; None for any other.

        For asking what somebody else may reach, with the same conditions as for themselves: whom to tell of a row, say.
        It is never a way to act in their name.
        """

    async def holders(self, permission: str, organisation_id: UUID) -> Sequence[UUID]:
        """Active accounts whose scope for `permission` includes rows of the organisation: for picking an assignee."""
