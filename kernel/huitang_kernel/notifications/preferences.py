"""What each person wants to be told by e-mail, and when not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from msgspec import Struct

from huitang_kernel.db import PostgresDatabase
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.i18n import TIMEZONE, local_time


class Quiet(Struct, frozen=True):
    """From `starts` to `ends` on the wall clock; over midnight when it ends before it starts."""

    starts: time
    ends: time

    def end_of(self, moment: datetime) -> datetime | None:
        """When the quiet hours that hold `moment` (aware) end, in UTC; None when it is not quiet.

        >>> Quiet(time(22), time(7)).end_of(datetime(2026, 11, 23, 15, 0, tzinfo=UTC))
        datetime.datetime(2026, 11, 23, 23, 0, tzinfo=datetime.timezone.utc)
        """
        local = local_time(moment)
        now = local.time()
        over_midnight = self.ends <= self.starts
        if self.starts == self.ends:
            return None
        inside = (now >= self.starts or now < self.ends) if over_midnight else self.starts <= now < self.ends
        if not inside:
            return None
        day = local.date() + timedelta(days=1 if over_midnight and now >= self.starts else 0)
        return datetime.combine(day, self.ends, tzinfo=TIMEZONE).astimezone(UTC)


class Preferences:
    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def refused(self, kind: str, channel: str, accounts: Iterable[UUID]) -> set[UUID]:
        """Who has switched this kind off on this channel."""
        sql = """SELECT account_id FROM notifications.preference
            WHERE kind = $1 AND channel = $2 AND account_id = ANY($3) AND NOT enabled"""
        return {row["account_id"] for row in await self._database.fetch(sql, kind, channel, list(accounts))}

    async def switched_off(self, account: UUID, channel: str) -> set[str]:
        """The kinds one person has switched off on a channel."""
        sql = """SELECT kind FROM notifications.preference
            WHERE account_id = $1 AND channel = $2 AND NOT enabled"""
        return {row["kind"] for row in await self._database.fetch(sql, account, channel)}

    async def quiet_hours(self, accounts: Iterable[UUID]) -> dict[UUID, Quiet]:
        sql = "SELECT account_id, starts, ends FROM notifications.quiet_hours WHERE account_id = ANY($1)"
        rows = await self._database.fetch(sql, list(accounts))
        return {row["account_id"]: Quiet(row["starts"], row["ends"]) for row in rows}

    async def save(self, actor: Actor, channel: str, wanted: Mapping[str, bool], quiet: Quiet | None) -> None:
        """Take over one person's own choices: kinds on or off on a channel, and the quiet hours (None: none)."""
        account = actor.account_id
        assert account is not None
        async with self._database.write(actor) as write:
            await self._database.execute(
                """INSERT INTO notifications.preference (account_id, kind, channel, enabled)
                SELECT $1, kind, $2, enabled FROM unnest($3::text[], $4::boolean[]) AS p (kind, enabled)
                ON CONFLICT (account_id, kind, channel) DO UPDATE SET enabled = excluded.enabled""",
                account,
                channel,
                list(wanted),
                list(wanted.values()),
            )
            await self._database.execute("DELETE FROM notifications.quiet_hours WHERE account_id = $1", account)
            if quiet is not None:
                await self._database.execute(
                    "INSERT INTO notifications.quiet_hours VALUES ($1, $2, $3)", account, quiet.starts, quiet.ends
                )
            detail = {
                "channel": channel,
                "off": sorted(kind for kind, on in wanted.items() if not on),
                "quiet": f"{quiet.starts:%H:%M}-{quiet.ends:%H:%M}" if quiet else "",
            }
            await write.audit("notifications.preferences.changed", Ref("identity.account", account), detail=detail)
