"""Taking a matter further from another system: the steps of its workflow, and what is put on record beside them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from huitang_petitions.api.common import STAFF, Line, Short, Text, problems
from huitang_petitions.services import delivering, sorting, steps
from huitang_petitions.services.access import DECIDE, READ, Ctx
from huitang_sdk.contracts import Actor
from huitang_sdk.http import requires

StepName = Literal[
    "accept",
    "refuse",
    "transfer",
    "send_away",
    "assign",
    "object",
    "take_back",
    "insist",
    "take_up",
    "answer",
    "settle",
    "review",
    "decide_review",
    "recheck",
    "decide_recheck",
    "close",
    "withdraw",
    "reopen",
]


class StepIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step. `version` is that of the state it was decided on: when the matter has gone on since, it is refused (409).

    `organisation_id` is whom it goes to (transfer, assign), `organ` an organ that is not on the platform (send_away),
    `article` what a refusal stands on, `note` the reason, `asked_on` the day on which the petitioner asked for a
    review or a re-review, or the organ objected, when that was not today. `words` are to the petitioner, who reads them
    with the code: answer, refuse, decide_review and decide_recheck need them, or the letter, or a paper that was filed
    for the petitioner.
    """

    step: StepName
    version: Annotated[int, Meta(ge=0, le=2_000_000_000)] | None = None
    organisation_id: UUID | None = None
    organ: Line = ""
    article: Line = ""
    note: Text = ""
    asked_on: date | None = None
    words: Text = ""


class StepDone(Struct, frozen=True, kw_only=True):
    """Where the matter stands now."""

    state: str
    version: int
    is_over: bool


@post(
    "/matters/{matter_id:uuid}/steps",
    guards=[requires(READ)],
    status_code=200,
    responses=problems(*STAFF, 404, 409, 422),
)
async def take_step(
    matter_id: FromPath[UUID], data: JSONBody[StepIn], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> StepDone:
    """Take a step of the workflow; each needs a permission of its own. `steps` of the matter lists yours."""
    wanted = steps.Wanted(
        organisation_id=data.organisation_id,
        organ=data.organ,
        article=data.article,
        note=data.note,
        asked_on=data.asked_on,
        words=data.words,
    )
    moved = await steps.take(ctx, actor, matter_id, data.step, wanted, version=data.version)
    return StepDone(state=moved.state, version=moved.version, is_over=moved.finished_at is not None)


class NoteIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that happened and changes no state: the petitioner was told, or cannot be since name or address are
    unclear, a result was reported, a hearing began or ended."""

    kind: Literal["told", "address_unclear", "reported_back", "hearing_started", "hearing_ended"]


@post(
    "/matters/{matter_id:uuid}/notes",
    guards=[requires(READ)],
    status_code=204,
    responses=problems(*STAFF, 404, 409, 422),
)
async def take_note(
    matter_id: FromPath[UUID], data: JSONBody[NoteIn], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> None:
    """Put something on record; each kind needs a permission of its own."""
    await steps.note(ctx, actor, matter_id, data.kind)


class DeliveredIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The day the petitioner received the newest decision in writing."""

    delivered: date


@post(
    "/matters/{matter_id:uuid}/delivered",
    guards=[requires(READ)],
    status_code=204,
    responses=problems(*STAFF, 404, 409, 422),
)
async def say_delivered(
    matter_id: FromPath[UUID], data: JSONBody[DeliveredIn], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> None:
    """Put on record when it was delivered: the petitioner's time to object runs from that day."""
    await delivering.deliver(ctx, actor, matter_id, data.delivered)


class SortingIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a matter is. `kind`, `remit` and `category` are "" while nobody knows; `district` is one of the outlines, by
    any of its names, or another, and stays as it is when it is left out."""

    kind: Short
    remit: Short
    category: Short
    district: Short | None = None


@post(
    "/matters/{matter_id:uuid}/sorting",
    guards=[requires(DECIDE)],
    status_code=204,
    responses=problems(*STAFF, 404, 422),
)
async def sort_matter(
    matter_id: FromPath[UUID], data: JSONBody[SortingIn], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> None:
    """Say what it is: the kind decides which limits it has, district and category where it is counted."""
    await sorting.sort(
        ctx,
        actor,
        matter_id,
        kind=data.kind,
        remit=data.remit,
        category=data.category,
        district=data.district,
    )


STEPS_API = (take_step, take_note, say_delivered, sort_matter)
