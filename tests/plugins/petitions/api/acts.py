"""Every act of the plugin by page and by API, who may do it, and a form that does it.

`who` has one letter for each of `ROLES`, in that order: y does it, n is not allowed to (403), 0 does not find it (404),
s is sent to sign in. A new route needs an `Act` here; where a form needs something that is there already (an extension
to decide on, a file that was looked at), `ready` makes it and tells its ids.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_petitions.services import codes, extending, papers, protecting, supervision
from huitang_petitions.services.access import ref
from huitang_petitions.services.closing import publishing, rating, visiting
from huitang_petitions.services.letters import making
from huitang_petitions.services.registering import register
from huitang_petitions.services.steps import take
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from tests.plugins.petitions.intake.letters import BODY, NAME, PHONE, SUBJECT, intake
from tests.plugins.petitions.intake.test_staff import HEAD, workbook
from tests.plugins.petitions.register.matters import wanted, words

#        n  p     r            o       h    s          h       c      b          a
ROLES = ("", "plain", "receptionist", "officer", "head", "supervisor", "handler", "county", "bureaucrat", "analyst")
PUBLIC, RESIDENTS = "y" * len(ROLES), "s" * len(ROLES)

WAY_TO: dict[str, tuple[str, ...]] = {
    "registered": (),
    "assigned": ("assign",),
    "objected": ("assign", "object"),
    "handling": ("assign", "take_up"),
    "answered": ("assign", "take_up", "answer"),
    "reviewing": ("assign", "take_up", "answer", "review"),
    "reviewed": ("assign", "take_up", "answer", "review", "decide_review"),
    "rechecking": ("assign", "take_up", "answer", "review", "decide_review", "recheck"),
}
"""The steps that bring a matter there: from the office into the hands of the committee, except the first."""

# A reader at the office who may decide nothing is told so (n) while the matter is the office's own. In the hands of the
# committee its process is not within the reach of a unit (0), and back at the office no longer within the committee's.
STEPS: dict[str, tuple[str, str]] = {
    # transition: (state, who)
    "accept": ("registered", "snnyyn000n"),
    "refuse": ("registered", "snnyyn000n"),
    "transfer": ("registered", "snnyyn000n"),
    "send_away": ("registered", "snnyyn000n"),
    "assign": ("registered", "snnyyn000n"),
    "object": ("assigned", "sn0yyny00n"),
    "take_back": ("objected", "snnyyn000n"),
    "insist": ("objected", "snnyyn000n"),
    "take_up": ("assigned", "sn0yyny00n"),
    "answer": ("handling", "sn0yyny00n"),
    "settle": ("handling", "sn0yyny00n"),
    "review": ("answered", "sn0nynn00n"),
    "decide_review": ("reviewing", "sn0nynn00n"),
    "recheck": ("reviewed", "sn0nynn00n"),
    "decide_recheck": ("rechecking", "sn0nynn00n"),
    "close": ("answered", "sn0yynn00n"),
    "withdraw": ("handling", "sn0yynn00n"),
    "reopen": ("answered", "sn0yynn00n"),
}


ONE_EACH = ("accept", "answer", "review")
"""One step for each permission: what the API tries of what the page tries whole. The service is the same."""


class Scene(Struct, kw_only=True):
    """A matter, and what an act is about besides."""

    town: Any
    client: Any
    matter_id: UUID
    code: str
    ids: dict[str, Any] = {}


Ready = Callable[[Scene], Awaitable[dict[str, Any]]]


class Act(Struct, frozen=True, kw_only=True):
    """`form` may name places of the scene like "{code}"; `json` says that it goes to the API."""

    route: str
    who: str
    form: dict[str, Any] = {}
    state: str = "assigned"
    ready: Ready | None = None
    files: Callable[[], dict[str, Any]] | None = None
    named: str = ""
    headers: dict[str, str] = {}
    fresh: bool = False
    """`ready` once more for each role: it is of the session, not of the matter."""

    @property
    def json(self) -> bool:
        return self.route.startswith("/api/")

    def __str__(self) -> str:
        return f"{self.route} {self.named}".strip()


async def scene_of(town: Any, client: Any, act: Act) -> Scene:
    """A new matter in the state that the act needs, in the hands of the committee."""
    ctx = town.ctx
    person = intake(organisation_id=town.units["office"].id, kind="appeal", publish=True)
    done = await register(ctx, SYSTEM, person)
    for step in WAY_TO[act.state]:
        more = {"organisation_id": town.units["committee"].id if step == "assign" else None, "note": "样例"}
        ctx.clock.forward(minutes=1)
        await take(ctx, SYSTEM, done.id, step, wanted(step, **more))
    ctx.clock.forward(minutes=1)
    scene = Scene(town=town, client=client, matter_id=done.id, code=done.code)
    scene.ids = {"matter_id": done.id, "code": done.code, "committee": town.units["committee"].id}
    scene.ids |= {"office": town.units["office"].id, "token": codes.new_token(ctx), "key": str(new_id())}
    scene.ids |= await act.ready(scene) if act.ready else {}
    return scene


async def asked(scene: Scene) -> dict[str, Any]:
    town = scene.town
    made = await extending.ask(town.ctx, town.actors["officer"], scene.matter_id, "handle", 10, "样例")
    return {"extension_id": made}


async def urged(scene: Scene) -> dict[str, Any]:
    return {"act_id": await supervision.act(scene.town.ctx, SYSTEM, scene.matter_id, "urge", "样例")}


async def accused(scene: Scene) -> dict[str, Any]:
    return {"accused_id": await protecting.accuse(scene.town.ctx, SYSTEM, scene.matter_id, name="赵样例")}


async def another(scene: Scene) -> dict[str, Any]:
    other = await register(scene.town.ctx, SYSTEM, intake(organisation_id=scene.town.units["office"].id))
    return {"into": other.id}


async def rated(scene: Scene) -> dict[str, Any]:
    await rating.collect(scene.town.ctx, SYSTEM, scene.matter_id, "phone", {"office": rating.Opinion("satisfied")})
    found = await scene.town.one("SELECT id FROM petitions.rating WHERE matter_id = $1", scene.matter_id)
    return {"rating_id": found}


async def put_up(scene: Scene) -> dict[str, Any]:
    await publishing.propose(scene.town.ctx, SYSTEM, scene.matter_id, REPAIRED, 0)
    return {}


async def answer_written(scene: Scene) -> dict[str, Any]:
    await making.make(scene.town.ctx, SYSTEM, scene.matter_id, "answer", making.Words(body="样例答复。"))
    found = await papers.papers_of(scene.town.ctx, scene.matter_id)
    return {"paper_id": next(paper.id for paper in found if paper.name.endswith(".pdf"))}


async def today(scene: Scene) -> dict[str, Any]:
    return {"day": str(scene.town.ctx.clock.today())}


async def to_visit(scene: Scene) -> dict[str, Any]:
    ctx = scene.town.ctx
    async with ctx.db.write(SYSTEM) as write:
        (row,) = await ctx.db.fetch("SELECT * FROM petitions.matter WHERE id = $1", scene.matter_id)
        assert await visiting.open_visit(ctx, write, row, 1, "sample")
        await write.audit("petitions.test.visit", ref(scene.matter_id))
    return {"visit_id": await scene.town.one("SELECT id FROM petitions.visit WHERE matter_id = $1", scene.matter_id)}


def list_of_one() -> dict[str, Any]:
    row = ("2025-03-02", "来信", NAME, PHONE, SUBJECT, BODY, "")
    return {"file": ("登记表.xlsx", workbook(("登记表",), HEAD, row))}


async def looked_at(scene: Scene) -> dict[str, Any]:
    """The list that this very person looked at; whoever may not has none."""
    page = await scene.client.post("/petitions/import", files=list_of_one())
    return {"token": page.text.partition('name="token" value="')[2].partition('"')[0] or str(new_id())}


async def with_pass(scene: Scene) -> dict[str, Any]:
    kept = await scene.town.one("SELECT code_hash FROM petitions.matter WHERE id = $1", scene.matter_id)
    token = codes.new_pass(scene.town.ctx, scene.matter_id, kept)
    scene.client.cookies.set("huitang_matter", token, domain="hall.test", path="/petitions")
    return {"letter_pass": token}


def one_paper() -> dict[str, Any]:
    return {"papers": ("样例.pdf", b"%PDF-1.4 x")}


M, API = "/petitions/matters/{matter_id}", "/api/petitions"
LETTER = {"token": "{token}", "subject": SUBJECT, "body": BODY}
STEP = {"organisation": "{committee}", "organ": "市样例局", "article": "第十五条", "note": "样例"}
REPAIRED = "路灯已修复"

NOTE_TOLD = {"kind": "told"}
NOTE_UNCLEAR = {"kind": "address_unclear"}
GRADE = {"channel": "rated-phone", "grade-office": "satisfied"}
VALID = {"organisation": "{office}", "valid_from": "2030-01-01", "profile": "regulations-2022"}

ACTS = (
    Act(
        route="/petitions/desk",
        who="snyynnnynn",
        form={**LETTER, "channel": "phone", "name": NAME, "phone": PHONE},
    ),
    Act(route="/petitions/desk/history", who="snyynnnynn", form={"phone": PHONE}),
    Act(route="/petitions/find", who="snyyyyyyyn", form={"who": PHONE}),
    Act(route="/petitions/import", who="snyynnnynn", files=list_of_one),
    Act(route="/petitions/import/take-over", who="snyynnnynn", form={"token": "{token}"}, ready=looked_at, fresh=True),
    Act(route=f"{M}/reveal", who="snnyynn0nn", form={"reason": "样例"}),
    Act(route=f"{M}/messages", who="snnyyny00n", form={"text": "样例"}),
    Act(route=f"{M}/papers", who="snyynnn0nn", files=one_paper),
    Act(route=f"{M}/code", who="snyynnn0nn", form={"reason": "样例"}),
    *(
        Act(route=f"{M}/way/steps/{{transition}}", named=name, who=who, state=state, form=STEP | words(name))
        for name, (state, who) in STEPS.items()
    ),
    Act(route=f"{M}/way/events", named="told", who="snnyyn000n", state="registered", form=NOTE_TOLD),
    Act(route=f"{M}/way/events", named="address_unclear", who="snnyyn000n", state="registered", form=NOTE_UNCLEAR),
    Act(route=f"{M}/way/delivered", who="snnyyny00n", state="answered", form={"delivered": "{day}"}, ready=today),
    Act(
        route=f"{M}/way/events",
        named="hearing_started",
        who="snnnynn00n",
        state="rechecking",
        form={"kind": "hearing_started"},
    ),
    Act(
        route=f"{M}/way/extensions",
        who="snnyyny00n",
        state="handling",
        form={"limit": "handle", "days": "10", "reason": "样例"},
    ),
    Act(
        route=f"{M}/way/extensions/{{extension_id}}",
        who="snnnynnnnn",
        state="handling",
        form={"granted": "1"},
        ready=asked,
    ),
    Act(route=f"{M}/way/supervision", who="snnnyynnnn", form={"step": "urge", "said": "样例"}),
    Act(route=f"{M}/way/supervision/{{act_id}}", who="snnyyny00n", form={"answer": "样例"}, ready=urged),
    Act(route=f"{M}/way/sorting", who="snnyynn0nn", form={"kind": "appeal", "remit": "", "category": ""}),
    Act(route=f"{M}/way/join", who="snnyynn0nn", form={"into": "{into}"}, ready=another),
    Act(route=f"{M}/way/accused", who="snnyynn0nn", form={"accused": "赵样例"}),
    Act(route=f"{M}/way/accused/{{accused_id}}", who="snnyynn0nn", form={"reason": "样例"}, ready=accused),
    Act(route=f"{M}/way/recusal", who="snyyyyy00n", form={"why": "样例"}),
    Act(route=f"{M}/closing/ratings", who="snnnyynnn0", state="answered", form=GRADE),
    Act(
        route=f"{M}/closing/ratings/{{rating_id}}",
        who="snnnyynnn0",
        state="answered",
        form={"invalid_reason": "样例"},
        ready=rated,
    ),
    Act(
        route=f"{M}/closing/publication",
        who="snnyynn0nn",
        state="answered",
        form={"act": "publish", "summary": REPAIRED, "version": "0"},
        ready=put_up,
    ),
    Act(route=f"{M}/letters/{{kind}}", named="answer", who="snnyyny00n", state="handling", form={"body": "样例答复。"}),
    Act(route=f"{M}/papers/{{paper_id}}/give", who="snnyyny00n", state="handling", ready=answer_written),
    Act(
        route="/petitions/visits/{visit_id}",
        who="snnyyyy00n",
        state="answered",
        form={"result": "satisfied"},
        ready=to_visit,
    ),
    Act(route="/petitions/rules", who="snnnynnnnn", form=VALID),
    Act(route="/petitions/data/{kind}", who="snnnynnnnn", form={"act": "shipped", "version": "0"}, named="districts"),
    Act(
        route="/petitions/reports",
        who="snnnyynnny",
        form={"period": "2026-02", "summary": "样例", "act": "keep"},
    ),
    Act(route="/petitions/write", who=PUBLIC, form={**LETTER, "name": NAME}),
    Act(route="/petitions/report", who=PUBLIC, form=LETTER),
    Act(route="/petitions/look-up", who=PUBLIC, form={"code": "{code}"}),
    Act(route="/petitions/slip", who=PUBLIC, form={"code": "{code}"}),
    Act(route="/petitions/my-letter", who=PUBLIC, form={"act": "add", "text": "样例"}, ready=with_pass, fresh=True),
    Act(
        route="/petitions/my-letter/rating",
        who=PUBLIC,
        state="answered",
        form={"grade-office": "satisfied"},
        ready=with_pass,
        fresh=True,
    ),
    Act(route="/petitions/mine/{matter_id}", who=RESIDENTS),
    Act(route="/petitions/mine/code", who=RESIDENTS, form={"code": "{code}"}),
    Act(
        route=f"{API}/matters",
        who="snyynnnynn",
        form={"key": "{key}", "channel": "phone", "subject": SUBJECT, "body": BODY, "anonymous": True},
    ),
    *(
        Act(
            route=f"{API}/matters/{{matter_id}}/steps",
            named=name,
            who=who,
            state=state,
            form={
                "step": name,
                "organisation_id": "{committee}",
                "organ": "市样例局",
                "article": "第十五条",
                "note": "样例",
            }
            | words(name),
        )
        for name, (state, who) in STEPS.items()
        if name in ONE_EACH
    ),
    Act(route=f"{API}/matters/{{matter_id}}/notes", named="told", who="snnyyn000n", state="registered", form=NOTE_TOLD),
    Act(
        route=f"{API}/matters/{{matter_id}}/notes",
        named="address_unclear",
        who="snnyyn000n",
        state="registered",
        form=NOTE_UNCLEAR,
    ),
    Act(
        route=f"{API}/matters/{{matter_id}}/sorting",
        who="snnyynn0nn",
        form={"kind": "appeal", "remit": "", "category": "", "district": "样例区"},
    ),
    Act(
        route=f"{API}/matters/{{matter_id}}/delivered",
        who="snnyyny00n",
        state="answered",
        form={"delivered": "{day}"},
        ready=today,
    ),
    Act(
        route=f"{API}/matters/{{matter_id}}/notes",
        named="hearing_started",
        who="snnnynn00n",
        state="rechecking",
        form={"kind": "hearing_started"},
    ),
    Act(route=f"{API}/letters", who=PUBLIC, form={**LETTER, "anonymous": True}),
    Act(
        route=f"{API}/my-letter/review",
        who=PUBLIC,
        state="answered",
        form={"reason": "样例"},
        ready=with_pass,
        headers={"Letter-Pass": "{letter_pass}"},
    ),
    Act(route=f"{API}/look-ups", who=PUBLIC, form={"code": "{code}"}),
)
