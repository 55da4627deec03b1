"""A dump of the database, and everything that was logged, names nobody and quotes nothing."""

from __future__ import annotations

import logging

import pytest
from outside import OPEN_ID, PHONE, rows, send, set_faults, somebody, until

from huitang_kernel.messages.gateways.outcome import Hearing
from huitang_sdk.contracts import Recipient
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Conflict

TEXT = "极其私密的内容"
TABLES = """
SELECT table_schema AS schema, table_name AS name FROM information_schema.tables
WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
"""


async def everything(hall) -> str:
    """Every row of every table as text, byte columns as text too where they are text."""
    database, parts = hall.core.database, []
    for table in await database.fetch(TABLES):
        found = await database.fetch(f'SELECT t::text AS row FROM "{table["schema"]}"."{table["name"]}" t')
        parts += [row["row"] for row in found]
    return "\n".join(parts)


def forms(secret: str) -> list[str]:
    """A text as it is, and as hexadecimal bytes."""
    return [secret, secret.encode().hex()]


async def test_nobody_is_named_and_nothing_quoted(open_town, sms, wechat, caplog):
    caplog.set_level(logging.DEBUG, logger="huitang")
    hall = await open_town(sms, wechat)
    set_faults(sms, lose_answers=1)
    set_faults(wechat, refuse="43004")
    await send(hall, Recipient("138-0000-1234", OPEN_ID), code=TEXT)
    await until(hall, "accepted", "dead")
    set_faults(sms, refuse=f"{PHONE} is wrong")
    await send(hall, Recipient(PHONE), key=f"{PHONE}-again", code=TEXT)
    await until(hall, "accepted", "dead", "dead")
    await hall.services.messages.incoming.take("sms", "m-1", PHONE, TEXT, hall.core.clock.now())
    await hall.services.messages.reading.retry(SYSTEM, None)
    dump = await everything(hall)
    assert "demo.told" in dump
    troubles = repr([record.troubles for record in hall.registry])
    for secret in (PHONE, OPEN_ID, TEXT, "138-0000-1234"):
        for form in forms(secret):
            assert form not in dump, secret
            assert form not in caplog.text, secret
            assert form not in troubles, secret
    assert "could not be sent" in caplog.text


async def test_old_messages_are_erased(open_town, sms):
    hall = await open_town(sms)
    await send(hall)
    await until(hall, "accepted")
    await hall.services.messages.incoming.take("sms", "m-1", PHONE, TEXT, hall.core.clock.now())
    for table, column in (("message", "changed_at"), ("incoming", "heard_at")):
        await hall.core.database.execute(f"UPDATE messages.{table} SET {column} = now() - interval '200 days'")
    context = hall.registry.get("messages").context
    (job,) = hall.registry.get("messages").declarations.jobs
    run = type("Run", (), {"id": (await rows(hall, "id"))[0]})()
    assert "2" in await job.run(context, run)
    assert await rows(hall, "state, recipient, text") == [("accepted", None, None)]
    found = await hall.core.database.fetch("SELECT sender, text FROM messages.incoming")
    assert [tuple(row.values()) for row in found] == [(None, None)]
    (entry,), _total = await hall.services.messages.reading.page(SYSTEM, _all())
    assert entry.recipient == ""


def _all():
    from huitang_sdk.lists import ListQuery

    names = ("state", "channel", "kind", "to")
    return ListQuery(path="/messages/", filters=dict.fromkeys(names, ""))


CODE = "5R7W-2XKC-9DTM"
SHOWN = ("messages.message.read", "messages.message.reveal")


async def is_kept(hall) -> list[bool]:
    return await rows(hall, "text IS NOT NULL")


async def test_a_secret_is_kept_until_the_gateway_has_it(open_town, sms):
    """Also through a lost answer, since the same words go out again under the same key."""
    hall = await open_town(sms, background=False)
    set_faults(sms, lose_answers=1)
    await send(hall, kind="demo.secret", code=CODE)
    (sender,) = hall.services.messages.senders
    await sender.send_due()
    assert (await rows(hall), await is_kept(hall)) == (["failed"], [True])
    await hall.core.database.execute("UPDATE messages.message SET next_at = now()")
    await sender.send_due()
    assert (await rows(hall), await is_kept(hall)) == (["accepted"], [False])
    assert [CODE in message.text for message in sms.taken] == [True]


async def test_a_secret_is_erased_at_every_end(open_town, sms):
    hall = await open_town(sms)
    set_faults(sms, refuse="bad-number")
    await send(hall, kind="demo.secret", code=CODE)
    await send(hall, Recipient("不详"), kind="demo.secret", code=CODE)
    await send(hall, Recipient(open_id=OPEN_ID), kind="demo.secret", code=CODE)
    await until(hall, "dead", "skipped", "skipped")
    assert await is_kept(hall) == [False, False, False]
    with pytest.raises(Conflict):
        await hall.services.messages.reading.retry(SYSTEM, None)


@pytest.mark.parametrize("status", ["delivered", "undelivered"])
async def test_a_receipt_erases_a_secret(open_town, sms, status):
    hall = await open_town(sms, background=False)
    await send(hall, kind="demo.secret", code=CODE)
    await hall.core.database.execute("UPDATE messages.message SET state = 'sending'")
    (identifier,) = await rows(hall, "id")
    receipt = Hearing("", f"{identifier}-1", status, "", hall.core.clock.now())
    await hall.services.messages.receipts.hear("sms", [receipt])
    assert await is_kept(hall) == [False]


async def test_a_secret_is_shown_to_nobody(open_town, sms):
    hall = await open_town(sms, background=False)
    await send(hall, kind="demo.secret", code=CODE)
    (identifier,) = await rows(hall, "id")
    async with somebody(hall, *SHOWN) as client:
        answer = await client.post(f"/messages/{identifier}/reveal", data={"reason": "来电核实"})
    assert answer.status_code == 200
    assert PHONE in answer.text
    assert CODE not in answer.text
    assert "不再显示" in answer.text


async def test_the_recipient_of_a_secret_is_erased_with_the_others(open_town, sms):
    hall = await open_town(sms)
    await send(hall, kind="demo.secret", code=CODE)
    await until(hall, "accepted")
    await hall.core.database.execute("UPDATE messages.message SET changed_at = now() - interval '200 days'")
    (job,) = hall.registry.get("messages").declarations.jobs
    run = type("Run", (), {"id": (await rows(hall, "id"))[0]})()
    await job.run(hall.registry.get("messages").context, run)
    assert await rows(hall, "recipient, recipient_index, text") == [(None, None, None)]


async def test_what_signs_people_in_or_opens_a_matter_is_secret(open_town):
    from huitang_petitions.messages import KINDS

    hall = await open_town()
    kinds = [*KINDS, *hall.registry.get("identity").declarations.message_kinds]
    assert {kind.id for kind in kinds if "code" in kind.sample} == {kind.id for kind in kinds if kind.secret}
    assert {kind.id for kind in kinds if kind.secret} == {"petitions.registered", "identity.resident_code"}
