"""Devices: codes, enrolment by page and JSON, who is behind a request, the console's pages."""

from __future__ import annotations

import asyncio
import re

import pytest

from huitang_kernel.identity.devices import CODE_GROUPS
from huitang_kernel.identity.sessions import COOKIE
from huitang_kernel.identity.testing import sign_in
from huitang_sdk.codes import new_code
from huitang_sdk.contracts import NewDevice
from huitang_sdk.contracts.devices import DEVICE_COOKIE
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Invalid, TooManyRequests
from tests.kernel.identity.device_plugin import TERMINAL, HallPlugin, bearer, enrolled
from tests.kernel.identity.people import audit_of, build_city, identity_settings

ENROL, API = "/identity/devices/enrol", "/api/identity/devices/enrol"


@pytest.fixture
async def city(open_hall):
    settings = identity_settings(cache_seconds=600)  # so that only notifications can tell
    return await build_city(await open_hall(HallPlugin(), plugins=settings))


@pytest.fixture
def devices(city):
    return city.hall.registry.get("hall").context.devices


@pytest.fixture
async def operator(city):
    await city.operator()
    async with city.client() as client:
        await sign_in(city.hall, client, "operator")
        yield client


async def invitation_of(city, devices, **more):
    new = [NewDevice("12排8座", "12-8", TERMINAL)]
    return (await devices.invite(new, organisation_id=city.east, actor=SYSTEM, **more))[0]


async def test_a_device_is_behind_its_requests(city):
    """By header, by cookie; as itself, with the rights of its role, in its own unit; and no person."""
    device, token = await enrolled(city.hall, city.east)
    async with city.client() as client:
        for how in ({"headers": bearer(token)}, {"headers": {"Cookie": f"{DEVICE_COOKIE}={token}"}}):
            assert (await client.get("/hall/seat", **how)).json() == {"place": "12-8"}
            said = (await client.get("/hall/who", **how)).json()
            assert said == {"name": "设备 12排8座", "place": "12-8", "account": ""}
            assert (await client.get("/hall/mine", **how)).status_code == 303
            assert (await client.get("/identity/accounts", **how)).status_code == 403
        reads = city.identity.terminals.reads
        for _ in range(5):
            await client.get("/hall/seat", headers=bearer(token))
        assert city.identity.terminals.reads == reads
    actor = await city.identity.terminals.by_token(token)
    scope = city.permissions.scope(actor, "hall.vote.cast")
    assert (scope.organisations, scope.everything) == ((city.east,), False)
    assert actor.device_id == device.id


async def test_the_header_comes_before_the_session_and_that_before_the_cookie(city):
    await city.person("wang")
    _, one = await enrolled(city.hall, city.east, "1")
    _, two = await enrolled(city.hall, city.east, "2")
    async with city.client() as client:
        session = await sign_in(city.hall, client, "wang")
        cookies = {"Cookie": f"{COOKIE}={session}; {DEVICE_COOKIE}={two}"}

        async def who(headers):
            said = (await client.get("/hall/who", headers=headers)).json()
            return said["place"] or said["name"]

        assert await who({**cookies, **bearer(one)}) == "1"
        assert await who(cookies) == "测试wang"
        client.cookies.clear()
        assert await who({"Cookie": f"{COOKIE}={session[::-1]}; {DEVICE_COOKIE}={two}"}) == "2"
        assert await who({**cookies, **bearer("hd_" + "x" * 43)}) == ""
        assert await who({**cookies, "Authorization": "Bearer of-another-kind"}) == "测试wang"


async def test_the_audit_trail_names_the_device(city):
    device, token = await enrolled(city.hall, city.east)
    async with city.client() as client:
        assert (await client.post("/hall/press", headers=bearer(token))).status_code == 201
    (cast,) = await audit_of(city.hall, "hall.vote.cast")
    (entered,) = await audit_of(city.hall, "identity.device.enrolled")
    for record in (cast, entered):
        assert (record.actor_id, record.actor_name) == (device.id, "设备 12排8座")
    assert entered.subject == f"identity.device:{device.id}"


async def test_nothing_in_the_database_opens_anything(city, devices):
    invitation = await invitation_of(city, devices)
    _, token = await enrolled(city.hall, city.west)
    rows = await city.hall.core.database.fetch("SELECT d::text AS row FROM identity.device d")
    rows += await city.hall.core.database.fetch("SELECT r::text AS row FROM kernel.audit_record r")
    for secret in (invitation.code, invitation.code.replace("-", ""), token, token[3:]):
        assert not [row for row in rows if secret in row["row"]]


