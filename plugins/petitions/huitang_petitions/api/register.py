"""The register for other systems of the house: the list, one matter, and entering one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta, Struct

from huitang_petitions.api.common import STAFF, Line, Name, Short, problems
from huitang_petitions.services import listing, viewing, way
from huitang_petitions.services.access import READ, REGISTER, Ctx
from huitang_petitions.services.listing import Shown, Wanted
from huitang_petitions.services.papers import PaperRow
from huitang_petitions.services.registering import register
from huitang_petitions.services.submission import Intake, Person
from huitang_petitions.services.viewing import EventRow, PartyRow
from huitang_petitions.services.way import LimitLine
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict, Invalid
from huitang_sdk.http import requires
from huitang_sdk.i18n import Translator

_ = Translator("petitions")
Channel = Literal["", "web", "phone", "sms", "wechat", "letter", "fax", "visit", "import", "transferred"]
Kind = Literal["", "suggestion", "accusation", "appeal"]
Mark = Literal["", "late", "red", "yellow", "green"]
State = Annotated[str, QueryParameter(name="state", pattern="^([a-z_]{1,30})?$")]
Category = Annotated[str, QueryParameter(pattern="^([A-Za-z0-9_.-]{1,100})?$")]
Number = Annotated[str, QueryParameter(pattern="^([0-9-]{1,30})?$")]
After = Annotated[str, QueryParameter(pattern="^([A-Za-z0-9_-]{1,200})?$")]
Size = Annotated[int, QueryParameter(ge=1, le=200)]
Key = Annotated[str, Meta(pattern="^[A-Za-z0-9._:-]{8,100}$")]


@get("/matters", guards=[requires(READ)], responses=problems(*STAFF, 422))
async def list_matters(
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
    number: Number = "",
    in_state: State = "",
    category: Category = "",
    channel: FromQuery[Channel] = "",
    kind: FromQuery[Kind] = "",
    mark: FromQuery[Mark] = "",
    since: FromQuery[date | None] = None,
    until: FromQuery[date | None] = None,
    mine: FromQuery[bool] = False,
    order: FromQuery[Literal["-received", "received", "due"]] = "-received",
    after: After = "",
    size: Size = 50,
) -> Shown:
    """The register within your reach: a page of it, and `after`, which asks for the next one ("" on the last).

    `category` is a path with all below it; `since` and `until` are days of receipt; `order=due` leaves out what has no
    limit running. Names are masked. `total` is counted up to 1,000 (1,001: more), and only with the first page.
    """
    if after and listing.position_of(after, order) is None:
        wrong = _("This is no place in this list. Begin again without it.")
        raise Invalid(wrong, fields={"after": wrong})
    wanted = Wanted(
        number=number,
        state=in_state,
        category=category,
        channel=channel,
        kind=kind,
        mark=mark,
        since=since,
        until=until,
        mine=mine,
        order=order,
        after=after,
        size=size,
    )
    return await listing.list_matters(ctx, actor, wanted)


class StepOut(Struct, frozen=True, kw_only=True):
    """A step you may take now. `refused` says why it is not possible yet, "" when it is."""

    step: str
    title: str
    to: str
    refused: str


class MatterOut(Struct, frozen=True, kw_only=True):
    """One matter. The people are masked, always; `parties_total` counts them all, `parties` has the first 200.

    `version` goes with the step that is decided on this state. `limits` carry their article; `verified` says whether
    the limit was compared with the text in force.
    """

    id: UUID
    number: str
    organisation_id: UUID
    office: str
    channel: str
    kind: str
    state: str
    subject: str
    body: str
    place: str
    district: str
    category: str
    people: int
    anonymous: bool
    whistle: bool
    publish: bool
    urgent: bool
    earlier: str
    came_from: str
    handler_id: UUID | None
    handler: str
    due: date | None
    due_limit: str
    mark: str
    received_at: datetime
    registered_at: datetime | None
    version: int
    parties: list[PartyRow]
    parties_total: int
    papers: list[PaperRow]
    facts: list[EventRow]
    limits: list[LimitLine]
    steps: list[StepOut]


@get("/matters/{matter_id:uuid}", guards=[requires(READ)], responses=problems(*STAFF, 404))
async def show_matter(matter_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> MatterOut:
    """One matter with its people (masked), papers, facts, statutory limits, and the steps you may take."""
    return await matter_out(ctx, actor, matter_id)


async def matter_out(ctx: Ctx, actor: Actor, matter_id: UUID) -> MatterOut:
    """The matter as it stands now. Raises NotFound for one that is not the actor's to see."""
    seen = await viewing.view_matter(ctx, actor, matter_id)
    standing = await way.standing_of(ctx, actor, matter_id)
    copied = [name for name in MatterOut.__struct_fields__ if hasattr(seen, name) and name != "version"]
    return MatterOut(
        **{name: getattr(seen, name) for name in copied},
        version=standing.version,
        facts=seen.events,
        limits=standing.limits,
        steps=[StepOut(step=act.transition, title=act.title, to=act.to, refused=act.refused) for act in standing.acts],
    )


class PersonIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of those who bring a matter."""

    name: Annotated[str, Meta(max_length=50)] = ""
    phone: Annotated[str, Meta(max_length=30)] = ""
    id_number: Annotated[str, Meta(max_length=40)] = ""
    address: Line = ""
    gender: Literal["", "female", "male"] = ""
    role: Literal["petitioner", "representative", "agent"] = "petitioner"

    def as_person(self, **more: Any) -> Person:
        """For the register."""
        return Person(**{name: getattr(self, name) for name in self.__struct_fields__}, **more)


class MatterIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A letter, a call or a visit that another system took in.

    `key` is yours and says that it is this one: sent again it registers nothing and gives the same number and code;
    with other words it is refused (409). Nobody else's key can be the same as yours. `organisation_id` is the office
    that receives it, null for your own; `received_at` null is now, and names its time zone. `people` is how many stand
    behind it by its own words, 0 for as many as are named. `accused` names the persons and organisations complained of:
    whoever on the platform has exactly such a name is kept away from it at once.
    """

    key: Key
    channel: Literal["phone", "letter", "visit", "fax", "transferred"]
    subject: Annotated[str, Meta(min_length=1, max_length=200)]
    body: Annotated[str, Meta(min_length=1, max_length=20_000)]
    kind: Kind = ""
    place: Line = ""
    district: Short = ""
    people: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    persons: Annotated[list[PersonIn], Meta(max_length=200)] = []
    accused: Annotated[list[Name], Meta(max_length=20)] = []
    anonymous: bool = False
    urgent: bool = False
    publish: bool = False
    earlier: Short = ""
    came_from: Short = ""
    organisation_id: UUID | None = None
    received_at: Annotated[datetime, Meta(tz=True)] | None = None


class RegisteredOut(Struct, frozen=True, kw_only=True):
    """What the register made of it. `code` is the look-up code, said here and kept nowhere: give it to the petitioner.

    It is "" when another one was given out since. `repeated`: it was registered before, by the same request.
    """

    id: UUID
    number: str
    code: str
    repeated: bool


@post("/matters", guards=[requires(REGISTER)], responses=problems(*STAFF, 409, 422))
async def register_matter(
    data: JSONBody[MatterIn], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> RegisteredOut:
    """Register a matter, once for each key. Whoever left a telephone number is told, as from the entry desk."""
    own = ("key", "persons", "accused")
    told = {name: getattr(data, name) for name in data.__struct_fields__ if name not in own}
    persons = tuple(person.as_person() for person in data.persons)
    # The code follows from the key, so nobody may name the key of somebody else.
    intake = Intake(**told, persons=persons, accused=tuple(data.accused), key=f"api:{actor.id}:{data.key}")
    done = await register(ctx, actor, intake)
    if done.repeated == "different":
        raise Conflict(sent_before(done.number), fields={"key": sent_before(done.number)})
    return RegisteredOut(id=done.id, number=done.number, code=done.code, repeated=done.repeated == "same")


def sent_before(number: str) -> str:
    """What is said to whoever sends other words with a key that was used."""
    return _("Number {number} was registered with this key already, from other words. Use another key.", number=number)


REGISTER_API = (list_matters, show_matter, register_matter)
