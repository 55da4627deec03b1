"""The facts of a matter as its letters say them: in Chinese, with the limits and articles of the office's rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from huitang_petitions.clock import Limit, Profile
from huitang_petitions.services import access, limits
from huitang_petitions.services.access import Ctx
from huitang_petitions.services.letters.kinds import Letter
from huitang_petitions.services.rules import rule_book
from huitang_sdk.contracts import Actor
from huitang_sdk.contracts.personal import Sealed
from huitang_sdk.personal import masked

UNITS = {"natural": "日", "working": "个工作日"}
NOBODY = "信访人"


async def facts_of(ctx: Ctx, row: Mapping[str, Any], letter: Letter) -> dict[str, Any]:
    """What a letter says of a matter, apart from what the officer writes. The petitioner's name is masked."""
    profile = (await rule_book(ctx)).profile_for(row["organisation_id"], limits.day_of(row["received_at"]))
    happened = {one.kind: one for one in await limits.events_of(ctx, row["id"])}
    units = {unit.id: unit.name for unit in await ctx.identity.organisations()}
    out = max(
        (happened[kind] for kind in ("transferred_out", "assigned_out") if kind in happened),
        key=lambda one: one.at,
        default=None,
    )
    source = next(iter(profile.sources.values()), None)
    return {
        "number": row["number"],
        "organ": units.get(issuer_of(row, letter), ""),
        "to": letter.elsewhere.get(row["remit"], "") if letter.given else out.detail.get("organ", "") if out else "",
        "addressee": await _addressee(ctx, row),
        "people": row["people"],
        "subject": ctx.personal.unseal("matter.subject", row["id"], row["subject"]),
        "received": day(limits.day_of(row["received_at"])),
        "accepted": _on(happened, "reopened", "accepted"),
        "answered": _on(happened, "answered", "settled"),
        "law": f"《{source.title}》" if source else "",
        "article": happened["refused"].detail.get("article", "") if "refused" in happened else "",
        "limits": await _limits(ctx, row, profile, letter),
        "extension": await _extension(ctx, row, profile, happened),
        "is_assigned": bool(out and out.kind == "assigned_out"),
        "date": day(ctx.clock.today()),
    }


def issuer_of(row: Mapping[str, Any], letter: Letter) -> UUID:
    """The organisation in whose name the letter is written."""
    found: UUID = (row["handler_id"] if letter.issuer == "handler" else None) or row["organisation_id"]
    return found


def day(value: date | None) -> str:
    """
    >>> day(date(2026, 3, 2))
    '2026年3月2日'
    """
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


def _on(happened: Mapping[str, limits.Happened], *kinds: str) -> str:
    found = [happened[kind].at for kind in kinds if kind in happened]
    return day(limits.day_of(max(found))) if found else ""


_FIRST = (
    "SELECT t.id, t.name FROM petitions.party p JOIN petitions.petitioner t ON t.id = p.petitioner_id"
    " WHERE p.matter_id = $1 AND p.withdrawn_at IS NULL AND t.name <> '' ORDER BY p.position LIMIT 1"
)


async def _addressee(ctx: Ctx, row: Mapping[str, Any]) -> str:
    found = [] if row["whistle"] else await ctx.db.fetch(_FIRST, row["id"])
    name = ctx.personal.unseal("petitioner.name", found[0]["id"], found[0]["name"]) if found else ""
    return masked("name", name) or NOBODY


async def named(ctx: Ctx, actor: Actor, row: Mapping[str, Any], letter: Letter) -> str:
    """The addressee in clear, on record like every unmasking. Raises Forbidden without the permission."""
    await access.matter_for(ctx, actor, row["id"], access.REVEAL)
    found = [] if row["whistle"] else await ctx.db.fetch(_FIRST, row["id"])
    sealed = [Sealed("petitioner.name", one["id"], one["name"]) for one in found]
    clear = await ctx.personal.reveal(actor, access.REVEAL, access.ref(row["id"]), sealed, reason=letter.name)
    return clear[0] if clear and clear[0] else NOBODY


async def _limits(ctx: Ctx, row: Mapping[str, Any], profile: Profile, letter: Letter) -> list[dict[str, Any]]:
    """The limits that the letter speaks of, as the rules have them; with the last day of those that run."""
    rows = await ctx.db.fetch(
        "SELECT limit_id, max(due) AS due FROM petitions.deadline WHERE matter_id = $1"
        " AND state IN ('running', 'extended') GROUP BY limit_id",
        row["id"],
    )
    last = {one["limit_id"]: one["due"] for one in rows}
    kind = row["kind"] or limits.KIND_UNKNOWN
    return [
        _limit(profile, one, last.get(one.id))
        for one in profile.limits
        if set(one.start) & set(letter.begins) and (not one.kinds or kind in one.kinds)
    ]


def _limit(profile: Profile, one: Limit, due: date | None) -> dict[str, Any]:
    source = profile.sources.get(one.source)
    return {
        "title": one.title.zh,
        "what": one.next.zh,
        "kind": one.kind,
        "days": one.length,
        "unit": UNITS[one.unit],
        "due": day(due),
        "law": f"《{source.title}》" if source and one.verified else "",
        "article": one.article if one.verified else "",
        "verified": one.verified,
    }


async def _extension(
    ctx: Ctx, row: Mapping[str, Any], profile: Profile, happened: Mapping[str, limits.Happened]
) -> dict[str, Any]:
    """The last extension that was granted; empty words while there is none."""
    found = happened["extended"].detail if "extended" in happened else {}
    limit = next((one for one in profile.limits if one.id == found.get("limit")), None)
    due: Sequence[Mapping[str, Any]] = await ctx.db.fetch(
        "SELECT max(due) AS due FROM petitions.deadline WHERE matter_id = $1 AND limit_id = $2",
        *(row["id"], found.get("limit", "")),
    )
    source = profile.sources.get(limit.source) if limit else None
    sure = bool(limit and limit.extension and limit.extension.verified)
    return {
        "days": found.get("days", 0),
        "due": day(due[0]["due"]),
        "approver": found.get("approver", ""),
        "law": f"《{source.title}》" if source and sure else "",
        "article": limit.extension.article if sure and limit and limit.extension else "",
    }
