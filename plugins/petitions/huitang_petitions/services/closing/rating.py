"""Ratings (评价): both offices, once per round, with the look-up code, or taken down by phone or at the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_petitions.services import access, happening, joined, lookup
from huitang_petitions.services.access import Ctx, _
from huitang_petitions.services.closing import visiting
from huitang_petitions.services.closing.ending import ENDED, Ending, ending_of, matter_to_ask_about
from huitang_petitions.settings import Grade
from huitang_petitions.tables import Rating
from huitang_sdk.contracts import Actor, Write
from huitang_sdk.contracts.identity import ANONYMOUS
from huitang_sdk.db import new_id
from huitang_sdk.errors import Conflict, Invalid, NotFound

OFFICES = ("office", "unit")
CHANNELS = ("web", "phone", "desk")
BY_STAFF = ("phone", "desk")
MOST_TEXT = 1000
_VALID = "SELECT * FROM petitions.rating WHERE matter_id = $1 AND round = $2 AND invalid_at IS NULL"


class Opinion(Struct, frozen=True):
    """What is said of one office: a grade of the scale, and a comment or ""."""

    grade: str
    comment: str = ""


class Question(Struct, frozen=True, kw_only=True):
    """One office to rate, and what was said of it in this round."""

    office: str
    body: str
    body_id: UUID
    grade: str = ""
    comment: str = ""
    may_change: bool = True


class Sheet(Struct, frozen=True, kw_only=True):
    """What a petitioner is asked; `closed` says why nothing can be given, "" when it can."""

    number: str
    round: int
    questions: list[Question]
    scale: Sequence[Grade]
    until: datetime | None
    closed: str = ""


async def sheet_of(ctx: Ctx, matter: Mapping[str, Any], *, with_comments: bool = True) -> Sheet:
    """The questions of a matter's present round."""
    matter = await joined.going_on(ctx, matter)
    ending = await ending_of(ctx, matter["id"])
    given = {row["office"]: row for row in await ctx.db.fetch(_VALID, matter["id"], ending.round)}
    questions = []
    for office, body_id in _offices(matter):
        row = given.get(office)
        body = await ctx.identity.organisation(body_id)
        questions.append(
            Question(
                office=office,
                body=body.name if body else "",
                body_id=body_id,
                grade=row["grade"] if row else "",
                comment=_comment(ctx, row) if row and with_comments else "",
                may_change=row is None or ctx.clock.now() <= _until(ctx, row["at"]),
            )
        )
    until = ending.ended_at + timedelta(days=ctx.settings.rating_days) if ending.ended_at else None
    closed = _closed(ctx, matter, ending)
    return Sheet(
        number=matter["number"],
        round=ending.round,
        questions=questions,
        scale=ctx.settings.rating_scale,
        until=until,
        closed=closed,
    )


async def sheet_with(ctx: Ctx, token: str) -> Sheet:
    """The questions for whoever typed the look-up code. Raises NotFound."""
    return await sheet_of(ctx, await lookup.matter_of(ctx, token))


async def rate_with(ctx: Ctx, token: str, opinions: Mapping[str, Opinion]) -> None:
    """The petitioner rates, or changes a rating. Raises NotFound, Invalid at the field, Conflict out of time."""
    async with ctx.db.write(ANONYMOUS) as write:
        matter = await lookup.matter_of(ctx, token, lock=True)
        await _give(ctx, write, ANONYMOUS, matter, "web", opinions)


async def collect(ctx: Ctx, actor: Actor, matter_id: UUID, channel: str, opinions: Mapping[str, Opinion]) -> None:
    """Take down what a petitioner said by phone or at the desk; or correct what was taken down wrongly.

    Raises Conflict for what the petitioner gave with the code, and what `rate_with` and `access.matter_for` raise.
    """
    if channel not in BY_STAFF:
        wrong = _("Say how the petitioner was asked.")
        raise Invalid(wrong, fields={"channel": wrong})
    async with ctx.db.write(actor) as write:
        matter = await matter_to_ask_about(ctx, actor, matter_id, lock=True)
        await _give(ctx, write, actor, matter, channel, opinions)


async def invalidate(ctx: Ctx, actor: Actor, matter_id: UUID, rating_id: UUID, reason: str) -> None:
    """A rating that is nobody's (taken down for the wrong matter, given by a stranger): it counts as an error of
    collection only, and its place is free again. Raises Invalid without a reason, NotFound."""
    if not reason.strip():
        raise Invalid(_("Say why."), fields={"invalid_reason": _("Say why.")})
    async with ctx.db.write(actor) as write:
        await matter_to_ask_about(ctx, actor, matter_id, lock=True)
        rows = await ctx.db.fetch(
            "UPDATE petitions.rating SET invalid_at = $3, invalid_by = $4, invalid_reason = $5"
            " WHERE id = $1 AND matter_id = $2 AND invalid_at IS NULL RETURNING id",
            *(rating_id, matter_id, ctx.clock.now(), actor.account_id),
            ctx.personal.seal("rating.invalid_reason", rating_id, reason.strip()),
        )
        if not rows:
            raise NotFound(_("There is no such rating."))
        await write.audit("petitions.rating.invalidated", access.ref(matter_id), detail={"rating": str(rating_id)})


