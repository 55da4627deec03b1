"""Letters for tests: what comes in, and forms as browsers send them."""

from __future__ import annotations

import re
from typing import Any

from huitang_petitions.services.submission import Intake, Person

NAME, PHONE, ID_NUMBER, ADDRESS = "王样例", "13800001234", "11010519491231002X", "云江市高新区科园路 12 号"
SUBJECT, BODY = "小区路灯三个月未修", "我们小区门前的路灯坏了三个月，夜里老人出门摔倒。"


def intake(**changes: Any) -> Intake:
    person = Person(name=NAME, phone=PHONE, id_number=ID_NUMBER, address=ADDRESS)
    values: dict[str, Any] = {"channel": "phone", "subject": SUBJECT, "body": BODY, "persons": (person,)}
    return Intake(**values | changes)


def token_in(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found, page[:500]
    return found[1]


def code_in(page: str) -> str:
    found = re.search(r'id="code">([^<]+)<', page)
    assert found, page[:3000]
    return found[1]


async def form(client: Any, opened: str = "/petitions/write", /, **changes: str) -> dict[str, str]:
    """The fields of the letter form, with the token of a page that was just opened."""
    page = await client.get(opened)
    assert page.status_code == 200, page.text
    values = {"token": token_in(page.text), "subject": SUBJECT, "body": BODY, "name": NAME, "phone": PHONE}
    return values | changes


async def send(client: Any, **changes: str) -> str:
    """Send a letter as a resident and answer its code."""
    answer = await client.post("/petitions/write", data=await form(client, **changes))
    assert answer.status_code == 200, answer.text
    return code_in(answer.text)