async def test_a_browser_enrols_by_the_page(city, devices):
    invitation = await invitation_of(city, devices)
    async with city.client() as client:
        page = await client.get(f"{invitation.path}&next=/hall/seat")
        assert f'value="{invitation.code}"' in page.text
        sent = {"code": invitation.code.lower(), "next": "/hall/seat"}
        answer = await client.post(ENROL, data=sent)
        assert (answer.status_code, answer.headers["location"]) == (303, "/hall/seat")
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert (await client.get("/hall/seat")).json() == {"place": "12-8"}
        assert "12排8座" in (await client.get(ENROL)).text
    async with city.client() as other:
        again = await other.post(ENROL, data=sent)
        assert again.status_code == 422
        assert DEVICE_COOKIE not in other.cookies
        elsewhere = await invitation_of(city, devices)
        away = await other.post(ENROL, data={"code": elsewhere.code, "next": "https://evil.example/"})
        assert away.headers["location"] == "/"


async def test_a_client_enrols_by_json(city, devices):
    invitation = await invitation_of(city, devices)
    async with city.client() as client:
        answer = await client.post(API, json={"code": invitation.code})
        assert answer.status_code == 200
        expected = {"id": str(invitation.device.id), "name": "12排8座", "place": "12-8"}
        assert answer.json()["device"] == expected
        token = answer.json()["token"]
        assert (await client.get("/hall/seat", headers=bearer(token))).status_code == 200
        for wrong in ({"code": invitation.code}, {"code": ""}, {"code": "x" * 200}):
            assert (await client.post(API, json=wrong)).status_code == 422
        for wrong in ({}, {"code": 7}, {"code": "x" * 201}, []):
            assert (await client.post(API, json=wrong)).status_code == 400
        other_site = {"Origin": "https://evil.example"}
        fresh = await invitation_of(city, devices)
        assert (await client.post(API, json={"code": fresh.code}, headers=other_site)).status_code == 403


async def test_every_wrong_code_gets_the_same_answer(city, devices):
    used, late, revoked = [await invitation_of(city, devices, valid_hours=hours) for hours in (1, 0, 1)]
    await devices.enrol(used.code)
    await devices.revoke(revoked.device.id, actor=SYSTEM, reason="丢失")
    messages = set()
    for code in (used.code, late.code, revoked.code, new_code(CODE_GROUPS), "nonsense"):
        with pytest.raises(Invalid) as refused:
            await devices.enrol(code)
        messages.add(refused.value.message)
    assert len(messages) == 1


async def test_guessing_is_limited_by_address_and_typing_errors_do_not_count(city, devices):
    invitation = await invitation_of(city, devices)
    for _ in range(60):
        with pytest.raises(Invalid):
            await devices.enrol("0000-0000-002", address="10.0.0.1")
    for _ in range(city.identity.settings.enrol_lock_after):
        with pytest.raises(Invalid):
            await devices.enrol(new_code(CODE_GROUPS), address="10.0.0.1")
    with pytest.raises(TooManyRequests) as refused:
        await devices.enrol(invitation.code, address="10.0.0.1")
    assert 0 < refused.value.retry_after <= 60
    device, _ = await devices.enrol(invitation.code, address="10.0.0.2")
    assert device.is_enrolled


async def test_one_code_taken_by_many_at_once_is_taken_once(city, devices):
    invitation = await invitation_of(city, devices)
    answers = await asyncio.gather(*(devices.enrol(invitation.code) for _ in range(8)), return_exceptions=True)
    assert len([answer for answer in answers if not isinstance(answer, Invalid)]) == 1


async def test_an_invitation_that_fails_leaves_nothing(city, devices):
    async def fail():
        async with city.hall.core.database.write(SYSTEM):
            await invitation_of(city, devices)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await devices.devices() == []


async def test_a_whole_hall_is_invited_by_a_handful_of_statements(city, devices):
    database, calls = city.hall.core.database, []
    execute, fetch = database.execute, database.fetch
    database.execute = lambda *values: calls.append(values[0]) or execute(*values)
    database.fetch = lambda *values: calls.append(values[0]) or fetch(*values)
    rows = [NewDevice(f"{seat}座", f"{seat}", TERMINAL) for seat in range(10_000)]
    invitations = await devices.invite(rows, organisation_id=city.city, actor=SYSTEM)
    assert len(calls) < 10
    assert len({one.code for one in invitations}) == 10_000
    counted = await fetch("SELECT count(*) FROM kernel.audit_record WHERE action = 'identity.device.invited'")
    assert counted[0]["count"] == 10_000


