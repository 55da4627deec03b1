"""For residents, by way of another system: sending a letter and looking it up, without an account."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, JSONBody
from msgspec import Meta, Struct

from huitang_petitions import rates
from huitang_petitions.api.common import AnyRequest, Line, Name, Short, Text, problems
from huitang_petitions.api.register import Kind, PersonIn
from huitang_petitions.services import codes, lookup
from huitang_petitions.services.access import Ctx
from huitang_petitions.services.registering import register
from huitang_petitions.services.submission import Intake
from huitang_petitions.services.validating import require_name
from huitang_sdk.contracts.identity import ANONYMOUS
from huitang_sdk.errors import Conflict, Invalid
from huitang_sdk.http import public, resident_actor, resident_of
from huitang_sdk.i18n import Translator, current_locale

_ = Translator("petitions")
NO_STORE = {"Cache-Control": "no-store"}


class TokenOut(Struct, frozen=True):
    """The token of one letter."""

    token: str


@get("/letters/token", guards=[public], responses=problems())
async def letter_token(ctx: NamedDependency[Ctx]) -> Response[TokenOut]:
    """A token for a letter that is about to be sent. The look-up code follows from it: only this platform makes them.

    The letter can be sent with it as often as needed, until an answer comes: it is registered once.
    """
    return Response(TokenOut(codes.new_token(ctx)), headers=NO_STORE)


class LetterIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A resident's letter: with a name, or `anonymous`, where `person` has a telephone number at most.

    `accused` names the persons and organisations complained of: whoever on the platform has exactly such a name is kept
    away from it at once. The answer does not say whether anybody has.
    """

    token: Annotated[str, Meta(max_length=100)]
    subject: Annotated[str, Meta(min_length=1, max_length=200)]
    body: Annotated[str, Meta(min_length=1, max_length=20_000)]
    kind: Kind = ""
    place: Line = ""
    earlier: Short = ""
    person: PersonIn = PersonIn()
    accused: Annotated[list[Name], Meta(max_length=20)] = []
    anonymous: bool = False
    publish: bool = False


class LetterOut(Struct, frozen=True):
    """The number and the look-up code, said here and kept nowhere."""

    number: str
    code: str


@post("/letters", guards=[public], responses=problems(409, 422, 429))
async def send_letter(request: AnyRequest, data: JSONBody[LetterIn], ctx: NamedDependency[Ctx]) -> Response[LetterOut]:
    """Send a letter. Sent again with its token it gives the same number and code; with other words it is refused (409).

    Limited by network address, together with the letters of the web form.
    """
    await rates.take_letter(ctx, request)
    if not codes.is_token(ctx, data.token):
        wrong = _("This token was not made here. Ask for one.")
        raise Invalid(wrong, fields={"token": wrong})
    resident = None if data.anonymous else resident_of(request)
    person = data.person.as_person(resident_id=resident.id if resident else None)
    intake = Intake(
        channel="web",
        subject=data.subject,
        body=data.body,
        kind=data.kind,
        place=data.place,
        earlier=data.earlier,
        persons=() if person.is_empty else (person,),
        accused=tuple(data.accused),
        anonymous=data.anonymous,
        publish=data.publish,
        key=f"web:{data.token}",
        locale=current_locale(),
    )
    require_name(intake, ctx.clock.now())
    done = await register(ctx, ANONYMOUS if data.anonymous else resident_actor(request), intake)
    if done.repeated == "different":
        wrong = _("A letter with other words was sent with this token. Ask for another token.")
        raise Conflict(wrong, fields={"token": wrong})
    return Response(LetterOut(done.number, done.code), headers=NO_STORE)


class CodeIn(Struct, frozen=True, forbid_unknown_fields=True):
    """A look-up code as it was typed; spaces, hyphens and small letters do not matter."""

    code: Annotated[str, Meta(max_length=100)]


