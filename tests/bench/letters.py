"""Letters beside look-ups, as on a bad day.

Letters and look-ups come as a browser posts the page's forms, at a fixed rate, whether or not the server keeps up. Two
web processes serve as `huitang serve` has them, what happens after a letter is done there too, and the load generator
shares two cores with them and the database. A look-up is the exchange of a code for a pass, hit or miss, as robots
would try it; reading the page behind it is a request of its own. Beside it, at the same rates, a bare Litestar server
that inserts one row a letter and reads one row a look-up.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import asyncpg
from msgspec import Struct, structs

from huitang_kernel.app import Hall, build_app
from huitang_kernel.identity.testing import PASSWORD, sign_in
from huitang_kernel.testing import client_of
from huitang_petitions.services import codes
from huitang_petitions.services.registering import register
from huitang_petitions.services.submission import Intake, Person
from huitang_sdk.contracts.identity import SYSTEM
from tests.bench.flow import Flow, pour
from tests.bench.load import press
from tests.bench.pages import serving
from tests.bench.spent import Spent, spent
from tests.bench.table import Row

LETTERS, LOOK_UPS = 300, 1000
WARMING = 40
KNOWN = 200
BODY = "我们小区门前的路灯坏了三个月，夜里老人出门摔倒。已经打过电话，没有人来修。" * 6
OPEN = {
    "HUITANG_PLUGINS__PETITIONS__LETTERS_PER_HOUR": "100000000",
    "HUITANG_PLUGINS__PETITIONS__LOOK_UPS_PER_MINUTE": "100000000",
    "HUITANG_PLUGINS__PETITIONS__TRIES_PER_SECOND": "1000000",
}
BARE = """
CREATE SCHEMA IF NOT EXISTS bench;
CREATE TABLE IF NOT EXISTS bench.letter
    (id uuid PRIMARY KEY, code text UNIQUE, subject text, body text, name text, phone text);
"""
KEPT = "SELECT count(*) FROM petitions.matter WHERE channel = 'web'"
BARE_SECONDS = 20.0
WAITING = """
SELECT (SELECT count(*) FROM kernel.outbox WHERE fanned_out_at IS NULL)
    + (SELECT count(*) FROM kernel.outbox_delivery WHERE done_at IS NULL AND dead_at IS NULL)
"""
CAUGHT_UP_WITHIN = 600.0
BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gWk"
BROWSER = (
    "Host: 127.0.0.1\r\nConnection: keep-alive\r\nCache-Control: max-age=0\r\nUpgrade-Insecure-Requests: 1\r\n"
    "User-Agent: Mozilla/5.0 (Linux; Android 14; Mobile) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
    "Mobile Safari/537.36\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n"
    "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-User: ?1\r\nSec-Fetch-Dest: document\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: zh-CN,zh;q=0.9\r\n"
)
FORM = {"kind": "appeal", "subject": "路灯不亮", "body": BODY, "place": "科园路 12 号", "earlier": ""}
SENDER = {"name": "王样例", "phone": "13800001234", "id_number": "", "address": "", "gender": "", "act": "send"}


class Load(Struct):
    """One run: what letters and look-ups met, and the CPU seconds it took."""

    letters: Flow
    looked: Flow
    cpu: Spent


def post(path: str, kind: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\n{BROWSER}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def look_up_form(code: str) -> bytes:
    return post("/petitions/look-up", "application/x-www-form-urlencoded", urlencode({"code": code}).encode())


def letter_form(token: str, number: int) -> bytes:
    """The form of /petitions/write as a browser sends it, with no file chosen."""
    fields = {"token": token, **FORM, "subject": f"路灯不亮 {number}"}
    parts = [_part(f'name="{name}"', value) for name, value in fields.items()]
    parts.append(_part('name="papers"; filename=""', "", "\r\nContent-Type: application/octet-stream"))
    parts += [_part(f'name="{name}"', value) for name, value in SENDER.items()]
    body = "".join(parts) + f"--{BOUNDARY}--\r\n"
    return post("/petitions/write", f"multipart/form-data; boundary={BOUNDARY}", body.encode())


def _part(name: str, value: str, more: str = "") -> str:
    return f"--{BOUNDARY}\r\nContent-Disposition: form-data; {name}{more}\r\n\r\n{value}\r\n"


def measure(hall_with: Any, dsn: str, folder: Path, seconds: float) -> list[Row]:
    """`hall_with(work)` runs work in a hall of this process."""
    scene = asyncio.run(hall_with(lambda hall: prepare(hall, dsn, int(LETTERS * seconds) + WARMING)))
    codes_of, tokens = scene.codes, scene.tokens
    asyncio.run(_make_bare(dsn))
    os.environ |= OPEN
    with serving("ours_in_full", dsn, folder, workers=2) as port:
        asyncio.run(_compared(port, scene))
        before = asyncio.run(count(dsn, KEPT))
        ours = asyncio.run(both(port, dsn, codes_of, tokens, seconds))
        kept = asyncio.run(count(dsn, KEPT)) - before
        waiting, after = asyncio.run(_caught_up(dsn))
    with serving("bare_register", dsn, folder, workers=2) as port:
        bare = asyncio.run(both(port, dsn, codes_of, tokens, min(seconds, BARE_SECONDS)))
    then = f"{waiting} reactions waited at the end and were done {after:.0f} s later"
    return _rows(ours, bare, kept, seconds, then)


async def both(
    port: int,
    dsn: str,
    known: list[str],
    tokens: list[str],
    seconds: float,
    letters: float = LETTERS,
    look_ups: float = LOOK_UPS,
) -> Load:
    """Letters and look-ups at their rates."""
    forms = [look_up_form(code) for code in known]

    def letter(number: int) -> bytes:
        return letter_form(tokens[number], number)

    def look_up(number: int) -> bytes:
        return forms[number % len(forms)]

    first = len(tokens) - WARMING
    await pour(port, 2 * WARMING, WARMING, lambda number: letter(first + number), b"HTTP/1.1 2")
    before = await spent(dsn)
    met = await asyncio.gather(
        pour(port, letters, int(letters * seconds), letter, b"HTTP/1.1 200"),
        pour(port, look_ups, int(look_ups * seconds), look_up, b"HTTP/1.1 303"),
    )
    return Load(*met, (await spent(dsn)).since(before))


def context_of(hall: Hall) -> Any:
    """What the petitions plugin is given."""
    record = hall.registry.get("petitions")
    assert record is not None
    return record.context


class Scene(Struct):
    """Codes that can be looked up, tokens of forms that can be sent, and an officer's session and a matter to read."""

    codes: list[str]
    tokens: list[str]
    session: str
    matter: str


