"""Whoever has to stay away from a matter does not find its records in the audit log either."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from huitang_petitions import withheld
from huitang_petitions.events import MatterRegistered
from huitang_petitions.services import access, merging, protecting, steps, supervision
from huitang_petitions.services.registering import register
from huitang_petitions.tables import Accused, Recusal
from huitang_sdk.contracts import Delivery, Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import Sql, new_id
from tests.plugins.petitions.intake.letters import PHONE, intake
from tests.plugins.petitions.register.matters import at, put, received

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest_asyncio.fixture
async def audited(town):
    """The town, in which officer and head read the audit log, too."""
    for name in ("officer", "head"):
        account = town.actors[name].account_id
        await town.hall.services.permissions.grant(
            SYSTEM, "portal.operator", town.units["city"].id, "all", account_id=account
        )
    return town


async def found(client, matter, **params) -> int:
    page = await client.get("/console/audit", params={"subject": str(access.ref(matter)), **params})
    assert page.status_code == 200
    return int(re.search(r'class="ht-count"[^>]*>\D*(\d+)', page.text).group(1))


@pytest.mark.parametrize("way", ["accused", "unit", "recused", "whistle"])
async def test_the_log_says_nothing_of_a_matter_one_is_kept_away_from(audited, way):
    town = audited
    ctx, _clock = at(town)
    kept, other = await received(town, ctx, 2)
    officer, head = town.actors["officer"], town.actors["head"]
    for one in (kept, other):
        await supervision.act(ctx, head, one, "urge", "请尽快办理")
    client, chief = await town.sign_in("officer"), await town.sign_in("head")
    before = await found(client, kept)
    assert before > 0
    (record, *_rest) = await town.hall.audit.entries(subject=str(access.ref(kept)))
    assert (await client.get(f"/console/audit/{record.id}")).status_code == 200
    if way == "accused":
        await protecting.accuse(ctx, head, kept, account_id=officer.account_id)
    elif way == "unit":
        await Accused(matter_id=kept, organisation_id=town.units["office"].id, marked_at=NOW).save()
    elif way == "recused":
        await protecting.recuse(ctx, head, kept, officer.account_id, "利益冲突")
    else:
        await ctx.db.execute("UPDATE petitions.matter SET whistle = TRUE WHERE id = $1", kept)
    assert await found(client, kept) == 0
    assert (await client.get(f"/console/audit/{record.id}")).status_code == 404
    assert str(kept) not in (await client.get("/console/audit", params={"part": "petitions", "size": "200"})).text
    assert await found(client, other) > 0
    assert bool(await found(chief, kept)) is (way != "unit")
    assert (await town.hall.chain.verify()).ok


async def test_what_is_withheld_is_what_nobody_kept_away_reaches(town):
    """Asked by the indexes, and still the same as the condition that every query carries."""
    ctx = town.ctx
    officer = town.actors["officer"]
    accused, unit, recused, main, whistle, free = [await put(town) for _one in range(6)]
    joined = await put(town, merged_into=main)
    sister = await put(town, merged_into=main)
    secret = await put(town, whistle=True, merged_into=free)
    await ctx.db.execute("UPDATE petitions.matter SET whistle = TRUE WHERE id = $1", whistle)
    await Accused(matter_id=accused, account_id=officer.account_id, marked_at=NOW).save()
    await Accused(matter_id=unit, organisation_id=town.units["office"].id, marked_at=NOW).save()
    await Accused(matter_id=joined, account_id=officer.account_id, marked_at=NOW).save()
    await Recusal(matter_id=recused, account_id=officer.account_id, decided_at=NOW).save()
    for name, actor in town.actors.items():
        sql = Sql()
        left_out = f"SELECT m.id FROM petitions.matter m WHERE NOT ({await access.unhindered(ctx, actor, sql)})"
        expected = {row["id"] for row in await town.fetch(left_out, *sql.values)}
        assert set(await access.kept_from(ctx, actor)) == expected, name
        if name == "officer":
            assert expected == {accused, unit, recused, main, joined, sister, whistle, secret}


async def test_to_dos_that_hang_on_the_matter_are_withheld_with_it(town):
    ctx, _clock = at(town)
    (matter,) = await received(town, ctx, 1)
    act = await supervision.act(ctx, town.actors["head"], matter, "urge", "请尽快办理")
    await Accused(matter_id=matter, account_id=town.actors["officer"].account_id, marked_at=NOW).save()
    refs = await withheld.refs(ctx, town.actors["officer"])
    assert set(refs) == {access.ref(matter), Ref("petitions.supervision", act)}
    assert await withheld.refs(ctx, town.actors["head"]) == []


async def test_messages_about_the_matter_and_its_process_are_withheld_too(audited):
    """Whoever knows a petitioner's number could look up whether he or she has written."""
    town = audited
    await town.hall.services.permissions.grant(
        SYSTEM,
        "permissions.operator",
        town.units["city"].id,
        "all",
        account_id=town.actors["officer"].account_id,
    )
    done = await register(town.ctx, SYSTEM, intake(organisation_id=town.units["office"].id))
    await steps.begin(town.ctx, [(MatterRegistered(matter_id=done.id, channel="web"), Delivery(new_id(), 1, None))])
    client = await town.sign_in("officer")
    (message,) = await town.fetch("SELECT id FROM messages.message")
    address = f"/messages/{message['id']}"

    async def meets() -> list[bool]:
        found = await client.post("/messages/find", data={"address": PHONE}, follow_redirects=True)
        listed, counted = await client.get("/messages/"), await client.get("/workflow/")
        assert {found.status_code, listed.status_code, counted.status_code} == {200}
        return [
            str(message["id"]) in listed.text,
            str(message["id"]) in found.text,
            (await client.get(address)).status_code == 200,
            any(counts_of(counted.text)),
        ]

    assert await meets() == [True] * 4
    await Accused(matter_id=done.id, account_id=town.actors["officer"].account_id, marked_at=NOW).save()
    assert await meets() == [False] * 4
    for act in ("reveal", "retry"):
        answer = await client.post(f"{address}/{act}", data={"reason": "核对"})
        nothing = await client.post(f"/messages/{new_id()}/{act}", data={"reason": "核对"})
        assert (answer.status_code, nothing.status_code) == (404, 404), act


