"""The suites against the kernel: what plugins get is what the contracts promise."""

from __future__ import annotations

import asyncio
import json
import random

import pytest
from litestar.connection import ASGIConnection

from huitang_kernel.identity.testing import resident_session
from huitang_sdk.contracts import Actor, Grant, MessageReceived, Recipient, Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.testing import FakeIdentity, FakePermissions, actor
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
from tests.sdk.demo_plugin import READ, city_in, writes_of


class Kernel:
    """What all of them share."""

    @pytest.fixture
    def write(self, hall):
        return writes_of(hall)

    @pytest.fixture
    async def town(self, hall):
        return await city_in(hall)

    @pytest.fixture
    def units(self, town):
        return town[0]

    @pytest.fixture
    def people(self, town):
        return town[1]


class TestClock(Kernel, ClockContract):
    @pytest.fixture
    def clock(self, ctx):
        return ctx.clock


class TestLimits(Kernel, LimitsContract):
    @pytest.fixture
    def limits(self, ctx):
        return ctx.limits

    @pytest.fixture
    def other_limits(self, hall):
        return hall.core.limits.scoped("another")


class TestResidents(Kernel, ResidentsContract):
    @pytest.fixture
    def residents(self, ctx):
        return ctx.residents

    @pytest.fixture
    def register(self, hall):
        async def register(phone):
            return (await resident_session(hall, phone))[0]

        return register

    @pytest.fixture
    def unregister(self, hall):
        async def unregister(resident_id):
            await hall.services.identity.residents.delete(SYSTEM, resident_id)

        return unregister


class TestKeys(Kernel, KeysContract):
    @pytest.fixture
    def keys(self, ctx):
        return ctx.keys

    @pytest.fixture
    def other_keys(self, hall):
        return hall.core.keys.scoped("another")


class TestPersonal(Kernel, PersonalContract):
    @pytest.fixture
    def personal(self, ctx):
        return ctx.personal

    @pytest.fixture
    def reader(self, units):
        return actor("周明", ("demo.caller", units["云江市"].id, "all"))

    @pytest.fixture
    def stranger(self, units):
        return actor("孙丽", ("demo.reader", units["云江市"].id, "all"))

    async def test_it_is_on_record_without_what_was_seen(self, hall, personal, reader):
        row = new_id()
        values = self._values(personal, row)
        await personal.reveal(reader, "demo.contact.reveal", Ref("demo.contact", row), values, reason="核实来信")
        (entry,) = await hall.audit.entries(action="personal.revealed", limit=10)
        assert (entry.actor_name, entry.subject, entry.reason) == ("周明", f"demo.contact:{row}", "核实来信")
        assert entry.detail["columns"] == {"contact.name": [str(row)], "contact.phone": [str(row)]}
        assert "13800001234" not in str(entry)
        assert "林秀英" not in str(entry)


class TestDevices(Kernel, DevicesContract):
    @pytest.fixture
    def devices(self, ctx):
        return ctx.devices

    @pytest.fixture
    def behind(self, hall):
        async def behind(token):
            headers = [(b"authorization", f"Bearer {token}".encode())]
            return await hall.services.identity.authenticate(
                ASGIConnection({"type": "websocket", "path": "/", "headers": headers})
            )

        return behind


class TestDocuments(Kernel, DocumentsContract):
    @pytest.fixture
    def documents(self, ctx):
        return ctx.documents

    @pytest.fixture
    def replace(self, hall):
        async def replace(template, content):
            name = "ours.docx" if template == "demo.letter" else "ours.typ"
            await hall.services.documents.replace(SYSTEM, template, name, content)

        return replace


class TestFiles(Kernel, FilesContract):
    @pytest.fixture
    def files(self, ctx):
        return ctx.files

    @pytest.fixture
    def other(self, hall):
        return hall.services.files.scoped("other")


class TestIdentity(Kernel, IdentityContract):
    @pytest.fixture
    def identity(self, ctx):
        return ctx.identity


class TestPermissions(Kernel, PermissionsContract):
    @pytest.fixture
    def permissions(self, ctx):
        return ctx.permissions

    @pytest.fixture
    def grant(self, hall):
        async def grant(account_id, role, organisation_id, reach):
            await hall.services.permissions.grant(SYSTEM, role, organisation_id, reach, account_id=account_id)

        return grant

    async def test_the_fake_gives_the_same_scopes(self, permissions, ctx, plugin, units):
        """A hundred actors at random, also with grants of roles and over units that nobody knows."""
        choose = random.Random(20261123)
        fake = FakePermissions(plugin.roles(), FakeIdentity(await ctx.identity.organisations()))
        places = [*(unit.id for unit in units.values()), new_id()]
        rows = [new_id() for _ in range(4)]
        for _ in range(100):
            grants = [
                Grant(
                    choose.choice(["demo.reader", "demo.reader", "demo.unknown"]),
                    choose.choice(places),
                    choose.choice(["own", "unit", "below", "all"]),
                )
                for _ in range(choose.randrange(3))
            ]
            single = {READ: tuple(choose.sample(rows, choose.randrange(3)))}
            somebody = actor("某人", *grants, allowed=single, denied={READ: (choose.choice(rows),)})
            real, faked = permissions.scope(somebody, READ), fake.scope(somebody, READ)
            assert permissions.may(somebody, READ) == fake.may(somebody, READ)
            assert set(real.organisations) == set(faked.organisations)
            assert (real.everything, real.owner, real.denied) == (faked.everything, faked.owner, faked.denied)
            assert real.everything or real.allowed == faked.allowed


