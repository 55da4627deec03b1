"""The plugin that the suites speak of, with its things in memory; and what they need, in a hall and in fakes."""

from __future__ import annotations

from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from uuid import UUID

from huitang_sdk import Manifest, Plugin, hookimpl
from huitang_sdk.contracts import Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.declare import (
    DocumentTemplate,
    Job,
    LiveTopic,
    MessageKind,
    NotificationKind,
    Permission,
    PersonalColumn,
    Role,
    SearchSource,
)
from huitang_sdk.testing import FakeIdentity, account, organisation
from huitang_sdk.workflow import Assigning, Deadline, Extending, Facts, Mark, State, Task, Tell, Transition, Workflow

READ = "demo.thing.read"
CASE_READ, CASE_HANDLE = "demo.case.read", "demo.case.handle"


class Demo(Plugin):
    manifest = Manifest(id="demo", title={"en": "Demo", "zh-CN": "示例"}, version="1", sdk=">=0.1,<1")

    def __init__(self):
        self.things, self.reports, self.ran = {}, {}, []

    @property
    def folder(self) -> Path:
        return Path(__file__).parent / "demo"

    @hookimpl
    def permissions(self):
        return [
            Permission(READ, "Read things"),
            Permission("demo.thing.write", "Write things"),
            Permission("demo.contact.reveal", "See contacts"),
            Permission(CASE_READ, "Read cases"),
            Permission(CASE_HANDLE, "Handle cases"),
        ]

    @hookimpl
    def roles(self):
        return [
            Role("demo.reader", "Reader", (READ,)),
            Role("demo.caller", "Caller", ("demo.contact.reveal",)),
            Role("demo.handler", "Handler", (CASE_READ, CASE_HANDLE)),
            Role("demo.case_reader", "Reader of cases", (CASE_READ,)),
        ]

    @hookimpl
    def notification_kinds(self):
        return [
            NotificationKind("demo.published", "A thing was published"),
            NotificationKind("demo.task", "Something is to be done", todo=True),
            NotificationKind("demo.call", "Somebody is to be called", todo=True),
        ]

    @hookimpl
    def message_kinds(self):
        return [
            MessageKind("demo.told", "Somebody is told", {"code": "7K2M"}),
            MessageKind("demo.code", "A code", {"code": "7K2M"}, channels=("sms",), urgent=True, minutes=10),
            MessageKind("demo.secret", "A code that stays", {"code": "7K2M"}, secret=True),
        ]

    @hookimpl
    def jobs(self):
        return [Job("demo.mark", "Mark", self._run), Job("demo.count", "Count", self._run)]

    @hookimpl
    def search_sources(self):
        return [
            self._source("demo.thing", "Things", self.things),
            self._source("demo.report", "Reports", self.reports),
        ]

    @hookimpl
    def live_topics(self):
        return [LiveTopic("demo.news", "News", READ), LiveTopic("demo.board", "The board")]

    @hookimpl
    def personal_columns(self):
        return [
            PersonalColumn("contact", "phone", "phone", index="phone_index"),
            PersonalColumn("contact", "mobile", "phone", index="mobile_index"),
            PersonalColumn("contact", "name", "name", index="name_index"),
        ]

    @hookimpl
    def workflows(self):
        return [CASE]

    @hookimpl
    def document_templates(self):
        sample = {"title": "示例", "day": "2026-01-01", "lines": [{"text": "一行"}]}
        return [
            DocumentTemplate("demo.letter", "Letter", "documents/letter.docx", sample, "demo.thing.write"),
            DocumentTemplate("demo.sheet", "Sheet", "documents/sheet.typ", sample, files=("documents/lines.typ",)),
        ]

    async def _run(self, _ctx, run):
        self.ran.append(run)

    def _source(self, kind, title, documents):
        async def document(_ctx, identifier):
            return documents.get(identifier)

        async def ids(_ctx):
            for identifier in list(documents):
                yield identifier

        return SearchSource(kind, title, READ, document, ids)


async def case_facts(_ctx, subjects):
    return {subject: Facts("某件事", f"/demo/{subject.id}", {"title": "某件事"}) for subject in subjects}


TOLD = (Tell("demo.published"),)
CASE = Workflow(
    id="demo.case",
    title="A case",
    read=CASE_READ,
    states=(
        State("new", "New"),
        State("working", "Being worked on", task=Task("demo.task", "Handle: {title}", deadline="handle")),
        State("done", "Done", final=True),
    ),
    transitions=(
        Transition(id="take", title="Take it", from_=("new",), to="working", permission=CASE_HANDLE),
        Transition(id="drop", title="Drop", from_=("new",), to="done", permission=CASE_HANDLE, reason=True),
        Transition(
            id="finish",
            title="Finish",
            from_=("working",),
            to="done",
            permission=CASE_HANDLE,
            reason=True,
            fact="finished",
        ),
        Transition(id="reopen", title="Open again", from_=("done",), to="working", permission=CASE_HANDLE),
    ),
    deadlines=(
        Deadline(
            id="handle",
            title="Handling",
            days=60,
            begins=("new",),
            reopens=("working",),
            marks=(Mark("soon", -3, TOLD), Mark("today", 0, TOLD), Mark("late", 1, TOLD)),
            extending=Extending(days=30, ask=CASE_HANDLE, approve=CASE_HANDLE),
        ),
        Deadline(id="answer", title="Answering", days=5, unit="working", begins=("working",)),
    ),
    assigning=Assigning(permission=CASE_HANDLE, to=CASE_HANDLE, moves="take", deadline="handle", tell=TOLD),
    pause=CASE_HANDLE,
    facts=case_facts,
)


def city() -> tuple[FakeIdentity, dict, dict]:
    """The people and units of `IdentityContract`, in memory."""
    root = organisation("云江市")
    east, west = organisation("东江区", root), organisation("西江区", root)
    office, namesake = organisation("预算工委", east), organisation("预算工委", west)
    people = [
        account("chen", "陈静", root),
        account("lin", "林秀英", east),
        account("wang", "王一", office),
        account("gone", "林退休", east, is_active=False),
    ]
    units = {unit.name: unit for unit in (root, east, west, office)}
    return FakeIdentity([root, east, office, west, namesake], people), units, {one.username: one for one in people}


async def city_in(hall) -> tuple[dict, dict]:
    """The same in a hall."""
    identity = hall.services.identity
    units, people = {}, {}
    for name, parent in (("云江市", ""), ("东江区", "云江市"), ("西江区", "云江市"), ("预算工委", "东江区")):
        units[name] = await identity.create_organisation(SYSTEM, name, units[parent].id if parent else None)
    await identity.create_organisation(SYSTEM, "预算工委", units["西江区"].id)
    for username, name, unit in (
        ("chen", "陈静", "云江市"),
        ("lin", "林秀英", "东江区"),
        ("wang", "王一", "预算工委"),
        ("gone", "林退休", "东江区"),
    ):
        people[username] = await identity.create_account(SYSTEM, username, name, organisation_id=units[unit].id)
    people["gone"] = await identity.update_account(SYSTEM, people["gone"].id, is_active=False)
    return units, people


def writes_of(hall):
    """A `write` fixture: what happens inside is one audited transaction."""

    @asynccontextmanager
    async def write():
        async with hall.core.database.write(SYSTEM) as open_write:
            yield
            await open_write.audit("demo.thing.changed", Ref("demo.thing", UUID(int=1)))

    return write


no_write = nullcontext
"""The `write` fixture of fakes."""
