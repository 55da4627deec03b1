"""Sends what is in the ledger: at least once, a leased row at a time, on every node.

A letter is leased, sent, then marked. A process that dies between sending and marking leaves its lease to run out, and
the letter is sent again with the same Message-ID: SMTP knows no better than "at least once".
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any

from huitang_kernel.background import DueWork
from huitang_kernel.core import Core
from huitang_kernel.notifications.mail import Letter, Postman, RefusedForGood, Unreachable
from huitang_kernel.notifications.preferences import Preferences
from huitang_kernel.notifications.settings import NotificationsSettings
from huitang_sdk.contracts import Identity
from huitang_sdk.i18n import Translator, use_locale

_ = Translator("notifications")
log = logging.getLogger("huitang.notifications")

LEASE = """
UPDATE notifications.delivery d SET attempts = attempts + 1, next_at = now() + make_interval(secs => $1)
FROM notifications.notice n
WHERE n.id = d.notice_id AND d.id = (
    SELECT id FROM notifications.delivery
    WHERE state IN ('queued', 'failed') AND next_at <= now() AND channel = 'email'
    ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING d.id, d.kind, d.recipient_id, d.title, d.body, d.locale, d.urgent, d.attempts, d.created_at, n.url
"""
END = """
UPDATE notifications.delivery SET state = $3, error = $4, message_id = $5,
    finished_at = CASE WHEN $3 IN ('queued', 'failed') THEN NULL ELSE now() END
WHERE id = $1 AND attempts = $2 AND state IN ('queued', 'failed')
"""
AGAIN = """
UPDATE notifications.delivery SET state = $3, error = $4, next_at = $5
WHERE id = $1 AND attempts = $2 AND state IN ('queued', 'failed')
"""
NEXT = """
SELECT extract(epoch FROM min(next_at) - now())::float AS seconds FROM notifications.delivery
WHERE state IN ('queued', 'failed') AND channel = 'email'
"""


class Sender:
    """`run` goes on until it is cancelled: registered with `core.background.on_node`."""

    identity: Identity

    def __init__(self, core: Core, settings: NotificationsSettings, preferences: Preferences) -> None:
        self._core = core
        self._database = core.database
        self._settings = settings
        self._preferences = preferences
        self._postman = Postman(settings.smtp)
        self._due = DueWork(self.send_next, self._seconds, self._postman.close)
        self.wake, self.run = self._due.wake, self._due.run

    async def _seconds(self) -> float | None:
        seconds: float | None = (await self._database.fetch(NEXT))[0]["seconds"]
        return seconds

    async def send_next(self) -> bool:
        """Try the row that has waited longest; False when nothing is due or the server is down."""
        if self._core.drain.is_draining:
            return False
        with self._core.drain.busy():
            rows = await self._database.fetch(LEASE, self._settings.lease_seconds)
            return bool(rows) and await self._try(rows[0])

    async def _try(self, row: dict[str, Any]) -> bool:
        if row["attempts"] > len(self._settings.retry_seconds) + 1:
            await self._end(row, "dead", "given up: the process died each time it was sent")
            return True
        try:
            await self._send(row)
        except Unreachable as error:
            self._due.is_down(self._settings.retry_seconds[0] if self._settings.retry_seconds else 1.0)
            await self._failed(row, error)
            return False
        except RefusedForGood as error:
            await self._end(row, "dead", str(error))
            self._note(error)
        except Exception as error:
            await self._failed(row, error)
        self._due.is_up()
        return True

    async def _send(self, row: dict[str, Any]) -> None:
        account = await self.identity.account(row["recipient_id"])
        if account is None or not account.is_active or not account.email:
            reason = "no-address" if account is not None and account.is_active else "inactive"
            await self._end(row, "skipped", reason)
            return
        letter = Letter(row["id"], account.email, row["title"], self._full_text(row), row["created_at"])
        async with asyncio.timeout(self._settings.lease_seconds * 0.8):
            message_id = await self._postman.deliver(letter)
        await self._end(row, "sent", "", message_id)

    def _full_text(self, row: dict[str, Any]) -> str:
        """The body, where to look, and how to get less of it."""
        base = self._core.settings.server.public_url.rstrip("/")
        with use_locale(row["locale"]):
            parts = [row["body"] or row["title"]]
            if base:
                parts.append(_("Open it here: {url}", url=base + row["url"]))
            parts.append("-- \n" + _("You choose what is sent by e-mail under Notices, Preferences."))
        return "\n\n".join(parts) + "\n"

    async def _failed(self, row: dict[str, Any], error: Exception) -> None:
        """Try again after a pause that grows, outside quiet hours; give up after the last one."""
        self._note(error)
        text = f"{type(error).__name__}: {error}"[:2000]
        pauses = self._settings.retry_seconds
        if row["attempts"] > len(pauses):
            await self._end(row, "dead", text)
            return
        again = self._core.clock.now() + timedelta(seconds=pauses[row["attempts"] - 1])
        if not row["urgent"]:
            quiet = (await self._preferences.quiet_hours([row["recipient_id"]])).get(row["recipient_id"])
            again = (quiet.end_of(again) if quiet else None) or again
        await self._database.execute(AGAIN, row["id"], row["attempts"], "failed", text, again)

    async def _end(self, row: dict[str, Any], state: str, error: str, message_id: str = "") -> None:
        await self._database.execute(END, row["id"], row["attempts"], state, error[:2000], message_id)

    def _note(self, error: Exception) -> None:
        log.warning("an e-mail could not be sent: %s: %s", type(error).__name__, error)
        record = self._core.registry.get("notifications")
        if record is not None:
            record.note_trouble("email", error)