async def _give(
    ctx: Ctx, write: Write, actor: Actor, matter: Mapping[str, Any], channel: str, opinions: Mapping[str, Opinion]
) -> None:
    matter = await joined.going_on(ctx, matter)
    ending = await ending_of(ctx, matter["id"])
    if closed := _closed(ctx, matter, ending):
        raise Conflict(closed)
    bodies = dict(_offices(matter))
    chosen = {office: said for office, said in opinions.items() if said.grade and office in bodies}
    _check(ctx, chosen, next(iter(bodies)))
    given = {row["office"]: row for row in await ctx.db.fetch(_VALID, matter["id"], ending.round)}
    for office, said in chosen.items():
        await _put(ctx, actor, matter["id"], ending.round, (office, bodies[office]), channel, said, given.get(office))
    detail = {"round": ending.round, "offices": sorted(chosen), "channel": channel}
    await happening.record(ctx, write, actor, matter, "rated", detail=detail, shown=True)
    bad = {grade.id for grade in ctx.settings.rating_scale if grade.bad}
    if "bad" in ctx.settings.visit_rules and any(said.grade in bad for said in chosen.values()):
        await visiting.open_visit(ctx, write, matter, ending.round, "bad")


def _check(ctx: Ctx, chosen: Mapping[str, Opinion], first: str) -> None:
    scale = {grade.id for grade in ctx.settings.rating_scale}
    wrong: dict[str, str] = {}
    if not chosen:
        wrong[f"grade-{first}"] = _("Choose a grade.")
    for office, said in chosen.items():
        if said.grade not in scale:
            wrong[f"grade-{office}"] = _("Choose a grade.")
        if len(said.comment) > MOST_TEXT:
            wrong[f"comment-{office}"] = _("Write at most {count} characters.", count=MOST_TEXT)
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)


async def _put(
    ctx: Ctx,
    actor: Actor,
    matter_id: UUID,
    round_: int,
    where: tuple[str, UUID],
    channel: str,
    said: Opinion,
    row: Mapping[str, Any] | None,
) -> None:
    """One office's rating: a new one, or the one that is there, changed."""
    now = ctx.clock.now()
    rating_id = row["id"] if row else new_id()
    comment = said.comment.strip()
    sealed = ctx.personal.seal("rating.comment", rating_id, comment) if comment else b""
    if row is None:
        await Rating.insert(
            Rating(
                id=rating_id,
                matter_id=matter_id,
                round=round_,
                office=where[0],
                body_id=where[1],
                grade=said.grade,
                comment=sealed,
                channel=channel,
                own=channel == "web",
                at=now,
                entered_by=actor.account_id,
            )
        )
        return
    if now > _until(ctx, row["at"]):
        raise Conflict(_("This was rated already, and the time to change it is over."))
    if row["own"] and channel != "web":
        raise Conflict(_("The petitioner gave this rating with the code. Only they can change it."))
    wrong = row["corrected"] or (not row["own"] and row["grade"] != said.grade)
    await ctx.db.execute(
        "UPDATE petitions.rating SET grade = $2, comment = $3, own = own OR $4, changed_at = $5, changed_by = $6,"
        " corrected = $7 WHERE id = $1",
        *(rating_id, said.grade, sealed, channel == "web", now, actor.account_id, wrong),
    )


def _offices(matter: Mapping[str, Any]) -> list[tuple[str, UUID]]:
    """The office for letters and visits, and the unit that handled the matter where that is another one."""
    found = [("office", matter["organisation_id"])]
    if matter["handler_id"] and matter["handler_id"] != matter["organisation_id"]:
        found.append(("unit", matter["handler_id"]))
    return found


def _closed(ctx: Ctx, matter: Mapping[str, Any], ending: Ending) -> str:
    """Why nothing can be rated now; "" when it can."""
    if matter["state"] not in ENDED or ending.ended_at is None:
        return _("It can be rated once it was answered.")
    if ctx.clock.now() > ending.ended_at + timedelta(days=ctx.settings.rating_days):
        return _("The time for ratings is over.")
    return ""


def _until(ctx: Ctx, given: datetime) -> datetime:
    return given + timedelta(days=ctx.settings.rating_change_days)


def _comment(ctx: Ctx, row: Mapping[str, Any]) -> str:
    return ctx.personal.unseal("rating.comment", row["id"], row["comment"] or None)