async def prepare(hall: Hall, dsn: str, count: int) -> Scene:
    ctx, identity = context_of(hall), hall.services.identity
    office = await identity.create_organisation(SYSTEM, "云江市信访办")
    officer = await identity.create_account(SYSTEM, "bench-at-the-desk", "值班员", PASSWORD, office.id)
    await hall.services.permissions.grant(SYSTEM, "petitions.head", office.id, account_id=officer.id)
    done = [
        await register(ctx, SYSTEM, structs.replace(intake(number), organisation_id=office.id), historic=True)
        for number in range(KNOWN)
    ]
    hall.app = build_app(hall, dsn)  # type: ignore[attr-defined]
    async with client_of(hall) as client:
        session = await sign_in(hall, client, officer.username)
    tokens = [codes.new_token(ctx) for _number in range(count)]
    return Scene([one.code for one in done], tokens, session, str(done[0].id))


async def _compared(port: int, scene: Scene) -> None:
    """As on every day, somebody has looked at the handling of a matter: each process has read the letters that were
    there, and compares new ones."""
    cookie = f"Cookie: huitang_session={scene.session}\r\n"
    for _process in range(12):
        met = await press(port, f"/petitions/matters/{scene.matter}/way", seconds=0.3, headers=cookie)
        if met.failed:
            raise RuntimeError("the handling of a matter cannot be read")


def intake(number: int) -> Intake:
    person = Person(name=f"样例{number}", phone=f"1390000{number:04}")
    return Intake(channel="phone", subject=f"第 {number} 件", body=BODY, persons=(person,))


async def _make_bare(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(BARE)
    await connection.close()


async def count(dsn: str, sql: str) -> int:
    connection = await asyncpg.connect(dsn)
    found = await connection.fetchval(sql)
    await connection.close()
    return int(found)


async def _caught_up(dsn: str) -> tuple[int, float]:
    """How many reactions to letters wait, and after how many seconds they are done."""
    began = time.perf_counter()
    first = waiting = await count(dsn, WAITING)
    while waiting and time.perf_counter() - began < CAUGHT_UP_WITHIN:
        await asyncio.sleep(0.5)
        waiting = await count(dsn, WAITING)
    return first, time.perf_counter() - began if not waiting else float("inf")


def _rows(ours: Load, bare: Load, kept: int, seconds: float, then: str) -> list[Row]:
    letters, looked = ours.letters, ours.looked
    lost = letters.answered - letters.failed + WARMING - kept
    whole = letters.answered == letters.asked and not letters.failed and not lost
    return [
        _row(
            f"{LETTERS} letters a second beside {LOOK_UPS} look-ups a second",
            f"bare Litestar, one INSERT and one SELECT, same rates for {BARE_SECONDS:.0f} s",
            (letters, bare.letters),
            f"{LETTERS}/s for {seconds:.0f} s, none lost, p99 < 500 ms",
            whole and letters.p99 < 500 and letters.per_second > LETTERS * 0.97,
            lost=f", {max(lost, 0)} lost, {max(-lost, 0)} doubled",
            note=f"sealed, indexed, limits reckoned, audited; {kept} in the register; {then}",
        ),
        _row(
            f"{LOOK_UPS} look-ups a second beside them",
            "the same",
            (looked, bare.looked),
            f"{LOOK_UPS}/s, p99 < 500 ms",
            not looked.failed and looked.p99 < 500 and looked.per_second > LOOK_UPS * 0.97,
        ),
        Row(
            work="CPU seconds a second, of the two that there are",
            against="the same",
            ours=ours.cpu.told(),
            bare=bare.cpu.told(),
            ratio=f"{ours.cpu.total / bare.cpu.total:.2f} × the CPU",
            goal="< 2 with the load generator",
            met=ours.cpu.total < 2,
            note="web processes + PostgreSQL + load generator",
        ),
    ]


def _row(
    work: str, against: str, flows: tuple[Flow, Flow], goal: str, met: bool, *, lost: str = "", note: str = ""
) -> Row:
    ours, bare = flows
    told: Callable[[Flow], str] = lambda flow: f"{flow.per_second:.0f}/s, p99 {flow.p99:.0f} ms"  # noqa: E731
    return Row(
        work=work,
        against=against,
        ours=told(ours) + lost,
        bare=told(bare),
        ratio=f"{ours.per_second / bare.per_second:.2f} ×",
        goal=goal,
        met=met,
        note=note,
    )
