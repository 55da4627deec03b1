"""The audit log for the console: found by words, part, thing and day; one record; the chain verified.

What plugins withhold from a reader is left out of the list, its count and its pages, as though it were not there. So
that nobody can tell that something is left out, nothing here says how many records there are in all, or gives a record
its number in the chain: the command line does, for whoever has the machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from huitang_kernel.audit import AuditChain, Verdict
from huitang_kernel.db import PostgresDatabase
from huitang_kernel.plugins.withholding import Withholding
from huitang_sdk.contracts import Actor, AuditEntry, Ref
from huitang_sdk.db import Sql, contains
from huitang_sdk.errors import NotFound
from huitang_sdk.i18n import TIMEZONE, Translator
from huitang_sdk.lists import ListQuery

_ = Translator("portal")
LOG = Ref("kernel.audit", UUID(int=0))
"""How the audit log names itself."""

VERIFIED = "portal.audit.verified"
COLUMNS = "id, at, action, actor_id, actor_name, subject, detail, reason, request_id, address, sequence"
MATCHING = """
FROM kernel.audit_record
WHERE {shown}
AND ($1 = '' OR action ILIKE $1 OR actor_name ILIKE $1 OR subject ILIKE $1 OR reason ILIKE $1 OR request_id ILIKE $1)
AND ($2 = '' OR starts_with(action, $2)) AND ($3 = '' OR subject = $3) AND at >= $4 AND at < $5
"""


class Change(Struct, frozen=True):
    """One value before and after; both None-able texts."""

    name: str
    before: str
    after: str


class Verification(Struct, frozen=True):
    """The last time somebody verified the log, as the log itself tells."""

    at: datetime
    who: str
    ok: bool
    problem: str


class Records:
    def __init__(self, database: PostgresDatabase, withholding: Withholding) -> None:
        self._database = database
        self._withholding = withholding
        self.chain: AuditChain

    async def page(self, actor: Actor, query: ListQuery) -> tuple[Sequence[AuditEntry], int]:
        """The records asked for that the actor may see, newest first, and how many they are."""
        chosen = query.filters
        sql = Sql(
            contains(query.q) if query.q else "",
            f"{chosen['part']}." if chosen["part"] else "",
            chosen["subject"],
            *_between(chosen["since"], chosen["until"]),
        )
        matching = MATCHING.format(shown=(await self._withholding.away(actor)).shown(sql))
        total = await self._database.fetch(f"SELECT count(*) AS total {matching}", *sql.values)
        where = f"{matching} ORDER BY id DESC LIMIT {sql.put(query.size)} OFFSET {sql.put(query.offset)}"
        rows = await self._database.fetch(f"SELECT {COLUMNS} {where}", *sql.values)
        return [_entry(row) for row in rows], total[0]["total"]

    async def one(self, actor: Actor, record_id: UUID) -> AuditEntry:
        """One record. Raises NotFound, also for one that is withheld."""
        sql = Sql(record_id)
        shown = (await self._withholding.away(actor)).shown(sql)
        rows = await self._database.fetch(
            f"SELECT {COLUMNS} FROM kernel.audit_record WHERE id = $1 AND {shown}", *sql.values
        )
        if not rows:
            raise NotFound(_("There is no such record in the audit log."))
        return _entry(rows[0])

    async def verify(self, actor: Actor) -> Verdict:
        """Read the whole chain and keep the answer on the record."""
        verdict = await self.chain.verify()
        detail = {"ok": verdict.ok, "problem": verdict.problem, "sequence": verdict.sequence}
        async with self._database.write(actor) as write:
            await write.audit(VERIFIED, LOG, detail=detail)
        return verdict

    async def last_verification(self) -> Verification | None:
        """None when nobody has verified the log yet."""
        rows = await self._database.fetch(
            "SELECT at, actor_name, detail FROM kernel.audit_record"
            " WHERE subject = $1 AND action = $2 ORDER BY at DESC LIMIT 1",
            str(LOG),
            VERIFIED,
        )
        if not rows:
            return None
        detail = msgspec.json.decode(rows[0]["detail"])
        return Verification(rows[0]["at"], rows[0]["actor_name"], detail["ok"], detail["problem"])


def problem_words(verdict: Verdict) -> str:
    """What the chain's verdict says is wrong, in the reader's language; "" when nothing is."""
    if verdict.ok:
        return ""
    if verdict.problem.endswith("is missing") and verdict.problem.startswith("record "):
        return _("Record {sequence} was removed.", sequence=verdict.sequence)
    if "was altered or moved" in verdict.problem:
        return _("Record {sequence} was altered or put elsewhere.", sequence=verdict.sequence)
    if verdict.problem.startswith("the end of the log"):
        return _("The end of the log does not carry the seal of this platform's key.")
    if verdict.problem.startswith("records were added"):
        return _("Records were added behind the sealed end, past the platform.")
    return _("The authenticated end of the log is missing.")


def _entry(row: Mapping[str, Any]) -> AuditEntry:
    detail = msgspec.json.decode(row["detail"])
    if row["action"] == VERIFIED:
        detail.pop("records", None)  # earlier versions wrote down how many there are in all
    return AuditEntry(**{**row, "detail": detail})


def _between(since: str, until: str) -> tuple[datetime, datetime]:
    """Both days inclusive, on the wall clock of every screen; nonsense means no limit."""
    first, last = _day(since), _day(until)
    start = datetime.combine(first, time(), TIMEZONE) if first else datetime(1970, 1, 1, tzinfo=UTC)
    end = datetime.combine(last + timedelta(days=1), time(), TIMEZONE) if last else datetime(9998, 1, 1, tzinfo=UTC)
    return start, end


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year < 9998 else None


def changes_of(detail: Mapping[str, Any]) -> list[Change]:
    """What changed, from a detail that says `before` and `after`; without them everything counts as set."""
    before, after = detail.get("before"), detail.get("after")
    if not isinstance(before, Mapping) and not isinstance(after, Mapping):
        return [Change(name, "", _text(value)) for name, value in detail.items()]
    old, new = (value if isinstance(value, Mapping) else {} for value in (before, after))
    rest = {name: value for name, value in detail.items() if name not in ("before", "after")}
    changed = [
        Change(name, _text(old.get(name)), _text(new.get(name)))
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    ]
    return changed + [Change(name, "", _text(value)) for name, value in rest.items()]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return msgspec.json.format(msgspec.json.encode(value), indent=1).decode()
