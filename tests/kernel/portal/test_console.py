"""The operator's console: health, plugins and their switch, the audit log, event deliveries."""

from __future__ import annotations

import asyncio
import re
from uuid import UUID

import pytest

from huitang_kernel.plugins.registry import State
from huitang_kernel.testing import client_of
from huitang_sdk.contracts import Ref
from huitang_sdk.contracts.identity import SYSTEM
from tests.kernel.portal.samples import LampLit

PAGES = ["/console", "/console/health", "/console/plugins", "/console/plugins/lamps", "/console/events"]


@pytest.mark.parametrize("path", [*PAGES, "/console/audit", "/console/plugins/lamps/switch"])
async def test_the_console_is_the_operators(open_hall, readers, lamps, clerk, operator, path):
    hall = await open_hall(lamps)
    async with client_of(hall) as client:
        answers = [await client.get(path, headers=headers) for headers in ({}, clerk, operator)]
    assert [answer.status_code for answer in answers] == [303, 403, 200]
    assert answers[2].text.count("<h1") == 1


async def test_health_names_what_fails_first_with_its_remedy(open_hall, readers, lamps, operator):
    hall = await open_hall(lamps)
    async with client_of(hall, headers=operator) as client:
        part = (await client.get("/console/health", headers={"hx-request": "true"})).text
    assert "<html" not in part
    assert "two lamps are out" in part
    assert "change them" in part
    assert "no ladder" in part
    assert part.index("two lamps are out") < part.index("数据库应答")
    assert "health:lamps.ladder" in hall.registry.get("lamps").troubles


async def test_a_switch_says_what_it_does_then_does_it_everywhere(open_hall, readers, lamps, clerk, operator):
    hall = await open_hall(lamps)
    async with client_of(hall) as client:
        question = (await client.get("/console/plugins/lamps/switch", headers=operator)).text
        refused = await client.post("/console/plugins/lamps/switch", data={"enabled": "no"}, headers=clerk)
        done = await client.post("/console/plugins/lamps/switch", data={"enabled": "no"}, headers=operator)
        closed = await client.get("/lamps/", headers=clerk)
        again = await client.post("/console/plugins/lamps/switch", data={"enabled": "yes"}, headers=operator)
        opened = await client.get("/lamps/", headers=clerk)
    for named in ("All lamps", "Lamp keeper", "Broken lamps", LampLit.event_name(), "3 个页面"):
        assert named in question
    assert refused.status_code == 403
    assert (done.status_code, done.headers["location"]) == (303, "/console/plugins/lamps")
    assert (closed.status_code, again.status_code, opened.status_code) == (404, 303, 200)
    rows = await hall.core.database.fetch("SELECT enabled, changed_by FROM kernel.plugin WHERE id = 'lamps'")
    assert rows == [{"enabled": True, "changed_by": UUID(int=9)}]
    actions = [entry.action for entry in await hall.audit.entries(action="kernel.plugin.")]
    assert actions == ["kernel.plugin.enabled", "kernel.plugin.disabled"]


async def test_a_part_of_the_platform_cannot_be_switched_off(open_hall, readers, operator):
    hall = await open_hall()
    async with client_of(hall, headers=operator) as client:
        answer = await client.post("/console/plugins/identity/switch", data={"enabled": "no"})
        unknown = await client.get("/console/plugins/nothing")
    assert (answer.status_code, unknown.status_code) == (409, 404)
    assert hall.registry.is_active("identity")


async def test_a_broken_plugin_shows_its_cause_and_starts_when_mended(open_hall, readers, dead, clerk, operator):
    hall = await open_hall(dead)
    async with client_of(hall, headers=operator) as client:
        listed = (await client.get("/console/plugins")).text
        shown = (await client.get("/console/plugins/dead")).text
        still = await client.post("/console/plugins/dead/retry")
        failed = hall.registry.get("dead").state
        dead.mended = True
        done = await client.post("/console/plugins/dead/retry")
        useless = await client.post("/console/plugins/dead/retry")
        refused = await client.post("/console/plugins/dead/retry", headers=clerk)
    assert listed.index("坏件") < listed.index("统一门户</a>")
    assert "cannot reach the meter" in shown
    assert "/console/plugins/dead/retry" in shown
    assert (still.status_code, failed) == (303, State.FAILED)
    assert (done.status_code, useless.status_code, refused.status_code) == (303, 409, 403)
    assert hall.registry.is_active("dead")


