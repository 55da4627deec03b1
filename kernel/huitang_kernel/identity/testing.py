"""Signing in, people and residents, for everybody's tests."""

from __future__ import annotations

from typing import Any

import httpx

from huitang_kernel.identity import resident_sessions
from huitang_kernel.identity.sessions import COOKIE
from huitang_sdk.contracts import Ref, Resident
from huitang_sdk.contracts.identity import SYSTEM

PASSWORD = "correct horse battery"
"""A password that is strong enough, for accounts of tests."""


async def sign_in(hall: Any, client: httpx.AsyncClient, username: str, password: str = PASSWORD) -> str:
    """Sign `client` in through the sign-in page; its cookie jar keeps the session. Returns the token.

    Raises AssertionError with the page's text when it does not work.
    """
    answer = await client.post("/identity/sign-in", data={"username": username, "password": password, "next": "/"})
    token = answer.cookies.get(COOKIE)
    assert answer.status_code == 303, f"signing in as {username} answered {answer.status_code}: {answer.text[:2000]}"
    assert token, f"signing in as {username} set no cookie"
    return token


async def sign_in_resident(hall: Any, client: httpx.AsyncClient, phone: str = "13800000000") -> Resident:
    """Sign `client` in as the resident who holds this number, without a code; its cookie jar keeps the session."""
    resident, token = await resident_session(hall, phone)
    client.cookies.set(resident_sessions.COOKIE, token, domain=httpx.URL(client.base_url).host)
    return resident


async def resident_session(hall: Any, phone: str) -> tuple[Resident, str]:
    """The resident who holds this number, registered if need be, and the token of a new session."""
    book = hall.services.identity.residents
    async with hall.core.database.write(SYSTEM) as write:
        resident_id = await book.registered(phone)
        token = await book.sessions.open(resident_id, keep=False, user_agent="tests")
        await write.audit("identity.resident.signed_in", Ref(resident_sessions.KIND, resident_id))
    found = await book.resident(resident_id)
    assert found is not None
    return found, token
