"""The console pages of identity, the profile, and who gets where."""

from __future__ import annotations

import re
import uuid

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from huitang_kernel.identity.sessions import COOKIE
from huitang_kernel.identity.testing import PASSWORD, sign_in
from huitang_sdk.contracts.identity import SYSTEM
from tests.kernel.identity.people import audit_of, build_city, identity_settings


@pytest.fixture
async def city(open_hall):
    return await build_city(await open_hall(plugins=identity_settings()))


@pytest.fixture
async def operator(city):
    await city.operator()
    async with city.client() as client:
        await sign_in(city.hall, client, "operator")
        yield client


async def test_an_operator_makes_an_account_and_the_person_takes_it_over(city, operator):
    form = {
        "name": "李新",
        "username": "lixin",
        "organisation_id": str(city.office),
        "title": "副主任",
        "email": "lixin@example.org",
        "phone": "138 0000 0000",
        "locale": "zh-CN",
    }
    told = await operator.post("/identity/accounts/new", data=form)
    assert told.status_code == 200
    first = re.search(r'id="first-password">([^<]+)<', told.text).group(1)
    account = await city.identity.account_named("LiXin")
    assert account.positions[0].title == "副主任"
    assert account.organisation_name == "东江区预算工委"
    page = await operator.get(f"/identity/accounts/{account.id}")
    assert "138 0000 0000" not in page.text
    assert "138****0000" in page.text
    async with city.client() as client:
        answer = await client.post("/identity/sign-in", data={"username": "lixin", "password": first})
        assert answer.headers["location"] == "/identity/password"
    record = (await audit_of(city.hall, "identity.account.created"))[0]
    assert first not in str(record)
    assert "0000 0000" not in str(record.detail)


async def test_wrong_input_is_said_at_its_field_and_nothing_typed_is_lost(city, operator):
    bad = {"name": "李新", "username": "with space", "organisation_id": str(city.city), "email": "x", "locale": "zh-CN"}
    answer = await operator.post("/identity/accounts/new", data=bad)
    assert answer.status_code == 422
    assert 'value="with space"' in answer.text
    assert answer.text.count("invalid-feedback") == 2
    taken = {**bad, "username": "OPERATOR", "email": ""}
    assert (await operator.post("/identity/accounts/new", data=taken)).status_code == 422
    lost = {**taken, "username": "lixin", "organisation_id": str(uuid.uuid4())}
    assert (await operator.post("/identity/accounts/new", data=lost)).status_code == 422


async def test_phones_are_sealed_at_rest(city):
    account = await city.person("wang", phone="13800001234")
    database = city.hall.core.database
    rows = await database.fetch("SELECT a::text AS row, phone FROM identity.account a WHERE id = $1", account)
    assert "13800001234" not in rows[0]["row"]
    phones = city.identity.phones
    assert phones.open(rows[0]["phone"], account) == "13800001234"
    assert phones.open(rows[0]["phone"], uuid.uuid4()) == ""


async def test_phones_that_were_sealed_in_the_old_way_move_over(city):
    """Those that open: a number copied from another row stays where it is."""
    account, other = await city.person("wang"), await city.person("zhao")
    database, key, nonce = city.hall.core.database, city.hall.core.keys.derive("identity.phone"), bytes(12)
    sealed = nonce + AESGCM(key).encrypt(nonce, b"13800001234", account.bytes)
    await database.execute("UPDATE identity.account SET phone_sealed = $2 WHERE id = ANY($1)", [account, other], sealed)
    await city.identity.phones.adopt(database, key)
    rows = await database.fetch(
        "SELECT id, phone, phone_sealed FROM identity.account WHERE id = ANY($1)", [account, other]
    )
    found = {row["id"]: row for row in rows}
    assert city.identity.phones.open(found[account]["phone"], account) == "13800001234"
    assert found[account]["phone_sealed"] is None
    assert (found[other]["phone"], found[other]["phone_sealed"]) == (None, sealed)


async def test_the_list_is_filtered_sorted_and_paged(city, operator):
    for n in range(5):
        await city.person(f"user{n}", city.office if n % 2 else city.west, name=f"人员{n}", is_active=n != 4)

    async def names(query):
        page = await operator.get(f"/identity/accounts?{query}")
        return re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', page.text)

    assert await names("q=user&sort=-username") == ["人员4", "人员3", "人员2", "人员1", "人员0"]
    assert await names(f"unit={city.east}") == ["人员1", "人员3"]
    assert await names("status=off") == ["人员4"]
    assert await names("q=user&size=2&page=2&sort=username") == ["人员2", "人员3"]
    assert await names("q=%25") == []
    assert await names("unit=nonsense&status=odd&sort=password&page=-1&q=user3") == ["人员3"]


