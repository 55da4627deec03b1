"""The console pages of permissions, and the limits of those who may grant within their own units only."""

from __future__ import annotations

import pytest

from huitang_kernel.identity.testing import sign_in
from huitang_sdk.contracts.identity import SYSTEM
from tests.kernel.identity.people import audit_of, build_city, identity_settings

READ, GRANT = "permissions.role.read", "permissions.grant.manage"


@pytest.fixture
async def city(open_hall):
    return await build_city(await open_hall(plugins=identity_settings()))


@pytest.fixture
async def district(city):
    """A city with a grant manager of the eastern district: role custom.steward."""
    await city.permissions.create_role(
        SYSTEM, "steward", "Steward", allows=[READ, GRANT, "identity.account.read", "identity.account.manage"]
    )
    await city.permissions.create_role(SYSTEM, "plain", "Plain", allows=["thing.that.is"])
    await city.person("steward", city.east, ("custom.steward", city.east, "below"))
    return city


async def test_an_operator_makes_copies_changes_and_removes_a_role(city):
    await city.operator()
    async with city.client() as client:
        await sign_in(city.hall, client, "operator")
        assert (
            "Platform operator" in (await client.get("/permissions/roles", headers={"Accept-Language": "en"})).text
            or "平台管理员" in (await client.get("/permissions/roles")).text
        )
        made = await client.post(
            "/permissions/roles/new",
            data={
                "name": "reader",
                "title": "阅读者",
                "reach": "unit",
                "allow": ["identity.account.read", "no.such.thing"],
            },
        )
        assert made.headers["location"] == "/permissions/roles/custom.reader"
        page = await client.get("/permissions/roles/custom.reader")
        assert 'value="identity.account.read"' in page.text
        assert (await client.get("/permissions/roles/new?source=custom.reader")).status_code == 200
        saved = await client.post(
            "/permissions/roles/custom.reader",
            data={
                "title": "查阅者",
                "reach": "below",
                "deny": "identity.account.manage",
                "parents": "permissions.operator",
            },
        )
        assert saved.status_code == 303
        assert city.permissions.policy.denied["custom.reader"] == {"identity.account.manage"}
        assert "identity.account.read" in city.permissions.policy.allowed["custom.reader"]
        gone = await client.post("/permissions/roles/custom.reader/delete")
        assert gone.status_code == 303
    assert "custom.reader" not in city.permissions.policy.allowed
    changed = (await audit_of(city.hall, "permissions.role.changed"))[0].detail
    assert changed["before"]["allows"] == ["identity.account.read"]
    assert changed["after"]["denies"] == ["identity.account.manage"]


async def test_wrong_role_input_is_said_at_its_field(city):
    await city.operator()
    async with city.client() as client:
        await sign_in(city.hall, client, "operator")
        answer = await client.post("/permissions/roles/new", data={"name": "Bad Name", "title": "", "reach": "unit"})
        assert answer.status_code == 422
        twice = [
            await client.post("/permissions/roles/new", data={"name": "one", "title": "一", "reach": "unit"})
            for _ in range(2)
        ]
        assert [a.status_code for a in twice] == [303, 422]
        circle = await client.post(
            "/permissions/roles/custom.one", data={"title": "一", "reach": "unit", "parents": "custom.one"}
        )
        assert circle.status_code == 422
        assert (await client.post("/permissions/roles/permissions.operator/delete")).status_code == 409
        assert (await client.get("/permissions/roles/no.such")).status_code == 404


async def test_an_operator_grants_and_revokes(city):
    await city.operator()
    wang = await city.person("wang", city.east)
    async with city.client() as client, city.client() as other:
        await sign_in(city.hall, client, "operator")
        await sign_in(city.hall, other, "wang")
        assert (await other.get("/identity/accounts")).status_code == 403
        page = await client.get(f"/permissions/grants?account={wang}")
        assert page.status_code == 200
        await client.post(
            f"/permissions/grants?account={wang}",
            data={"role": "permissions.operator", "organisation_id": str(city.city), "reach": "all"},
        )
        assert (await other.get("/identity/accounts")).status_code == 200
        grant = (await city.permissions.store.grants(account_ids=[wang]))[0]
        why = await client.get(f"/permissions/why?account={wang}&permission=identity.account.read")
        assert "测试wang" in why.text
        revoked = await client.post(f"/permissions/grants/{grant.id}/revoke")
        assert revoked.status_code == 303
        assert (await other.get("/identity/accounts")).status_code == 403
        assert (await client.post(f"/permissions/grants/{grant.id}/revoke")).status_code == 404
    (given,) = (await audit_of(city.hall, "permissions.grant.given"),)
    assert given[0].detail["after"]["role"] == "permissions.operator"
    assert (await audit_of(city.hall, "permissions.grant.revoked"))[0].detail["after"] is None


async def test_a_steward_sees_and_serves_the_own_units_only(district):
    east, west = await district.person("east", district.office), await district.person("west", district.west)
    async with district.client() as client:
        await sign_in(district.hall, client, "steward")
        found = await client.get("/permissions/grants")
        assert "测试east" in found.text
        assert "测试west" not in found.text
        assert (await client.get(f"/permissions/grants?account={west}")).status_code == 404
        assert (await client.get(f"/permissions/why?account={west}&permission={READ}")).status_code == 404
        good = {"role": "custom.plain", "organisation_id": str(district.office), "reach": "unit"}
        assert (await client.post(f"/permissions/grants?account={east}", data=good)).status_code == 303
        assert (await client.post(f"/permissions/grants?account={west}", data=good)).status_code == 404
        assert (
            await client.post(f"/permissions/grants?account={east}", data={**good, "reach": "all"})
        ).status_code == 403
        elsewhere = {**good, "organisation_id": str(district.west)}
        assert (await client.post(f"/permissions/grants?account={east}", data=elsewhere)).status_code == 422


async def test_a_steward_cannot_hand_out_or_take_over_more_power(district):
    me = (await district.identity.account_named("steward")).id
    boss = await district.person("boss", district.east, ("permissions.operator", district.city, "all"))
    async with district.client() as client:
        await sign_in(district.hall, client, "steward")
        more = {"role": "permissions.operator", "organisation_id": str(district.east), "reach": "unit"}
        assert (await client.post(f"/permissions/grants?account={me}", data=more)).status_code == 422
        grant = (await district.permissions.store.grants(account_ids=[boss]))[0]
        assert (await client.post(f"/permissions/grants/{grant.id}/revoke")).status_code == 403
        for path in ("password", "active", "edit", "end-sessions", "unlock"):
            assert (await client.post(f"/identity/accounts/{boss}/{path}")).status_code == 403, path
        assert (await client.get("/permissions/roles/new")).status_code == 403
