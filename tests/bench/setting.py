"""The scene of a run: a small city, one signed-in reader with one role, and rows to read."""

from __future__ import annotations

from huitang_kernel.app import Hall, build_app
from huitang_kernel.identity.testing import PASSWORD, sign_in
from huitang_kernel.testing import client_of
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id

UNITS = 10
READER = "reader"


async def prepare(hall: Hall, rows: int) -> str:
    """Make it, and return the reader's session token."""
    identity, rights = hall.services.identity, hall.services.permissions
    root = await identity.create_organisation(SYSTEM, "云江市")
    units = [await identity.create_organisation(SYSTEM, f"第{number}单位", root.id) for number in range(UNITS)]
    account = await identity.create_account(SYSTEM, READER, "读者", PASSWORD, root.id)
    await rights.grant(SYSTEM, "bench.reader", root.id, account_id=account.id)
    for number in range(rows):
        await hall.core.database.execute(
            "INSERT INTO bench.thing VALUES ($1, $2, $3, $4)",
            *(new_id(), units[number % UNITS].id, f"路灯{number:05}", number),
        )
    hall.app = build_app(hall, hall.core.database.dsn)  # type: ignore[attr-defined]
    async with client_of(hall) as client:
        return await sign_in(hall, client, READER)
