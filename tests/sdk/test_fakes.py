"""The suites against the fakes, and what only fakes can do."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest

from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.testing import (
    FakeDevices,
    FakeDocuments,
    FakeFiles,
    FakeKeys,
    FakeLimits,
    FakeLive,
    FakeMessages,
    FakeNotifications,
    FakePermissions,
    FakePersonal,
    FakeResidents,
    FakeScheduling,
    FakeSearch,
    FakeTodos,
    FakeWrite,
    FixedClock,
    Revealed,
    actor,
    fake_context,
)
from huitang_sdk.testing.conformance.clock import ClockContract
from huitang_sdk.testing.conformance.devices import DevicesContract
from huitang_sdk.testing.conformance.documents import DocumentsContract
from huitang_sdk.testing.conformance.files import FilesContract
from huitang_sdk.testing.conformance.identity import IdentityContract
from huitang_sdk.testing.conformance.keys import KeysContract
from huitang_sdk.testing.conformance.limits import LimitsContract
from huitang_sdk.testing.conformance.live import LiveContract
from huitang_sdk.testing.conformance.messages import MessagesContract
from huitang_sdk.testing.conformance.notifications import NotificationsContract
from huitang_sdk.testing.conformance.permissions import PermissionsContract
from huitang_sdk.testing.conformance.personal import PersonalContract
from huitang_sdk.testing.conformance.residents import ResidentsContract
from huitang_sdk.testing.conformance.scheduling import SchedulingContract
from huitang_sdk.testing.conformance.search import SearchContract
from huitang_sdk.testing.conformance.todos import TodosContract
from huitang_sdk.testing.conformance.workflow import WorkflowContract
from tests.sdk.demo_plugin import city, no_write


class Fake:
    """What all of them share."""

    @pytest.fixture
    def write(self):
        return no_write

    @pytest.fixture
    def town(self):
        return city()

    @pytest.fixture
    def identity(self, town):
        return town[0]

    @pytest.fixture
    def units(self, town):
        return town[1]

    @pytest.fixture
    def people(self, town):
        return town[2]


class TestKeys(KeysContract):
    @pytest.fixture
    def keys(self):
        return FakeKeys("one")

    @pytest.fixture
    def other_keys(self):
        return FakeKeys("another")


class TestLimits(LimitsContract):
    @pytest.fixture
    def limits(self):
        return FakeLimits()

    @pytest.fixture
    def other_limits(self):
        return FakeLimits()


class TestPersonal(Fake, PersonalContract):
    @pytest.fixture
    def personal(self, plugin):
        return FakePersonal(plugin.personal_columns(), FakePermissions(plugin.roles()), plugin="demo")

    @pytest.fixture
    def reader(self):
        return actor("周明", ("demo.caller", new_id(), "all"))

    @pytest.fixture
    def stranger(self):
        return actor("孙丽", ("demo.reader", new_id(), "all"))

    async def test_it_remembers_what_was_seen(self, personal, reader):
        row = new_id()
        subject = Ref("demo.contact", row)
        await personal.reveal(reader, "demo.contact.reveal", subject, self._values(personal, row), reason=" 核实来信 ")
        assert personal.revealed == [
            Revealed(reader, subject, ("contact.name", "contact.phone", "contact.mobile"), "核实来信")
        ]


class TestResidents(ResidentsContract):
    @pytest.fixture
    def residents(self):
        return FakeResidents()

    @pytest.fixture
    def register(self, residents):
        async def register(phone):
            return residents.add(phone)

        return register

    @pytest.fixture
    def unregister(self, residents):
        async def unregister(resident_id):
            residents.remove(resident_id)

        return unregister


class TestClock(ClockContract):
    @pytest.fixture
    def clock(self):
        return FixedClock()


class TestDevices(Fake, DevicesContract):
    @pytest.fixture
    def devices(self, plugin):
        return FakeDevices(plugin.roles())

    @pytest.fixture
    def behind(self, devices):
        async def behind(token):
            return devices.actor_of(token)

        return behind


class TestDocuments(Fake, DocumentsContract):
    @pytest.fixture
    def documents(self, plugin):
        return FakeDocuments(plugin.document_templates(), plugin.folder)

    @pytest.fixture
    def replace(self, documents):
        async def replace(template, content):
            documents.replaced[template] = content

        return replace


class TestFiles(Fake, FilesContract):
    @pytest.fixture
    def files(self):
        return FakeFiles(max_file=1024 * 1024, refused=["image/png"])

    @pytest.fixture
    def other(self):
        return FakeFiles()


class TestIdentity(Fake, IdentityContract):
    pass


class TestPermissions(Fake, PermissionsContract):
    @pytest.fixture
    def permissions(self, plugin, identity):
        return FakePermissions(plugin.roles(), identity)

    @pytest.fixture
    def grant(self, permissions):
        async def grant(*values):
            permissions.grant(*values)

        return grant


class TestNotifications(Fake, NotificationsContract):
    @pytest.fixture
    def notifications(self, plugin):
        return FakeNotifications(plugin.notification_kinds())

    @pytest.fixture
    def people(self):
        return actor().account_id, actor().account_id

    @pytest.fixture
    def told(self, notifications):
        async def told(person):
            return [(notice.kind, notice.url) for notice in notifications.sent if notice.recipient == person]

        return told


class TestMessages(Fake, MessagesContract):
    @pytest.fixture
    def messages(self, plugin):
        return FakeMessages(plugin.message_kinds(), plugin.folder, "demo")

    @pytest.fixture
    def told(self, messages):
        async def told():
            return [(message.channel, message.address, message.text) for message in messages.sent]

        return told

    @pytest.fixture
    def receive(self, messages):
        async def receive(channel, sender, text):
            return messages.receive(channel, sender, text)

        return receive


class TestTodos(Fake, TodosContract):
    @pytest.fixture
    def todos(self, plugin):
        return FakeTodos(plugin.notification_kinds())


class TestWorkflow(Fake, WorkflowContract):
    @pytest.fixture
    def ctx(self, plugin, identity):
        ctx = fake_context(plugin, db=None)
        ctx.identity = ctx.permissions.identity = identity
        return ctx

    @pytest.fixture
    def workflow(self, ctx):
        return ctx.workflow

    @pytest.fixture
    def open_write(self):
        return lambda: nullcontext(FakeWrite())

    @pytest.fixture
    def grant(self, ctx):
        async def grant(*values):
            ctx.permissions.grant(*values)

        return grant

    @pytest.fixture
    def lists(self, ctx):
        async def lists(person):
            return await ctx.todos.mine(Actor(account_id=person))

        return lists

    @pytest.fixture
    def told(self, ctx):
        async def told(person):
            return [(notice.kind, notice.url) for notice in ctx.notifications.sent if notice.recipient == person]

        return told


class TestLive(Fake, LiveContract):
    @pytest.fixture
    def live(self, plugin):
        return FakeLive(plugin.live_topics())

    @pytest.fixture
    def heard(self):
        async def heard(messages, count):
            assert len(messages) >= count

        return heard

    async def test_tests_can_miss_messages_and_see_what_was_rechecked(self, live):
        messages = []
        live.subscribe("demo.board", "1", messages.append)
        live.miss("demo.board", "1")
        await live.recheck("demo.board", "1")
        assert [(m.is_gap, m.data) for m in messages] == [(True, None)]
        assert live.rechecked == [("demo.board", "1")]


class TestScheduling(Fake, SchedulingContract):
    @pytest.fixture
    def scheduling(self, plugin):
        return FakeScheduling(plugin.jobs())

    @pytest.fixture
    def planned(self, scheduling):
        async def planned():
            return {
                key: (task.when, task.payload) for (job, key), task in scheduling.tasks.items() if job == "demo.mark"
            }

        return planned


class TestSearch(Fake, SearchContract):
    @pytest.fixture
    def search(self, plugin):
        return FakeSearch(plugin.search_sources(), FakePermissions(plugin.roles()))

    @pytest.fixture
    def things(self, plugin):
        return plugin.things

    @pytest.fixture
    def reports(self, plugin):
        return plugin.reports

    @pytest.fixture
    def settle(self):
        async def settle():
            """The fake refreshes at once."""

        return settle


def test_a_clock_is_set_and_moved():
    clock = FixedClock(datetime(2026, 5, 1, 15, 59, tzinfo=UTC))
    assert clock.today().isoformat() == "2026-05-01"
    clock.forward(minutes=1)
    assert clock.today().isoformat() == "2026-05-02"
    with pytest.raises(ValueError, match="time zone"):
        clock.set(datetime(2026, 5, 1))


async def test_due_work_runs_once_in_its_order(plugin):
    clock = FixedClock()
    scheduling = FakeScheduling(plugin.jobs(), clock=clock)
    now = clock.now()
    await scheduling.at("demo.mark", now + timedelta(hours=2), key="b", payload={"n": 2})
    await scheduling.at("demo.mark", now + timedelta(hours=1), key="a", payload={"n": 1})
    asked = await scheduling.run_now("demo.count", actor=SYSTEM)
    clock.forward(hours=1)
    assert [run.payload for run in await scheduling.run_due(None)] == [{}, {"n": 1}]
    clock.forward(hours=1)
    await scheduling.run_due(None)
    assert await scheduling.run_due(None) == []
    assert [(run.job, run.due) for run in plugin.ran] == [
        ("demo.count", now),
        ("demo.mark", now + timedelta(hours=1)),
        ("demo.mark", now + timedelta(hours=2)),
    ]
    assert plugin.ran[0].id == asked


async def test_a_context_knows_what_the_plugin_declares(plugin):
    ctx = fake_context(plugin, db=None)
    assert ctx.search.context is ctx
    assert (ctx.plugin, ctx.log.name) == ("demo", "huitang.plugins.demo")
    assert ctx.permissions.may(actor("读者", ("demo.reader", actor().account_id, "all")), "demo.thing.read")
    await ctx.scheduling.at("demo.mark", ctx.clock.now(), key="1")
    ctx.clock.forward(seconds=1)
    assert len(await ctx.scheduling.run_due(ctx)) == 1
    with pytest.raises(ValueError, match=r"demo\.missing"):
        await ctx.notifications.send("demo.missing", [], key="1", url="/demo/", data={})


def test_a_role_that_does_not_exist_is_not_granted(plugin):
    with pytest.raises(ValueError, match=r"demo\.writer"):
        FakePermissions(plugin.roles()).grant(actor().account_id, "demo.writer", actor().account_id)


async def test_texts_of_office_files_are_given_by_name():
    files = FakeFiles()
    files.texts["报告.docx"] = "预算报告"
    stored = await files.save("报告.docx", b"PK\x03\x04", actor=actor())
    assert await files.text(stored) == "预算报告"
