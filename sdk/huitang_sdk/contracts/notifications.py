"""Notices (something happened) and to-dos (something must be done)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from huitang_sdk.contracts.audit import Ref
from huitang_sdk.contracts.identity import Actor


class Notice(Struct, frozen=True):
    """One notice of one person. `read_at` is None until it was opened."""

    id: UUID
    kind: str
    title: str
    body: str
    url: str
    created_at: datetime
    read_at: datetime | None


class Todo(Struct, frozen=True):
    """One thing one person must do. `urged` counts the reminders so far."""

    id: UUID
    kind: str
    subject: Ref
    title: str
    url: str
    assignee_id: UUID
    due: date | None
    created_at: datetime
    urged: int
    closed_at: datetime | None


class NewTodo(Struct, frozen=True):
    """A to-do to be opened."""

    subject: Ref
    assignee: UUID
    title: str
    url: str
    due: date | None = None


class Notifications(Protocol):
    """Telling people; `ctx.notifications`. Raises ValueError for a kind the plugin has not declared."""

    async def send(
        self,
        kind: str,
        recipients: Iterable[UUID],
        *,
        key: str,
        url: str,
        data: Mapping[str, str],
        subject: Ref | None = None,
    ) -> None:
        """Tell people, inside `ctx.db.write`: it is part of the change and goes out after its commit.

        `kind` is a declared `NotificationKind`, `data` fills its templates, `key` makes it idempotent: the same
        kind, key
        and recipient are told once. Channels follow the recipient's preferences.
        """

    async def recipients(self, subject: Ref) -> Sequence[UUID]:
        """Who has a notice about a subject on their list: to take it back from whoever may no longer know of it."""

    async def withdraw(self, subject: Ref, *, recipient: UUID | None = None) -> int:
        """Take what the plugin told about a subject (one person, or everybody) back, inside `ctx.db.write`: off the
        lists, and out of what has not left yet; returns how many notices. They are not told under the same keys again.
        """


class Todos(Protocol):
    """People's lists of what they must do; `ctx.todos`. Raises ValueError for a kind without `todo=True`."""

    async def open(
        self, kind: str, *, subject: Ref, assignee: UUID, title: str, url: str, due: date | None = None
    ) -> UUID:
        """Put one thing on a person's list, inside `ctx.db.write`. Open again for the same kind, subject and person:
        updated.
        """

    async def open_many(self, kind: str, todos: Sequence[NewTodo]) -> Sequence[UUID]:
        """Open many of one kind at once, as `open` does one; answers in their order."""

    async def close(self, subject: Ref, *, kind: str | None = None, assignee: UUID | None = None) -> int:
        """Take the open to-dos of a subject (of one kind, of one person) off the lists; returns how many."""

    async def of(self, subject: Ref) -> Sequence[Todo]:
        """The open to-dos of a subject, whoever's: to take one off the list of somebody who may no longer see it."""

    async def urge(self, todo_id: UUID) -> None:
        """Count one more reminder."""

    async def mine(self, actor: Actor, *, limit: int = 50) -> Sequence[Todo]:
        """The actor's open to-dos of every plugin, overdue first, then by due date."""

    async def due(self, kind: str, *, before: date) -> Sequence[Todo]:
        """Open to-dos of one of the plugin's kinds that are due before a date: for reminders."""
