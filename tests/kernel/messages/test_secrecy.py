"""A dump of the database, and everything that was logged, names nobody and quotes nothing."""

from __future__ import annotations

import logging

from outside import OPEN_ID, PHONE, rows, send, set_faults, until

from huitang_sdk.contracts import Recipient
from huitang_sdk.contracts.identity import SYSTEM

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
    (entry,), _total = await hall.services.messages.reading.page(_all())
    assert entry.recipient == ""


def _all():
    from huitang_sdk.lists import ListQuery

    names = ("state", "channel", "kind", "to")
    return ListQuery(path="/messages/", filters=dict.fromkeys(names, ""))
