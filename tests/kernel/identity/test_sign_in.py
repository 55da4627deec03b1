"""Signing in and out: sessions, lock-out, and what an attacker learns from the answers (nothing)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from huitang_kernel.identity.sessions import COOKIE, TOKEN_LENGTH
from huitang_kernel.identity.testing import PASSWORD, sign_in
from huitang_kernel.identity.visits import local_path
from huitang_sdk.contracts.identity import SYSTEM
from tests.kernel.identity.people import audit_of, build_city, identity_settings


async def open_city(open_hall, **settings):
    return await build_city(await open_hall(plugins=identity_settings(**settings)))


async def try_in(client, username, password=PASSWORD, target="/"):
    return await client.post("/identity/sign-in", data={"username": username, "password": password, "next": target})


async def test_a_name_in_any_case_and_the_password_open_a_session(open_hall):
    city = await open_city(open_hall)
    await city.person("zhang.san")
    async with city.client() as client:
        assert (await client.get("/identity/profile")).status_code == 303
        await sign_in(city.hall, client, "Zhang.SAN")
        page = await client.get("/identity/profile")
        assert page.status_code == 200
        assert "测试zhang.san" in page.text
    assert len(await audit_of(city.hall, "identity.session.opened")) == 1


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(open_hall):
    city = await open_city(open_hall)
    await city.person("wang")
    async with city.client() as client:
        answer = await try_in(client, "wang")
    cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith(COOKIE))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie


async def test_the_cookie_is_secure_where_the_settings_say_https(open_hall):
    hall = await open_hall(plugins=identity_settings(), server={"secure_cookies": True})
    city = await build_city(hall)
    await city.person("wang")
    async with city.client() as client:
        answer = await try_in(client, "wang")
    assert "Secure" in answer.headers["set-cookie"]


async def test_only_the_hash_of_the_token_is_kept(open_hall):
    city = await open_city(open_hall)
    await city.person("wang")
    async with city.client() as client:
        token = await sign_in(city.hall, client, "wang")
    assert len(token) == TOKEN_LENGTH
    rows = await city.hall.core.database.fetch("SELECT s::text AS row FROM identity.session s")
    assert len(rows) == 1
    assert token not in rows[0]["row"]


async def test_an_id_brought_along_is_never_taken_over(open_hall):
    city = await open_city(open_hall)
    await city.person("victim")
    chosen = "A" * TOKEN_LENGTH
    async with city.client(cookies={COOKIE: chosen}) as client:
        await try_in(client, "victim")
    async with city.client(cookies={COOKIE: chosen}) as attacker:
        assert (await attacker.get("/identity/profile")).status_code == 303


async def test_signing_in_again_makes_a_new_session_and_ends_the_old_one(open_hall):
    city = await open_city(open_hall)
    await city.person("wang")
    async with city.client() as client:
        first = await sign_in(city.hall, client, "wang")
        second = await sign_in(city.hall, client, "wang")
    assert first != second
    async with city.client(cookies={COOKIE: first}) as old:
        assert (await old.get("/identity/profile")).status_code == 303
    async with city.client(cookies={COOKIE: second}) as new:
        assert (await new.get("/identity/profile")).status_code == 200


async def test_signing_in_over_somebody_elses_session_ends_it(open_hall):
    city = await open_city(open_hall)
    await city.person("first")
    await city.person("second")
    async with city.client() as client:
        token = await sign_in(city.hall, client, "first")
        await sign_in(city.hall, client, "second")
    async with city.client(cookies={COOKIE: token}) as old:
        assert (await old.get("/identity/profile")).status_code == 303
    newest = (await audit_of(city.hall, "identity.session.opened"))[0]
    assert newest.detail["replaced"]


async def test_signing_out_ends_the_session_itself_not_only_the_cookie(open_hall):
    city = await open_city(open_hall)
    await city.person("wang")
    async with city.client() as client:
        token = await sign_in(city.hall, client, "wang")
        answer = await client.post("/identity/sign-out")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/identity/sign-in"
    async with city.client(cookies={COOKIE: token}) as again:
        assert (await again.get("/identity/profile")).status_code == 303
        assert (await again.post("/identity/sign-out")).status_code == 303


async def test_every_failure_has_the_same_words_and_the_same_work(open_hall):
    city = await open_city(open_hall)
    await city.person("known")
    await city.person("gone", is_active=False)
    passwords, answers, work = city.identity.passwords, [], []
    await passwords.verify("", "warm up")
    async with city.client() as client:
        for username, password in (("known", "wrong wrong wrong"), ("nobody", PASSWORD), ("gone", PASSWORD)):
            before = passwords.worked
            answer = await try_in(client, username, password)
            work.append(passwords.worked - before)
            answers.append((answer.status_code, answer.text.replace(username, "NAME")))
    assert work == [1, 1, 1]
    assert answers[0][0] == 422
    assert len(set(answers)) == 1
    refused = await audit_of(city.hall, "identity.session.refused")
    assert {entry.detail["cause"] for entry in refused} == {"wrong password", "unknown name", "switched off"}
    assert "nobody" not in str(refused)


async def test_the_page_keeps_the_name_and_forgets_the_password(open_hall):
    city = await open_city(open_hall)
    async with city.client() as client:
        answer = await try_in(client, 'na"me', "a secret that must not come back")
    assert "na&#34;me" in answer.text
    assert "must not come back" not in answer.text


async def test_a_name_is_locked_after_failures_whether_it_exists_or_not(open_hall):
    city = await open_city(open_hall, lock_after=3, lock_seconds=60)
    await city.person("wang")
    async with city.client() as client:
        for username in ("wang", "nobody"):
            statuses = [(await try_in(client, username, "wrong wrong wrong")).status_code for _ in range(4)]
            assert statuses == [422, 422, 422, 429]
        right = await try_in(client, "WANG ")
    assert right.status_code == 429
    assert 0 < int(right.headers["retry-after"]) <= 60


class Later:
    """The wall clock, moved on."""

    def __init__(self, clock, by: timedelta) -> None:
        self._clock, self.by = clock, by

    def now(self):
        return self._clock.now() + self.by

    def today(self):
        return self._clock.today()


async def test_the_wait_grows_and_a_success_forgets_it(open_hall):
    city = await open_city(open_hall, lock_after=2, lock_seconds=60, lock_seconds_max=150)
    await city.person("wang")
    attempts = city.identity.attempts
    clock = attempts._clock = Later(attempts._clock, timedelta())
    waits = []
    for _ in range(4):
        assert await attempts.count("wang") is None
        until = await attempts.locked_until("wang")
        waits.append(round((until - clock.now()).total_seconds()) if until else 0)
        clock.by += timedelta(seconds=200)
    assert waits == [0, 60, 120, 150]
    async with city.client() as client:
        assert (await try_in(client, "wang")).status_code == 303
    assert await attempts.locked_until("wang") is None


async def test_many_guesses_at_once_gain_nothing(open_hall):
    city = await open_city(open_hall, lock_after=3)
    await city.person("wang")
    async with city.client() as client:
        answers = await asyncio.gather(*(try_in(client, "wang", f"guess number {n}") for n in range(12)))
    assert sorted(answer.status_code for answer in answers) == [422] * 3 + [429] * 9


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/%0d%0aSet-Cookie:x\r\n",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "",
        "/identity/sign-out",
        "///evil.example",
        "/a" * 2000,
    ],
)
async def test_nobody_is_sent_to_another_site(target):
    assert local_path(target) == "/"


async def test_after_signing_in_one_is_where_one_wanted_to_be(open_hall):
    city = await open_city(open_hall)
    await city.person("wang")
    async with city.client() as client:
        page = await client.get("/identity/sign-in", params={"next": "/budget/?page=2"})
        assert 'value="/budget/?page=2"' in page.text
        answer = await try_in(client, "wang", target="/budget/?page=2")
        assert answer.headers["location"] == "/budget/?page=2"
        again = await client.get("/identity/sign-in", params={"next": "//evil.example"})
        assert again.headers["location"] == "/"


async def test_a_signed_in_request_asks_the_database_nothing(open_hall):
    city = await open_city(open_hall, cache_seconds=60)
    await city.person("wang")
    async with city.client() as client:
        await sign_in(city.hall, client, "wang")
        await asyncio.sleep(0.2)  # the notification of the new session comes in
        await client.get("/identity/sign-in")
        before = city.identity.sessions.reads
        for _ in range(5):
            assert (await client.get("/identity/sign-in")).status_code == 303
    assert city.identity.sessions.reads == before


async def test_what_is_known_of_sessions_is_bounded(open_hall):
    city = await open_city(open_hall, cache_size=2)
    for name in ("one", "two", "three"):
        await city.person(name)
        async with city.client() as client:
            await sign_in(city.hall, client, name)
            await client.get("/identity/profile")
    assert len(city.identity.sessions._known) <= 2


@pytest.mark.parametrize(("column", "ago"), [("last_seen_at", "3 hours"), ("expires_at", "1 second")])
async def test_sessions_end_by_idleness_and_by_age(open_hall, column, ago):
    city = await open_city(open_hall, cache_seconds=0)
    await city.person("wang")
    async with city.client() as client:
        await sign_in(city.hall, client, "wang")
        await city.hall.core.database.execute(f"UPDATE identity.session SET {column} = now() - interval '{ago}'")
        assert (await client.get("/identity/profile")).status_code == 303
    assert await city.identity.sessions.sweep() == 1


async def test_a_request_now_and_then_keeps_a_session_alive(open_hall):
    city = await open_city(open_hall, cache_seconds=0, seen_every_seconds=1)
    await city.person("wang")
    async with city.client() as client:
        await sign_in(city.hall, client, "wang")
        await city.hall.core.database.execute("UPDATE identity.session SET last_seen_at = now() - interval '1 hour'")
        await client.get("/identity/profile")
    rows = await city.hall.core.database.fetch("SELECT now() - last_seen_at AS age FROM identity.session")
    assert rows[0]["age"] < timedelta(seconds=10)


async def test_weaker_hashes_are_renewed_at_the_next_sign_in(open_hall):
    city = await open_city(open_hall)
    account = await city.person("wang")
    database = city.hall.core.database
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)
    await database.execute("UPDATE identity.account SET password = $2 WHERE id = $1", account, weak)
    async with city.client() as client:
        await sign_in(city.hall, client, "wang")
    rows = await database.fetch("SELECT password FROM identity.account WHERE id = $1", account)
    assert "m=64,t=1" in rows[0]["password"]


async def test_an_imported_account_must_choose_its_password_before_anything_else(open_hall):
    city = await open_city(open_hall)
    await city.person("new", city.city, ("permissions.operator", city.city, "all"), must_change_password=True)
    fresh = "a sentence of my own"
    async with city.client() as client:
        answer = await try_in(client, "new")
        assert answer.headers["location"] == "/identity/password"
        for path in ("/identity/profile", "/identity/accounts"):
            assert (await client.get(path)).headers["location"].startswith("/identity/sign-in")
        assert (await client.get("/identity/sign-in")).headers["location"] == "/identity/password"
        page = await client.get("/identity/password")
        assert page.status_code == 200
        done = await client.post("/identity/password", data={"present": PASSWORD, "password": fresh, "again": fresh})
        assert done.headers["location"] == "/"
        assert (await client.get("/identity/accounts")).status_code == 200


async def test_display_and_language_come_along(open_hall):
    city = await open_city(open_hall)
    await city.person("old", text_size=24, high_contrast=True, locale="en")
    async with city.client() as client:
        answer = await try_in(client, "old")
        assert answer.cookies["huitang_display"] == "size%3D24%3Bcontrast%3Dhigh"
        page = await client.get("/identity/profile")
    assert 'data-size="24"' in page.text
    assert 'lang="en"' in page.text


async def test_set_password_unlocks(open_hall):
    city = await open_city(open_hall, lock_after=1)
    account = await city.person("wang")
    async with city.client() as client:
        await try_in(client, "wang", "wrong wrong wrong")
        assert (await try_in(client, "wang")).status_code == 429
        await city.identity.set_password(SYSTEM, account, "another good sentence")
        await sign_in(city.hall, client, "wang", "another good sentence")
