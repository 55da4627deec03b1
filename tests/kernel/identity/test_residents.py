"""Residents: a code to a phone lets in, says nothing about who is registered, and is worth nothing anywhere else."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest

from huitang_kernel import limits
from huitang_kernel.identity import resident_codes, resident_sessions
from huitang_kernel.identity.testing import resident_session, sign_in, sign_in_resident
from huitang_sdk.contracts import Actor
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Invalid, TooManyRequests
from tests.kernel.identity.people import build_city, identity_settings
from tests.kernel.identity.residents import HOME, LIN, NOBODY, ZHOU, Town

DAY = timedelta(days=1)


async def test_a_number_nobody_has_used_is_registered_by_its_first_code(town):
    async with town.client() as client:
        page = await client.get(f"{HOME}/sign-in?next=/noticeboard/")
        assert 'value="/noticeboard/"' in page.text
        entered = await town.enter(client, "138 0000-1234", "/noticeboard/")
        assert (entered.status_code, entered.headers["location"]) == (303, "/noticeboard/")
        home = await client.get(HOME)
        assert "138****1234" in home.text
        assert LIN not in home.text
        again = await client.get(f"{HOME}/sign-in")
        assert (again.status_code, again.headers["location"]) == (303, HOME)
    assert await town.count() == 1
    assert await town.count("resident_code") == 0


async def test_the_same_number_is_the_same_resident(town):
    ids = set()
    for phone in (LIN, f"+86 {LIN}", "１３８ ００００ １２３４"):
        async with town.client() as client:
            await town.enter(client, phone)
        (row,) = await town.hall.core.database.fetch("SELECT id FROM identity.resident")
        ids.add(row["id"])
    assert len(ids) == 1


@pytest.mark.parametrize(("days", "is_same"), [(89, True), (91, False)])
async def test_after_a_long_silence_it_may_be_somebody_else(town, days, is_same):
    """What is older than this sign-in may be another's, and nobody goes on in the other's session."""
    database = town.hall.core.database
    async with town.client() as first, town.client() as second:
        await town.enter(first, LIN)
        (before,) = await database.fetch("SELECT id, held_since, created_at FROM identity.resident")
        assert before["held_since"] == before["created_at"]
        await database.execute("UPDATE identity.resident SET signed_in_at = signed_in_at - $1::interval", days * DAY)
        await town.enter(second, LIN)
        held = (await town.book.resident(before["id"])).held_since
        assert (held == before["held_since"]) is is_same
        assert (await first.get(HOME)).status_code == (200 if is_same else 303)
        assert (await second.get(HOME)).status_code == 200
    noted = await town.hall.audit.entries(action="identity.resident.signed_in")
    assert noted[0].detail == ({} if is_same else {"after_silence": True})


@pytest.mark.parametrize(("days", "is_ok"), [(89, True), (90, False)])
async def test_health_says_that_kept_sessions_outlast_the_silence(open_hall, days, is_ok):
    hall = await open_hall(plugins=identity_settings(resident_days=days))
    record = hall.registry.get("identity")
    (found,) = [one for one in record.declarations.health_checks if one.id == "identity.silence"]
    answer = await found.check(record.context)
    assert answer.ok is is_ok
    assert ("resident_days" in answer.remedy) is not is_ok


async def test_two_browsers_at_once_make_one_resident(town):
    codes = town.book.codes
    tokens = []
    for _ in range(4):
        tokens.append((await codes.ask(Actor(), LIN, "10.0.0.1"), town.code()))
    entries = await asyncio.gather(
        *(town.book.enter(token, code, "10.0.0.1", keep=False, user_agent="") for token, code in tokens)
    )
    assert len({entry.resident_id for entry in entries}) == 1
    assert sum(entry.is_new for entry in entries) == 1


class Watched:
    """What the database was asked, in order, without values. What limits tell once a second is kept back: it does not
    belong to a request.
    """

    def __init__(self, hall: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        monkeypatch.setattr(limits, "SHARE_EVERY", 3600.0)
        hall.core.limits._shared_at = asyncio.get_running_loop().time()
        database = hall.core.database
        for name in ("fetch", "execute"):
            monkeypatch.setattr(database, name, self._watching(getattr(database, name)))

    def _watching(self, call: Any) -> Any:
        async def watched(sql: str, *values: Any) -> Any:
            self.asked.append(sql)
            return await call(sql, *values)

        return watched

    def take(self) -> list[str]:
        asked, self.asked = self.asked, []
        return asked


def shape_of(answer: Any) -> tuple[Any, ...]:
    """Everything of an answer but what is random in every one of them."""
    headers = sorted((name, re.sub(r"=[\w-]{43};", "=…;", value)) for name, value in answer.headers.items())
    text = re.sub(r"1\d\d\*{4}\d{4}|[0-9a-f]{32}|(?<=value=\")\d{6}", "…", answer.text)
    return answer.status_code, [pair for pair in headers if pair[0] != "x-request-id"], text


async def test_nobody_learns_which_numbers_are_registered(town, monkeypatch):
    """The same statements and the same answers, so that neither words nor time tell: what is not looked up takes no
    time.
    """
    await resident_session(town.hall, LIN)
    watched = Watched(town.hall, monkeypatch)
    seen = []
    for phone in (LIN, NOBODY):
        async with town.client() as client:
            answers = [await town.ask(client, phone), await client.get(f"{HOME}/code")]
            wrong = f"{(int(town.code()) + 1) % 10**6:06}"
            answers.append(await client.post(f"{HOME}/code", data={"code": wrong}))
            answers.append(await client.post(f"{HOME}/code/again"))
        statements = watched.take()
        assert not [sql for sql in statements if "identity.resident " in sql or "resident_phone" in sql]
        seen.append(([shape_of(answer) for answer in answers], statements))
    (known, asked_for_known), (unknown, asked_for_unknown) = seen
    for one, other in zip(known, unknown, strict=True):
        assert one == other
    assert asked_for_known == asked_for_unknown
    assert await town.count() == 1


async def test_a_wrong_code_and_none_at_all_are_told_alike(town, monkeypatch):
    """A browser without a code, one with a wrong one and one whose tries are used up: same words, same statements."""
    watched = Watched(town.hall, monkeypatch)

    async def refused(client: Any) -> tuple[str, list[str]]:
        watched.take()
        with pytest.raises(Invalid) as refusal:
            await town.book.codes.check(client, "000000", "10.0.0.1")
        return refusal.value.message, watched.take()

    token = await town.book.codes.ask(Actor(), LIN, "10.0.0.1")
    if town.code() == "000000":
        token = await town.book.codes.ask(Actor(), LIN, "10.0.0.1")
    told = [await refused("x" * 43)]
    for _ in range(town.hall.services.identity.settings.resident_code_tries + 2):
        told.append(await refused(token))
    assert len({message for message, _ in told}) == 1
    assert len({tuple(asked) for _, asked in told}) == 1


async def test_a_code_can_be_mistyped_five_times(town):
    async with town.client() as client:
        await town.ask(client, LIN)
        code = town.code()
        wrong = f"{(int(code) + 1) % 10**6:06}"
        for _ in range(4):
            assert (await client.post(f"{HOME}/code", data={"code": wrong})).status_code == 422
        assert (await client.post(f"{HOME}/code", data={"code": code})).status_code == 303
        await client.post(f"{HOME}/sign-out")
        await town.ask(client, LIN)
        code = town.code()
        wrong = f"{(int(code) + 1) % 10**6:06}"
        for _ in range(5):
            assert (await client.post(f"{HOME}/code", data={"code": wrong})).status_code == 422
        assert (await client.post(f"{HOME}/code", data={"code": code})).status_code == 422


async def test_many_guesses_at_once_are_no_more_than_five(town, monkeypatch):
    compared, digest = [], town.book.codes._digest

    def counted(identifier: Any, code: str) -> bytes:
        if identifier.int:
            compared.append(code)
        return digest(identifier, code)

    token = await town.book.codes.ask(Actor(), LIN, "10.0.0.1")
    monkeypatch.setattr(town.book.codes, "_digest", counted)
    guesses = [f"{(int(town.code()) + 1 + number) % 10**6:06}" for number in range(40)]
    tries = (town.book.codes.check(token, guess, "10.0.0.1") for guess in guesses)
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert {type(answer) for answer in answers} == {Invalid}
    assert len(compared) == 5


async def test_a_code_is_good_in_the_browser_that_asked_only_and_once(town):
    async with town.client() as asker, town.client() as other:
        await town.ask(asker, LIN)
        code = town.code()
        assert (await other.post(f"{HOME}/code", data={"code": code})).status_code == 422
        assert (await other.get(f"{HOME}/code")).headers["location"] == f"{HOME}/sign-in"
        token = asker.cookies[resident_codes.COOKIE]
        assert (await asker.post(f"{HOME}/code", data={"code": code})).status_code == 303
        other.cookies.set(resident_codes.COOKIE, token, domain="hall.test")
        assert (await other.post(f"{HOME}/code", data={"code": code})).status_code == 422
    assert await town.count("resident_session") == 1


async def test_a_code_runs_out(town):
    async with town.client() as client:
        await town.ask(client, LIN)
        await town.hall.core.database.execute("UPDATE identity.resident_code SET expires_at = now()")
        assert (await client.post(f"{HOME}/code", data={"code": town.code()})).status_code == 422
        assert (await client.get(f"{HOME}/code")).headers["location"] == f"{HOME}/sign-in"
    await town.book.codes.sweep()
    assert await town.count("resident_code") == 0


@pytest.mark.parametrize(
    "phone", ["", "12345", "1380000123", "010-65551234", "+1 415 555 0100", "x" * 500, "138000012345"]
)
async def test_only_mobile_numbers_are_sent_codes(town, phone):
    async with town.client() as client:
        answer = await town.ask(client, phone)
    assert answer.status_code == 422
    assert town.sent.sent == []


async def test_codes_are_limited_by_number_address_and_altogether(open_hall):
    few = {"resident_codes_per_hour": 2, "resident_codes_per_address": 3, "resident_codes_per_minute": 4}
    town = Town(await open_hall(plugins=identity_settings(resident_code_pause_seconds=0, **few)))
    codes = town.book.codes

    async def refused(phone: str, address: str) -> int:
        with pytest.raises(TooManyRequests) as refusal:
            await codes.ask(Actor(), phone, address)
        return refusal.value.retry_after

    await codes.ask(Actor(), LIN, "10.0.0.1")
    await codes.ask(Actor(), LIN, "10.0.0.2")
    assert 60 < await refused(LIN, "10.0.0.3") <= 3600
    await codes.ask(Actor(), ZHOU, "10.0.0.1")
    assert 0 < await refused(NOBODY, "10.0.0.4") <= 60
    async with town.client() as client:
        answer = await town.ask(client, NOBODY)
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 60
        assert "之后再试" in answer.text
    assert len(town.sent.sent) == 3


async def test_a_number_is_sent_one_code_a_minute(open_hall):
    town = Town(await open_hall(plugins=identity_settings()))
    async with town.client() as client:
        assert (await town.ask(client, LIN)).status_code == 303
        answer = await client.post(f"{HOME}/code/again")
        assert (answer.status_code, 0 < int(answer.headers["retry-after"]) <= 60) == (429, True)
        assert "138****1234" in answer.text
        assert (await client.post(f"{HOME}/code", data={"code": town.code()})).status_code == 303


async def test_nothing_in_the_database_says_a_number_a_code_or_a_token(town):
    async with town.client() as client:
        await town.enter(client, LIN)
        token = client.cookies[resident_sessions.COOKIE]
        await town.ask(client, ZHOU)
        waiting = client.cookies[resident_codes.COOKIE]
    database = town.hall.core.database
    kept = ""
    for table in ("identity.resident", "identity.resident_session", "identity.resident_code", "kernel.audit_record"):
        kept += "".join(row["row"] for row in await database.fetch(f"SELECT t::text AS row FROM {table} t"))
    assert len(kept) > 200
    for secret in (LIN, ZHOU, token, waiting, LIN.encode().hex(), ZHOU.encode().hex()):
        assert secret not in kept


async def test_a_resident_is_nobody_on_pages_of_accounts_and_staff_are_nobody_here(town):
    city = await build_city(town.hall)
    await city.operator()
    async with town.client() as client:
        await sign_in_resident(town.hall, client, LIN)
        assert (await client.get("/identity/profile")).headers["location"].startswith("/identity/sign-in")
        assert (await client.get("/session")).json() == {"reader": ""}
        await sign_in(town.hall, client, "operator")
        assert "138****1234" in (await client.get(HOME)).text  # both at once, each on their own pages
        assert (await client.get("/identity/accounts")).status_code == 200
    async with town.client() as client:
        await sign_in(town.hall, client, "operator")
        assert (await client.get(HOME)).headers["location"].startswith(f"{HOME}/sign-in")
    rows = await town.hall.core.database.fetch(
        "SELECT actor_name, address FROM kernel.audit_record "
        "WHERE action LIKE 'identity.resident%' AND actor_name <> $1",
        SYSTEM.name,
    )
    assert {(row["actor_name"], row["address"]) for row in rows} <= {("居民", ""), ("", "")}


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/identity/residents/sign-in", "/\\evil.example"]
)
async def test_nobody_is_sent_elsewhere(town, target):
    async with town.client() as client:
        entered = await town.enter(client, LIN, target)
    assert entered.headers["location"] == HOME


async def test_other_sites_cannot_have_codes_sent(town):
    async with town.client(headers={"sec-fetch-site": "cross-site"}) as client:
        assert (await town.ask(client, LIN)).status_code == 403
    assert town.sent.sent == []
