"""Looking a matter up with its code: the statutory facts and the petitioner's own papers, nothing of anybody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from msgspec import Struct

from huitang_petitions.events import MatterSupplemented, MatterWithdrawn
from huitang_petitions.services import asking, codes, correspondence, happening, joined, papers, photos, steps, wording
from huitang_petitions.services.access import Ctx, ref
from huitang_petitions.services.closing.ending import ENDED as ANSWERED_STATES
from huitang_petitions.services.correspondence import MessageRow
from huitang_petitions.services.papers import PaperRow
from huitang_petitions.services.submission import NewPaper
from huitang_petitions.workflow import MATTER, OPEN
from huitang_sdk.codes import CodeError, parse_code
from huitang_sdk.contracts import StoredFile, Write
from huitang_sdk.contracts.identity import ANONYMOUS, SYSTEM
from huitang_sdk.errors import Conflict, Invalid, NotFound
from huitang_sdk.gathering import Gathering
from huitang_sdk.i18n import Translator

_ = Translator("petitions")
FIND = "SELECT id, code_hash FROM petitions.matter WHERE code_hash = ANY($1::bytea[])"
PAUSE = 0.004
"""Seconds for which look-ups gather after a lot."""
ENDED = ("withdrawn",)
ASKED_FROM = {step: MATTER.transition(step).from_ for step in asking.EVENTS}
"""The states in which a review and a re-review can be asked for."""


class Fact(Struct, frozen=True):
    """Something that happened and that the law lets the petitioner know."""

    at: datetime
    title: str
    detail: dict[str, Any]


class Seen(Struct, frozen=True, kw_only=True):
    """What a petitioner sees with the code. `may_ask` is "review", "recheck" or "", `ask_until` its last day."""

    id: UUID
    number: str
    state: str
    channel: str
    whistle: bool
    received_at: datetime
    is_over: bool
    is_open: bool
    is_answered: bool
    may_ask: str
    ask_until: date | None
    facts: list[Fact]
    papers: list[PaperRow]
    messages: list[MessageRow]


def code_in(typed: str) -> str:
    """The code that was typed. Raises Invalid that says what is wrong with it: its form is no secret."""
    try:
        return parse_code(typed)
    except CodeError as error:
        words = {
            "symbol": _("A code has only digits and letters, without I, L, O and U."),
            "length": _("A code has 17 characters. Some are missing, or there are too many."),
            "check": _("There is a slip in the code. Compare it with your paper, character by character."),
        }
        raise Invalid(words[error.reason], fields={"code": words[error.reason]}) from error


async def pass_for(ctx: Ctx, code: str) -> tuple[str, bool]:
    """A pass for the matter of a code, and whether there is one. The work is the same in both cases."""
    kept = codes.hash_of(ctx, code)
    matter_id = await _gathering(ctx).put((ctx, kept))
    return codes.new_pass(ctx, matter_id, kept), matter_id is not None


_GATHERINGS: WeakKeyDictionary[Any, Gathering[tuple[Ctx, bytes], UUID | None]] = WeakKeyDictionary()
"""Of each database that is open: the codes that are being looked up, hits and misses together."""


def _gathering(ctx: Ctx) -> Gathering[tuple[Ctx, bytes], UUID | None]:
    found = _GATHERINGS.get(ctx.db)
    if found is None:
        found = _GATHERINGS[ctx.db] = Gathering(_find, pause=PAUSE)
    return found


async def _find(lot: Sequence[tuple[Ctx, bytes]]) -> Sequence[UUID | None]:
    rows = await lot[0][0].db.fetch(FIND, [kept for _ctx, kept in lot])
    found = {row["code_hash"]: row["id"] for row in rows}
    return [found.get(kept) for _ctx, kept in lot]


async def matter_of(ctx: Ctx, token: str, *, lock: bool = False) -> dict[str, Any]:
    """The matter a pass opens. Raises NotFound for one that is too old, made up, or of a code that was replaced."""
    matter_id = codes.read_pass(ctx, token)
    rows = (
        await ctx.db.fetch(
            f"SELECT * FROM petitions.matter WHERE id = $1{' FOR UPDATE' if lock else ''}",
            matter_id,
        )
        if matter_id
        else []
    )
    if not rows or not codes.opens(ctx, token, rows[0]["code_hash"]):
        raise NotFound(_("There is no letter with this code, or it was typed too long ago."))
    return rows[0]


async def seen_with(ctx: Ctx, token: str) -> Seen:
    """Everything the petitioner may know. Raises NotFound."""
    matter = await matter_of(ctx, token)
    going_on = await joined.going_on(ctx, matter)
    step, until = await asking.offered(ctx, going_on, ASKED_FROM) or ("", None)
    events = await ctx.db.fetch(
        "SELECT kind, at, detail FROM petitions.event WHERE matter_id = $1 AND shown ORDER BY at, recorded_at",
        matter["id"],
    )
    return Seen(
        id=matter["id"],
        number=matter["number"],
        state=matter["state"],
        channel=matter["channel"],
        whistle=matter["whistle"],
        received_at=matter["received_at"],
        is_over=matter["state"] in ENDED,
        is_open=going_on["state"] in OPEN,
        is_answered=going_on["state"] in ANSWERED_STATES,
        may_ask=step,
        ask_until=until,
        facts=[Fact(row["at"], wording.title_of(row["kind"]), wording.detail_of(row["detail"])) for row in events],
        papers=await papers.papers_of(ctx, matter["id"], shown_only=True),
        messages=await correspondence.messages_of(ctx, matter["id"]),
    )


async def paper_with(ctx: Ctx, token: str, paper_id: UUID) -> tuple[PaperRow, StoredFile]:
    """A paper the petitioner may have. Raises NotFound."""
    matter = await matter_of(ctx, token)
    return await papers.paper_of(ctx, matter["id"], paper_id, shown_only=True)


async def add(ctx: Ctx, token: str, text: str, new: Sequence[NewPaper] = (), *, key: UUID | None = None) -> None:
    """The petitioner adds or answers something. Raises Invalid, NotFound, Conflict once it was withdrawn.

    With `key`, the id of the message it came by, it is added once however often it is delivered.
    """
    plain = correspondence.checked_text(text) if text.strip() or not new else ""
    async with ctx.db.write(ANONYMOUS) as write:
        await _add(ctx, write, await matter_of(ctx, token, lock=True), plain, new, key)


async def answer(ctx: Ctx, matter_id: UUID, text: str, *, key: UUID, taken: bool = True) -> None:
    """The same for what came without the code from whom the office had asked: it opens nothing. Raises as `add`.

    Not `taken` is what only says that something came that cannot be read here.
    """
    plain = correspondence.checked_text(text)
    async with ctx.db.write(ANONYMOUS) as write:
        (matter,) = await ctx.db.fetch("SELECT * FROM petitions.matter WHERE id = $1 FOR UPDATE", matter_id)
        await _add(ctx, write, matter, plain, (), key, taken=taken)


async def _add(
    ctx: Ctx,
    write: Write,
    matter: dict[str, Any],
    plain: str,
    new: Sequence[NewPaper],
    key: UUID | None,
    *,
    taken: bool = True,
) -> None:
    if matter["state"] in ENDED:
        raise Conflict(_("This was withdrawn. Nothing can be added any more."))
    if key and await correspondence.is_there(ctx, key):
        raise Conflict(_("This was added already."))
    if plain:
        await correspondence.put(ctx, matter["id"], "petitioner", plain, None, key=key, taken=taken)
    sent = photos.without_traces(ctx, new, confidential=matter["whistle"])
    count = await papers.keep(ctx, ANONYMOUS, matter["id"], sent)
    await happening.record(ctx, write, ANONYMOUS, matter, "supplemented", shown=True)
    await write.audit("petitions.message.written", ref(matter["id"]), detail={"side": "petitioner", "papers": count})
    await write.emit(MatterSupplemented(matter_id=matter["id"]))


async def withdraw(ctx: Ctx, token: str) -> None:
    """The petitioner takes it back. Raises NotFound, Conflict when that happened already."""
    async with ctx.db.write(ANONYMOUS) as write:
        matter = await matter_of(ctx, token, lock=True)
        if matter["state"] in ENDED:
            raise Conflict(_("This was withdrawn already."))
        await steps.begun(ctx, write, matter)
        await ctx.workflow.move(write, SYSTEM, ref(matter["id"]), "withdraw")
        await ctx.db.execute(
            "UPDATE petitions.matter SET closed_at = $2, version = version + 1 WHERE id = $1",
            *(matter["id"], ctx.clock.now()),
        )
        await write.emit(MatterWithdrawn(matter_id=matter["id"]))


async def ask(ctx: Ctx, token: str, text: str = "") -> str:
    """The petitioner asks for a review, after a review for a re-review; returns which. It is under review from then on:
    the right is used on this day, and the time to decide runs.

    Raises NotFound, Invalid for a text that is too long, Conflict when there is nothing to ask for (any more).
    """
    plain = correspondence.checked_text(text) if text.strip() else ""
    async with ctx.db.write(ANONYMOUS) as write:
        main = await _locked_main(ctx, token)
        matter = await matter_of(ctx, token, lock=True)
        going_on = await joined.going_on(ctx, matter)
        offered = await asking.offered(ctx, going_on, ASKED_FROM)
        if offered is None or main["id"] != (matter["merged_into"] or matter["id"]):
            raise Conflict(_("A review cannot be asked for: the time is over, or it was asked for already."))
        if plain:
            await correspondence.put(ctx, matter["id"], "petitioner", plain, None)
        await steps.begun(ctx, write, main)
        await ctx.workflow.move(write, SYSTEM, ref(main["id"]), offered[0])
        sql = "UPDATE petitions.matter SET closed_at = NULL, version = version + 1 WHERE id = $1"
        await ctx.db.execute(sql, main["id"])
        await write.audit(f"petitions.matter.{offered[0]}_asked", ref(matter["id"]), detail={"reason": bool(plain)})
    return offered[0]


async def _locked_main(ctx: Ctx, token: str) -> dict[str, Any]:
    """The matter that the one of a pass is handled in, locked before the other as every step does."""
    matter = await matter_of(ctx, token)
    main_id = matter["merged_into"] or matter["id"]
    return (await ctx.db.fetch("SELECT * FROM petitions.matter WHERE id = $1 FOR UPDATE", main_id))[0]