async def test_the_audit_log_is_found_read_and_verified(open_hall, readers, operator):
    hall = await open_hall()
    thing = Ref("demo.thing", UUID(int=5))
    async with hall.core.database.write(SYSTEM) as write:
        detail = {"before": {"name": "old", "same": 1}, "after": {"name": "<b>new</b>", "same": 1}}
        await write.audit("demo.thing.renamed", thing, detail=detail, reason="写错了")
    await hall.chain.seal()
    async with client_of(hall, headers=operator) as client:
        found = (await client.get("/console/audit", params={"q": "写错"})).text
        other = (await client.get("/console/audit", params={"q": "没有这回事"})).text
        by_part = (await client.get("/console/audit", params={"part": "demo", "since": "2020-01-01"})).text
        past = (await client.get("/console/audit", params={"part": "demo", "until": "2020-01-01"})).text
        link = re.search(r'href="(/console/audit/[0-9a-f-]{36})"', found)
        record = (await client.get(link.group(1))).text
        missing = await client.get(f"/console/audit/{UUID(int=1)}")
        verified = await client.post("/console/audit/verify", headers={"hx-request": "true"})
    assert "demo.thing.renamed" in found
    assert "demo.thing.renamed" in by_part
    assert "demo.thing.renamed" not in other + past
    assert "&lt;b&gt;new&lt;/b&gt;" in record
    assert ">same<" not in record
    assert missing.status_code == 404
    assert "审计链完整" in verified.text
    assert (await hall.audit.entries(action="portal.audit.verified"))[0].detail["ok"] is True


async def test_a_broken_chain_is_named(open_hall, readers, operator):
    hall = await open_hall()
    for number in range(3):
        async with hall.core.database.write(SYSTEM) as write:
            await write.audit("demo.thing.touched", Ref("demo.thing", UUID(int=number)))
    await hall.chain.seal()
    await hall.core.database.execute("ALTER TABLE kernel.audit_record DISABLE TRIGGER USER")
    rows = await hall.core.database.fetch(
        "UPDATE kernel.audit_record SET reason = 'x' WHERE subject = $1 RETURNING sequence", f"demo.thing:{UUID(int=1)}"
    )
    async with client_of(hall, headers=operator) as client:
        answer = await client.post("/console/audit/verify")
    assert f"第 {rows[0]['sequence']} 条记录被改动或移位" in answer.text


async def test_a_given_up_delivery_is_delivered_again(open_hall, readers, lamps, clerk, operator):
    hall = await open_hall(lamps)
    lamps.refuses = True
    async with hall.core.database.write(SYSTEM) as write:
        await write.audit("lamps.lamp.lit", Ref("lamps.lamp", UUID(int=1)))
        await write.emit(LampLit(lamp="one"))
    await hall.dispatcher.deliver_due()
    await hall.core.database.execute("UPDATE kernel.outbox_delivery SET dead_at = now()")
    async with client_of(hall, headers=operator) as client:
        listed = (await client.get("/console/events", params={"state": "dead"})).text
        health = (await client.get("/console/health")).text
        url = re.search(r'action="(/console/events/[^"]+/retry)"', listed).group(1)
        refused = await client.post(url, headers=clerk)
        lamps.refuses = False
        done = await client.post(url)
        twice = await client.post(url)
        await hall.dispatcher.deliver_due()
        after = (await client.get("/console/events", params={"state": "done", "q": "lamps"})).text
    assert "nobody listens" in listed
    assert "有 1 条投递已放弃" in health
    assert (refused.status_code, done.status_code, twice.status_code) == (403, 303, 409)
    assert lamps.told == ["one"]
    assert "lamps.tell" in after
    entry = (await hall.audit.entries(action="portal.delivery.retried"))[0]
    assert entry.detail["consumer"] == "lamps.tell"


async def test_what_ran_is_remembered(open_hall, readers, lamps, operator):
    hall = await open_hall(lamps, background=True)
    for _try in range(100):
        rows = await hall.core.database.fetch("SELECT version FROM portal.plugin_seen WHERE plugin = 'lamps'")
        if rows:
            break
        await asyncio.sleep(0.05)
    assert rows == [{"version": "1.2"}]
