"""Signing in, for everybody's tests."""

from __future__ import annotations

from typing import Any

import httpx

from huitang_kernel.identity.sessions import COOKIE

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