class TestNotifications(Kernel, NotificationsContract):
    @pytest.fixture
    def notifications(self, ctx):
        return ctx.notifications

    @pytest.fixture
    def people(self, town):
        return town[1]["lin"].id, town[1]["chen"].id

    @pytest.fixture
    def told(self, ctx):
        async def told(person):
            shown = "recipient_id = $1 AND withdrawn_at IS NULL"
            sql = f"SELECT kind, url FROM notifications.notice WHERE {shown} ORDER BY id"
            return [(row["kind"], row["url"]) for row in await ctx.db.fetch(sql, person)]

        return told


class TestMessages(Kernel, MessagesContract):
    @pytest.fixture
    def messages(self, ctx):
        return ctx.messages

    @pytest.fixture
    def told(self, hall):
        async def told():
            personal = hall.registry.get("messages").context.personal
            rows = await hall.core.database.fetch(
                "SELECT id, channel, recipient, text FROM messages.message WHERE reason <> 'bad-number' ORDER BY id"
            )
            return [
                (
                    row["channel"],
                    personal.unseal("message.recipient", row["id"], row["recipient"]),
                    personal.unseal("message.text", row["id"], row["text"]),
                )
                for row in rows
            ]

        return told

    @pytest.fixture
    def receive(self, hall):
        async def receive(channel, sender, text):
            now = hall.core.clock.now()
            identifier = await hall.services.messages.incoming.take(channel, str(new_id()), sender, text, now)
            return MessageReceived(id=identifier, channel=channel)

        return receive

    async def test_outside_a_write_nothing_is_sent(self, messages, told):
        with pytest.raises(RuntimeError):
            await messages.send("demo.told", Recipient("13800001234"), key="1", data={"code": "7K2M"})
        assert await told() == []


class TestTodos(Kernel, TodosContract):
    @pytest.fixture
    def todos(self, ctx):
        return ctx.todos


class TestWorkflow(Kernel, WorkflowContract):
    @pytest.fixture
    def workflow(self, ctx):
        return ctx.workflow

    @pytest.fixture
    def open_write(self, ctx):
        return lambda: ctx.db.write(SYSTEM)

    @pytest.fixture
    def grant(self, hall):
        async def grant(account_id, role, organisation_id, reach):
            await hall.services.permissions.grant(SYSTEM, role, organisation_id, reach, account_id=account_id)

        return grant

    @pytest.fixture
    def lists(self, ctx):
        async def lists(person):
            return await ctx.todos.mine(Actor(account_id=person))

        return lists

    @pytest.fixture
    def told(self, ctx):
        async def told(person):
            sql = "SELECT kind, url FROM notifications.notice WHERE recipient_id = $1 ORDER BY id"
            return [(row["kind"], row["url"]) for row in await ctx.db.fetch(sql, person)]

        return told


class TestScheduling(Kernel, SchedulingContract):
    @pytest.fixture
    def scheduling(self, ctx):
        return ctx.scheduling

    @pytest.fixture
    def planned(self, ctx):
        async def planned():
            rows = await ctx.db.fetch("SELECT key, due, payload FROM scheduling.dated_task WHERE job = 'demo.mark'")
            return {row["key"]: (row["due"], json.loads(row["payload"])) for row in rows}

        return planned


class TestLive(Kernel, LiveContract):
    @pytest.fixture
    def live(self, ctx):
        return ctx.live

    @pytest.fixture
    def heard(self):
        async def heard(messages, count):
            async with asyncio.timeout(5):
                while len(messages) < count:  # noqa: ASYNC110 - the list tells nobody
                    await asyncio.sleep(0.01)

        return heard

    async def test_outside_a_write_nothing_is_published(self, live):
        with pytest.raises(RuntimeError):
            await live.publish("demo.news", "", {})
        assert await live.position("demo.news", "") == 0


class TestSearch(Kernel, SearchContract):
    @pytest.fixture
    def search(self, ctx):
        return ctx.search

    @pytest.fixture
    def things(self, plugin):
        return plugin.things

    @pytest.fixture
    def reports(self, plugin):
        return plugin.reports

    @pytest.fixture
    def settle(self, hall):
        async def settle():
            while await hall.services.search.updater.apply_batch():
                pass

        return settle