class PassOut(Struct, frozen=True):
    """A pass, good for `seconds`."""

    letter_pass: str
    seconds: int


@post("/look-ups", guards=[public], status_code=200, responses=problems(422, 429))
async def look_up(request: AnyRequest, data: JSONBody[CodeIn], ctx: NamedDependency[Ctx]) -> Response[PassOut]:
    """Exchange a code for a pass. A code that is nobody's gets one, too, which opens nothing: the answers are alike.

    A slip in the code is said (422): it has a check symbol. Limited by network address, together with the page.
    """
    code = lookup.code_in(data.code)
    await rates.take_look_up(ctx, request)
    token, _known = await lookup.pass_for(ctx, code)
    return Response(PassOut(token, codes.PASS_SECONDS), headers=NO_STORE)


class FactOut(Struct, frozen=True):
    """Something that happened and that the law lets the petitioner know; `organ` is whom it concerns, "" for nobody,
    and `article` what a refusal stands on, "" for anything else."""

    at: datetime
    title: str
    organ: str
    article: str


class OwnPaper(Struct, frozen=True):
    """A paper of the letter; `side` is "petitioner" or "office"."""

    id: UUID
    name: str
    side: str
    added_at: datetime


class OwnMessage(Struct, frozen=True):
    """What was written; `side` is "petitioner" or "office"."""

    side: str
    text: str
    written_at: datetime


class LetterSeen(Struct, frozen=True, kw_only=True):
    """What a petitioner sees with the code. `may_ask` is what can be asked for now: "review" (复查), "recheck" (复核)
    or "", and `ask_until` the last day for it."""

    number: str
    state: str
    received_at: datetime
    is_open: bool
    may_ask: str
    ask_until: date | None
    facts: list[FactOut]
    papers: list[OwnPaper]
    messages: list[OwnMessage]


def _fact(fact: lookup.Fact) -> FactOut:
    organ, article = (str(fact.detail.get(name, "")) for name in ("organ", "article"))
    return FactOut(fact.at, fact.title, organ, article)


LetterPass = Annotated[str, HeaderParameter(name="Letter-Pass", max_length=200)]


@get("/my-letter", guards=[public], responses=problems(404))
async def show_letter(ctx: NamedDependency[Ctx], letter_pass: LetterPass) -> Response[LetterSeen]:
    """The letter of a pass, which goes in the header `Letter-Pass`. 404 for one that opens nothing or is too old."""
    seen = await lookup.seen_with(ctx, letter_pass)
    out = LetterSeen(
        number=seen.number,
        state=seen.state,
        received_at=seen.received_at,
        is_open=seen.is_open,
        may_ask=seen.may_ask,
        ask_until=seen.ask_until,
        facts=[_fact(fact) for fact in seen.facts],
        papers=[OwnPaper(paper.id, paper.name, paper.side, paper.added_at) for paper in seen.papers],
        messages=[OwnMessage(message.side, message.text, message.written_at) for message in seen.messages],
    )
    return Response(out, headers=NO_STORE)


class AskIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Asking for a review; `reason` is what the petitioner does not accept, and why."""

    reason: Text = ""


class AskedOut(Struct, frozen=True):
    """What is under way now: a "review" (复查) or, after one was decided, a "recheck" (复核)."""

    asked: str


@post("/my-letter/review", guards=[public], status_code=200, responses=problems(404, 409, 422, 429))
async def ask_review(
    request: AnyRequest, data: JSONBody[AskIn], ctx: NamedDependency[Ctx], letter_pass: LetterPass
) -> Response[AskedOut]:
    """Ask for a review of the letter of a pass, after a review for a re-review, while `may_ask` says so (else 409)."""
    await rates.take_letter(ctx, request)
    return Response(AskedOut(await lookup.ask(ctx, letter_pass, data.reason)), headers=NO_STORE)


RESIDENTS_API = (letter_token, send_letter, look_up, show_letter, ask_review)
