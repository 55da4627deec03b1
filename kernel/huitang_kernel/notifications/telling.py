"""`send`: the rows of a notice and of its e-mail, written inside the change that they tell of. Nothing leaves here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from huitang_kernel.core import Core
from huitang_kernel.notifications.inbox import Inbox
from huitang_kernel.notifications.preferences import Preferences
from huitang_kernel.notifications.wording import write_words
from huitang_kernel.plugins.registry import PluginRecord
from huitang_sdk.contracts import Account, Identity, Ref
from huitang_sdk.db import new_id
from huitang_sdk.declare import NotificationKind

CHANNEL = "huitang_notifications"
EMAIL = "email"

NEW_NOTICES = """
INSERT INTO notifications.notice
    (id, plugin, kind, key, recipient_id, title, body, url, subject_kind, subject_id, created_at)
SELECT n.id, $5, $6, $7, n.recipient, n.title, n.body, $8, $9, $10, $11
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS n (id, recipient, title, body)
ON CONFLICT (recipient_id, kind, key) DO NOTHING RETURNING id, recipient_id
"""
NEW_DELIVERIES = """
INSERT INTO notifications.delivery
    (id, notice_id, channel, kind, recipient_id, title, body, locale, urgent, state, error, next_at, created_at,
     finished_at)
SELECT d.id, d.notice, 'email', $9, d.recipient, d.title, d.body, d.locale, $10,
    CASE WHEN d.reason = '' THEN 'queued' ELSE 'skipped' END, d.reason, d.next_at, $11::timestamptz,
    CASE WHEN d.reason = '' THEN NULL ELSE $11::timestamptz END
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
    AS d (id, notice, recipient, title, body, locale, reason, next_at)
"""


class Telling:
    """Writes notices. `identity` is set when the service starts."""

    identity: Identity

    def __init__(self, core: Core, preferences: Preferences, inbox: Inbox, *, has_email: bool) -> None:
        self._core = core
        self._preferences = preferences
        self._inbox = inbox
        self._has_email = has_email

    async def send(
        self,
        record: PluginRecord,
        kind: NotificationKind,
        recipients: Iterable[UUID],
        *,
        key: str,
        url: str,
        data: Mapping[str, str],
        subject: Ref | None,
    ) -> None:
        """Write what is to be told; people told already under the same key are left out."""
        check_address(url)
        wanted = list(dict.fromkeys(recipients))
        accounts = await self.identity.accounts(wanted)
        for missing in [account for account in wanted if account not in accounts]:
            record.note_trouble(f"notice:{kind.id}", LookupError(f"there is no account {missing}"))
        told = await self._write_notices(record, kind, list(accounts.values()), key, url, data, subject)
        await self._inbox.changed(recipient for _, recipient in told)
        if told and EMAIL in kind.channels:
            people = [(notice, accounts[recipient]) for notice, recipient in told]
            await self._write_emails(record, kind, people, {**data, "url": url})
            await self._core.database.notify(CHANNEL)

    async def _write_notices(
        self,
        record: PluginRecord,
        kind: NotificationKind,
        people: list[Account],
        key: str,
        url: str,
        data: Mapping[str, str],
        subject: Ref | None,
    ) -> list[tuple[UUID, UUID]]:
        """Returns (notice, recipient) of those who had not been told yet."""
        words = [
            write_words(record, kind, "in-app", person.locale, {**data, "url": url, "recipient": person.name})
            for person in people
        ]
        rows = await self._core.database.fetch(
            NEW_NOTICES,
            [new_id() for _ in people],
            [person.id for person in people],
            [w.title for w in words],
            [w.body for w in words],
            record.id,
            kind.id,
            key,
            url,
            subject.kind if subject else "",
            subject.id if subject else None,
            self._core.clock.now(),
        )
        return [(row["id"], row["recipient_id"]) for row in rows]

    async def _write_emails(
        self, record: PluginRecord, kind: NotificationKind, people: list[tuple[UUID, Account]], data: Mapping[str, str]
    ) -> None:
        ids = [account.id for _, account in people]
        refused = await self._preferences.refused(kind.id, EMAIL, ids)
        quiet = {} if kind.urgent else await self._preferences.quiet_hours(ids)
        now = self._core.clock.now()
        columns: list[list[Any]] = [[] for _ in range(8)]
        for notice, account in people:
            words = write_words(record, kind, EMAIL, account.locale, {**data, "recipient": account.name})
            pause = quiet[account.id].end_of(now) if account.id in quiet else None
            row = (
                new_id(),
                notice,
                account.id,
                words.title,
                words.body,
                account.locale,
                self._reason_to_skip(account, refused),
                pause or now,
            )
            for column, value in zip(columns, row, strict=True):
                column.append(value)
        await self._core.database.execute(NEW_DELIVERIES, *columns, kind.id, kind.urgent, now)

    def _reason_to_skip(self, account: Account, refused: set[UUID]) -> str:
        if not self._has_email:
            return "no-server"
        if not account.is_active:
            return "inactive"
        if not account.email:
            return "no-address"
        return "refused" if account.id in refused else ""


def check_address(url: str) -> None:
    """A notice leads to a page of this platform, never elsewhere."""
    if not url.startswith("/") or url.startswith(("//", "/\\")) or not url.isprintable():
        raise ValueError(f"{url!r} is not an address of this platform: it must start with one /")