async def test_a_role_that_changes_changes_what_devices_may(city):
    _, token = await enrolled(city.hall, city.east)
    async with city.client() as client:
        await city.permissions.save_role(SYSTEM, TERMINAL, title="Seat terminal", allows=[])
        assert (await client.get("/hall/seat", headers=bearer(token))).status_code == 403
        await city.permissions.save_role(SYSTEM, TERMINAL, title="Seat terminal", allows=["hall.vote.cast"])
        assert (await client.get("/hall/seat", headers=bearer(token))).status_code == 200


async def test_codes_that_ran_out_are_swept(city, devices):
    late, fresh = await invitation_of(city, devices, valid_hours=0), await invitation_of(city, devices)
    assert await city.identity.devices.sweep() == 1
    assert {one.id for one in await devices.devices()} == {late.device.id, fresh.device.id}
    assert (await devices.enrol(fresh.code))[0].is_enrolled


async def test_an_operator_looks_after_a_device(city, operator):
    form = {"name": "大会堂主屏", "place": "主席台", "role": TERMINAL, "organisation_id": str(city.east), "hours": "72"}
    assert (await operator.post("/identity/devices/invite", data={**form, "name": ""})).status_code == 422
    told = await operator.post("/identity/devices/invite", data=form)
    code = re.search(r'id="device-code">([^<]+)<', told.text).group(1)
    address = re.search(r"/identity/devices/[0-9a-f-]{36}", told.text).group(0)
    listed = (await operator.get("/identity/devices?q=主屏&state=invited&plugin=hall")).text
    assert "大会堂主屏" in listed
    async with city.client() as client:
        await client.post(ENROL, data={"code": code})
        assert (await client.get("/hall/who")).json()["place"] == "主席台"
        await operator.post(f"{address}/move", data={"place": "后台"})
        assert (await client.get("/hall/who")).json()["place"] == "后台"
        assert (await operator.post(f"{address}/revoke", data={"reason": " "})).status_code == 422
        assert (await operator.post(f"{address}/revoke", data={"reason": "屏幕损坏"})).status_code == 303
        assert (await client.get("/hall/who")).json()["place"] == ""
    assert "屏幕损坏" in (await operator.get(address)).text
    assert (await audit_of(city.hall, "identity.device.revoked"))[0].reason == "屏幕损坏"
    assert "大会堂主屏" in (await operator.get("/identity/devices?state=revoked")).text
    again = await operator.post(f"{address}/reinvite")
    assert re.search(r'id="device-code">([^<]+)<', again.text).group(1) != code
    for nonsense in ("state=odd", "plugin=odd", "sort=code_digest", "q=%00", "page=-1"):
        assert (await operator.get(f"/identity/devices?{nonsense}")).status_code == 200


async def test_only_in_ones_own_units_and_never_more_than_one_may_oneself(city):
    """Somebody who looks after the devices of one district."""
    role = await city.permissions.create_role(
        SYSTEM, "keeper", "Keeper", allows=["identity.device.read", "identity.device.manage"]
    )
    await city.person("keeper", city.east, (role, city.east, "below"))
    inside, _ = await enrolled(city.hall, city.office, name="东江终端")
    outside, _ = await enrolled(city.hall, city.west, name="西江终端")
    form = {"name": "终端", "place": "1", "role": TERMINAL, "organisation_id": str(city.east), "hours": "24"}
    async with city.client() as client:
        await sign_in(city.hall, client, "keeper")
        page = await client.get("/identity/devices")
        assert "东江终端" in page.text
        assert "西江终端" not in page.text
        assert (await client.get(f"/identity/devices/{outside.id}")).status_code == 404
        for act in ("move", "reinvite", "revoke"):
            answer = await client.post(f"/identity/devices/{outside.id}/{act}", data={"reason": "—", "place": "2"})
            assert answer.status_code == 404, act
        assert (await client.post(f"/identity/devices/{inside.id}/reinvite")).status_code == 403
        assert (await client.post("/identity/devices/invite", data=form)).status_code == 403
        grant = await city.permissions.grant(
            SYSTEM, TERMINAL, city.east, "below", account_id=(await city.identity.account_named("keeper")).id
        )
        assert (await client.post("/identity/devices/invite", data=form)).status_code == 200
        elsewhere = {**form, "organisation_id": str(city.west)}
        assert (await client.post("/identity/devices/invite", data=elsewhere)).status_code in (403, 422)
        await city.permissions.revoke(SYSTEM, grant)
        assert (await client.post("/identity/devices/invite", data=form)).status_code == 403