async def test_switching_off_ends_the_sessions(city, operator):
    wang = await city.person("wang")
    async with city.client() as client:
        await sign_in(city.hall, client, "wang")
        assert (await operator.post(f"/identity/accounts/{wang}/active", data={"on": "no"})).status_code == 303
        assert (await client.get("/identity/profile")).status_code == 303
        assert (
            await client.post("/identity/sign-in", data={"username": "wang", "password": PASSWORD})
        ).status_code == 422
        await operator.post(f"/identity/accounts/{wang}/active", data={"on": "yes"})
        await sign_in(city.hall, client, "wang")
        await operator.post(f"/identity/accounts/{wang}/end-sessions")
        assert (await client.get("/identity/profile")).status_code == 303
    own = (await city.identity.account_named("operator")).id
    assert (await operator.post(f"/identity/accounts/{own}/active", data={"on": "no"})).status_code == 422


async def test_a_new_first_password_replaces_the_old_one(city, operator):
    wang = await city.person("wang")
    told = await operator.post(f"/identity/accounts/{wang}/password")
    first = re.search(r'id="first-password">([^<]+)<', told.text).group(1)
    async with city.client() as client:
        old = await client.post("/identity/sign-in", data={"username": "wang", "password": PASSWORD})
        new = await client.post("/identity/sign-in", data={"username": "wang", "password": first})
    assert (old.status_code, new.status_code) == (422, 303)


async def test_editing_moves_and_renames(city, operator):
    wang = await city.person("wang", city.east, title="科员")
    assert (await operator.get(f"/identity/accounts/{wang}/edit")).status_code == 200
    form = {"name": "王新名", "username": "wang", "organisation_id": str(city.west), "title": "科长", "locale": "en"}
    answer = await operator.post(f"/identity/accounts/{wang}/edit", data=form)
    assert answer.status_code == 303
    account = await city.identity.account(wang)
    assert (account.name, account.organisation_id, account.positions[0].title) == ("王新名", city.west, "科长")
    detail = (await audit_of(city.hall, "identity.account.updated"))[0].detail
    assert detail["before"]["name"] == "测试wang"
    assert detail["after"]["organisation_id"] == str(city.west)


async def test_the_tree_is_made_renamed_moved_ordered_and_pruned(city, operator):
    new = {"name": "北江区人大", "code": "YJ-N", "parent_id": str(city.city)}
    assert (await operator.post("/identity/organisations/new", data=new)).status_code == 303
    assert (await operator.post("/identity/organisations/new", data=new)).status_code == 422
    north = (await city.identity.organisation_named("北江区 人大")).id
    await operator.post(f"/identity/organisations/{north}/shift", data={"step": "up"})
    siblings = [unit.name for unit in await city.identity.organisations() if unit.parent_id == city.city]
    assert siblings == ["东江区人大", "北江区人大", "西江区人大"]
    moved = {"name": "北江办", "code": "", "parent_id": str(city.east)}
    assert (await operator.post(f"/identity/organisations/{north}", data=moved)).status_code == 303
    assert (await city.identity.organisation(north)).path == "云江市人大常委会 / 东江区人大 / 北江办"
    circle = {"name": "东江区人大", "code": "", "parent_id": str(north)}
    assert (await operator.post(f"/identity/organisations/{city.east}", data=circle)).status_code == 422
    await city.person("wang", north)
    assert (await operator.post(f"/identity/organisations/{north}/remove")).status_code == 409
    assert (await operator.post(f"/identity/organisations/{city.west}/remove")).status_code == 303
    assert await city.identity.organisation(city.west) is None


async def test_rename_and_move_happen_together_or_not_at_all(city):
    from huitang_sdk.errors import Conflict

    with pytest.raises(Conflict):
        await city.identity.change_organisation(SYSTEM, city.east, "新名", "", city.office)
    assert (await city.identity.organisation(city.east)).name == "东江区人大"


async def test_the_profile_saves_and_applies_at_once(city):
    await city.person("wang", city.east)
    async with city.client() as client:
        await sign_in(city.hall, client, "wang")
        form = {"email": "w@example.org", "phone": "13800001234", "locale": "en", "text_size": "24", "theme": "dark"}
        answer = await client.post("/identity/profile", data={**form, "high_contrast": "y"})
        assert answer.status_code == 303
        assert answer.cookies["huitang_locale"] == "en"
        page = await client.get("/identity/profile")
        assert 'data-size="24" data-contrast="high"' in page.text
        assert 'value="13800001234"' in page.text
        wrong = await client.post("/identity/profile", data={**form, "email": "nonsense"})
        assert wrong.status_code == 422
    assert (await city.identity.account_named("wang")).locale == "en"


async def test_saving_the_profile_keeps_how_pages_look_now(city):
    """What was chosen in the top bar, in this browser only, is what the form shows and saves."""
    await city.person("wang", city.east, text_size=24)
    async with city.client() as client:
        await sign_in(city.hall, client, "wang")
        await client.post("/display", data={"size": "30", "theme": "dark", "next": "/"})
        page = (await client.get("/identity/profile")).text
    assert re.search(r'<input[^>]*checked[^>]*value="30"', page)
    assert re.search(r'<input[^>]*checked[^>]*value="dark"', page)