def counts_of(page: str) -> list[int]:
    return [int(found) for found in re.findall(r'ht-number text-end">(\d+)<', page)]


async def test_a_message_about_a_matter_one_is_kept_away_from_is_not_sent_again_nor_told_of(audited):
    town = audited
    ctx, head, officer = town.ctx, town.actors["head"], town.actors["officer"]
    city = town.units["city"].id
    await town.hall.services.permissions.grant(
        SYSTEM, "messages.postmaster", city, "all", account_id=officer.account_id
    )
    kept, free = [
        await register(ctx, SYSTEM, intake(channel="web", organisation_id=town.units["office"].id)) for _one in "ab"
    ]
    text = "UPDATE messages.message SET state = 'dead', expires_at = NULL, text = 'x' RETURNING id, subject_id"
    message = {row["subject_id"]: row["id"] for row in await town.fetch(text)}
    await protecting.accuse(ctx, head, kept.id, account_id=officer.account_id)
    reading = town.hall.services.messages.reading
    assert (await reading.counts(officer))["dead"] == 1
    assert await reading.retry(officer, None) == 1
    assert await town.one("SELECT state FROM messages.message WHERE id = $1", message[kept.id]) == "dead"
    assert await reading.retry(head, None) == 1
    client, chief = await town.sign_in("officer"), await town.sign_in("head")
    pages = [(await one.get("/console/audit", params={"part": "messages"})).text for one in (client, chief)]
    assert [page.count("messages.message.retried</") for page in pages] == [1, 2]
    assert str(free.id) in pages[0]
    assert not any(str(one) in pages[0] for one in (kept.id, message[kept.id]))
    (record, *_rest) = await town.hall.audit.entries(
        subject=str(access.ref(kept.id)), action="messages.message.retried"
    )
    assert record.detail["message"] == str(message[kept.id])


@pytest.mark.parametrize("whistle", [False, True])
async def test_of_two_matters_that_were_joined_neither_names_the_other_and_whoever_reads_both_can_pair_them(
    audited, whistle
):
    town = audited
    ctx, _clock = at(town)
    officer, head = town.actors["officer"], town.actors["head"]
    main, other = await received(town, ctx, 2)
    await ctx.db.execute("UPDATE petitions.matter SET whistle = $2 WHERE id = $1", other, whistle)
    await protecting.accuse(ctx, head, main, account_id=officer.account_id)
    await merging.join(ctx, head, other, main)
    await merging.part(ctx, head, other)
    paired = []
    for action in ("petitions.matter.merged", "petitions.matter.parted"):
        records = {one.subject: one for one in await town.hall.audit.entries(action=action)}
        mine = records[str(access.ref(other))].detail
        assert mine["side"] == "joined"
        if whistle:  # whoever reads the main matter would know that there is a report
            assert set(records) == {str(access.ref(other))}
            continue
        assert records[str(access.ref(main))].detail == {**mine, "side": "main"}
        paired.append(mine["operation"])
    assert len(set(paired)) == len(paired)
    numbers = {row["id"]: row["number"] for row in await town.fetch("SELECT id, number FROM petitions.matter")}
    logged = "SELECT detail::text || reason AS said FROM kernel.audit_record WHERE subject = $1"
    for one, another in ((main, other), (other, main)):
        said = " ".join(row["said"] for row in await town.fetch(logged, str(access.ref(one))))
        assert str(another) not in said
        assert numbers[another] not in said
