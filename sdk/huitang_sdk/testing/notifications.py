"""Notices that are kept instead of sent, and to-dos in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct, structs

from huitang_sdk.contracts import Actor, Clock, NewTodo, Ref, Todo
from huitang_sdk.db import new_id
from huitang_sdk.declare import NotificationKind
from huitang_sdk.testing.clock import FixedClock


class SentNotice(Struct, frozen=True):
    """What one person was told."""

    kind: str
    recipient: UUID
    key: str
    url: str
    data: dict[str, str]
    subject: Ref | None


class FakeNotifications:
    """Implements `huitang_sdk.contracts.Notifications`; `sent` has what was told and not taken back, in order."""

    def __init__(self, kinds: Iterable[NotificationKind]) -> None:
        """`kinds` are those that the plugin declares: `plugin.notification_kinds()`."""
        self.sent: list[SentNotice] = []
        self._told: set[tuple[str, str, UUID]] = set()
        self._kinds = {kind.id for kind in kinds}

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
        """See the contract."""
        if kind not in self._kinds:
            raise ValueError(f"the plugin declares no notification kind {kind!r}")
        check_address(url)
        for recipient in dict.fromkeys(recipients):
            if (kind, key, recipient) not in self._told:
                self._told.add((kind, key, recipient))
                self.sent.append(SentNotice(kind, recipient, key, url, dict(data), subject))

    async def recipients(self, subject: Ref) -> Sequence[UUID]:
        """See the contract."""
        return list(dict.fromkeys(notice.recipient for notice in self.sent if notice.subject == subject))

    async def withdraw(self, subject: Ref, *, recipient: UUID | None = None) -> int:
        """See the contract."""
        taken = [n for n in self.sent if n.subject == subject and recipient in (None, n.recipient)]
        self.sent = [notice for notice in self.sent if notice not in taken]
        return len(taken)


class FakeTodos:
    """Implements `huitang_sdk.contracts.Todos`; `all` has every to-do, open and closed, in the order of opening."""

    def __init__(self, kinds: Iterable[NotificationKind], *, clock: Clock | None = None) -> None:
        """`kinds` are those that the plugin declares; the ones with `todo=True` count."""
        self.all: list[Todo] = []
        self._kinds = {kind.id for kind in kinds if kind.todo}
        self._clock = clock or FixedClock()

    async def open(
        self, kind: str, *, subject: Ref, assignee: UUID, title: str, url: str, due: date | None = None
    ) -> UUID:
        """See the contract."""
        return (await self.open_many(kind, [NewTodo(subject, assignee, title, url, due)]))[0]

    async def open_many(self, kind: str, todos: Sequence[NewTodo]) -> Sequence[UUID]:
        """See the contract."""
        self._check(kind)
        for new in todos:
            check_address(new.url)
        return [self._put(kind, new) for new in todos]

    def _put(self, kind: str, new: NewTodo) -> UUID:
        for todo in self._open():
            if (todo.kind, todo.subject, todo.assignee_id) == (kind, new.subject, new.assignee):
                self._replace(todo, title=new.title, url=new.url, due=new.due)
                return todo.id
        now = self._clock.now()
        self.all.append(Todo(new_id(), kind, new.subject, new.title, new.url, new.assignee, new.due, now, 0, None))
        return self.all[-1].id

    async def close(self, subject: Ref, *, kind: str | None = None, assignee: UUID | None = None) -> int:
        """See the contract."""
        wanted = [t for t in self._open() if t.subject == subject and kind in (None, t.kind)]
        closed = [t for t in wanted if assignee in (None, t.assignee_id)]
        for todo in closed:
            self._replace(todo, closed_at=self._clock.now())
        return len(closed)

    async def of(self, subject: Ref) -> Sequence[Todo]:
        """See the contract."""
        return in_order(t for t in self._open() if t.subject == subject)

    async def urge(self, todo_id: UUID) -> None:
        """See the contract."""
        for todo in self._open():
            if todo.id == todo_id:
                self._replace(todo, urged=todo.urged + 1)

    async def mine(self, actor: Actor, *, limit: int = 50) -> Sequence[Todo]:
        """See the contract; here are only the to-dos opened through this fake."""
        return in_order(t for t in self._open() if actor.account_id and t.assignee_id == actor.account_id)[:limit]

    async def due(self, kind: str, *, before: date) -> Sequence[Todo]:
        """See the contract."""
        self._check(kind)
        return in_order(t for t in self._open() if t.kind == kind and t.due is not None and t.due < before)

    def _open(self) -> list[Todo]:
        return [todo for todo in self.all if todo.closed_at is None]

    def _replace(self, todo: Todo, **changes: object) -> None:
        self.all[self.all.index(todo)] = structs.replace(todo, **changes)

    def _check(self, kind: str) -> None:
        if kind not in self._kinds:
            raise ValueError(f"the plugin declares no notification kind {kind!r} with todo=True")


def in_order(todos: Iterable[Todo]) -> list[Todo]:
    """By due date, those without one last; then as they were opened."""
    return sorted(todos, key=lambda todo: (todo.due or date.max, todo.created_at, todo.id))


def check_address(url: str) -> None:
    """Raise ValueError unless `url` is an address of the platform, like "/budget/7"."""
    if not url.startswith("/") or url.startswith(("//", "/\\")):
        raise ValueError(f"{url!r} is not an address of this platform: it must start with one /")