async def test_changing_the_password_ends_the_other_sessions_and_keeps_this_one(city):
    await city.person("wang")
    fresh = "an entirely new sentence"
    async with city.client() as here, city.client() as there:
        await sign_in(city.hall, here, "wang")
        await sign_in(city.hall, there, "wang")

        async def change(present, password, again):
            data = {"present": present, "password": password, "again": again}
            return (await here.post("/identity/password", data=data)).status_code

        assert await change("not the present one", fresh, fresh) == 422
        assert await change(PASSWORD, fresh, fresh + "!") == 422
        assert await change(PASSWORD, PASSWORD, PASSWORD) == 422
        assert await change(PASSWORD, "1234567890", "1234567890") == 422
        assert await change(PASSWORD, fresh, fresh) == 303
        assert (await here.get("/identity/profile")).status_code == 200
        assert (await there.get("/identity/profile")).status_code == 303
        await sign_in(city.hall, there, "wang", fresh)


async def test_ones_own_sessions_are_ended_and_nobody_elses(city):
    await city.person("wang")
    await city.person("other")
    async with city.client() as here, city.client() as there, city.client() as other:
        await sign_in(city.hall, here, "wang")
        await sign_in(city.hall, there, "wang")
        await sign_in(city.hall, other, "other")
        account = (await city.identity.account_named("other")).id
        strange = (await city.identity.sessions.of(account))[0].id
        await here.post(f"/identity/profile/sessions/{strange}/end")
        assert (await other.get("/identity/profile")).status_code == 200
        await here.post("/identity/profile/sessions/end-others")
        assert (await there.get("/identity/profile")).status_code == 303
        assert (await here.get("/identity/profile")).status_code == 200


ID = "00000000-0000-0000-0000-000000000001"
PUBLIC, SIGNED_IN = "public", "signed in"


def routes_of(hall):
    """(method, path with a made-up id, access) of every route of the two services."""
    from huitang_sdk.http import access_of

    for route in hall.app.app.routes:
        if route.path.startswith(("/identity", "/permissions")):
            for handler in getattr(route, "route_handlers", ()):
                path = re.sub(r"\{[a-z_]+:uuid\}", ID, route.path)
                path = re.sub(r"\{[a-z_]+:str\}", "custom.none", path)
                for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                    yield method, path, access_of(handler)


async def test_every_route_asks_for_what_it_says(city, operator):
    """Anonymous, somebody without roles, and the operator on every route of the two services."""
    await city.person("plain", city.east)
    routes = list(routes_of(city.hall))
    assert len(routes) > 30
    async with city.client() as anonymous, city.client() as plain:
        await sign_in(city.hall, plain, "plain")
        for method, path, access in routes:
            if path.startswith("/identity/residents"):
                continue  # tests/access asks who enters those
            if path.endswith(("/sign-out", "/sign-in", "/end-others", "/devices/enrol")):
                continue
            nobody = (await anonymous.request(method, path)).status_code
            member = (await plain.request(method, path)).status_code
            assert access == SIGNED_IN or "." in access, (method, path)
            assert nobody == 303, (method, path, nobody)
            if access == SIGNED_IN:
                assert member not in (401, 403), (method, path, member)
            else:
                assert member == 403, (method, path, member)
            known = (await operator.request(method, path)).status_code
            assert known not in (401, 403, 500), (method, path, known)


async def test_a_manager_of_one_district_sees_nothing_of_another(city):
    allows = [
        "identity.account.read",
        "identity.account.manage",
        "identity.organisation.read",
        "identity.organisation.manage",
    ]
    await city.permissions.create_role(SYSTEM, "manager", "Manager", allows=allows)
    await city.person("manager", city.east, ("custom.manager", city.east, "below"))
    east, west = await city.person("eastern", city.office), await city.person("western", city.west)
    async with city.client() as client:
        await sign_in(city.hall, client, "manager")
        listed = (await client.get("/identity/accounts")).text
        assert "测试eastern" in listed
        assert "测试western" not in listed
        assert (await client.get(f"/identity/accounts/{east}")).status_code == 200
        for path in ("", "/edit"):
            assert (await client.get(f"/identity/accounts/{west}{path}")).status_code == 404
        for act in ("edit", "active", "password", "unlock", "end-sessions"):
            assert (await client.post(f"/identity/accounts/{west}/{act}")).status_code == 404
        form = {"name": "某人", "username": "someone", "organisation_id": str(city.west), "locale": "zh-CN"}
        assert (await client.post("/identity/accounts/new", data=form)).status_code == 422
        moved = {**form, "username": "eastern"}
        assert (await client.post(f"/identity/accounts/{east}/edit", data=moved)).status_code == 422
        tree = (await client.get("/identity/organisations")).text
        assert "东江区预算工委" in tree
        assert "西江区人大" not in tree
        top = {"name": "顶层", "code": "", "parent_id": ""}
        assert (await client.post("/identity/organisations/new", data=top)).status_code == 422
        for path in ("", "/shift", "/remove"):
            assert (await client.post(f"/identity/organisations/{city.west}{path}")).status_code == 404


async def test_a_session_cookie_of_another_platform_is_nobody(city):
    for value in ("", "x", "é" * 43, "A" * 5000):
        async with city.client(headers={"Cookie": f"{COOKIE}={value}".encode()}) as client:
            assert (await client.get("/identity/profile")).status_code == 303
