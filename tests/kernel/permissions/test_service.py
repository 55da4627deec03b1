"""Roles as plugins propose them, why somebody may, and who could."""

from __future__ import annotations

import uuid

import pytest

from huitang_sdk import i18n
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.declare import Role
from huitang_sdk.errors import Conflict, Invalid, NotFound
from tests.kernel.identity.people import audit_of, build_city, identity_settings

READ = "identity.account.read"


@pytest.fixture
async def city(open_hall):
    city = await build_city(await open_hall(plugins=identity_settings()))
    await city.permissions.create_role(SYSTEM, "reads", "Reader", allows=[READ])
    await city.permissions.create_role(SYSTEM, "refuses", "Refuser", denies=[READ])
    return city


@pytest.fixture
def english():
    with i18n.use_locale("en"):
        yield


async def test_a_proposed_role_is_created_once_and_renewed_until_an_operator_changes_it(city):
    roles = city.permissions.roles
    first = {"demo": [Role("demo.clerk", "Clerk", ("demo.case.read",))]}
    second = {"demo": [Role("demo.clerk", "Clerk", ("demo.case.read", "demo.case.write"))]}
    assert await roles.ensure(first) == ["demo.clerk"]
    assert await roles.ensure(first) == []
    assert await roles.ensure(second) == ["demo.clerk"]
    assert (await city.permissions.store.role("demo.clerk")).allows == ("demo.case.read", "demo.case.write")
    await city.permissions.save_role(SYSTEM, "demo.clerk", title="Clerk", allows=["demo.case.read"])
    assert await roles.ensure(first) == []
    assert await roles.ensure(second) == []
    assert (await city.permissions.store.role("demo.clerk")).allows == ("demo.case.read",)


async def test_the_operator_holds_the_console_and_nothing_else(city):
    allowed = city.permissions.policy.allowed["permissions.operator"]
    assert {"identity.account.manage", "permissions.grant.manage"} <= allowed
    builtin = {record.id for record in city.hall.registry if record.builtin}
    assert {permission.partition(".")[0] for permission in allowed} <= builtin


async def test_every_change_is_on_record_with_before_and_after(city):
    wang = await city.person("wang")
    grant = await city.permissions.grant(SYSTEM, "custom.reads", city.east, "unit", account_id=wang)
    again = await city.permissions.grant(SYSTEM, "custom.reads", city.east, "unit", account_id=wang)
    assert grant == again
    await city.permissions.revoke(SYSTEM, grant)
    await city.permissions.rule_rows(SYSTEM, wang, READ, [uuid.UUID(int=5)], "deny", "a relative")
    newest = (await audit_of(city.hall, "permissions."))[:4]
    assert [entry.action.rpartition(".")[2] for entry in newest] == ["ruled", "revoked", "given", "given"]
    ruled, revoked, twice, given = newest
    assert ruled.reason == "a relative"
    assert revoked.detail["before"]["reach"] == "unit"
    assert twice.detail["before"] == twice.detail["after"]
    assert given.detail["before"] is None
    assert {entry.subject for entry in newest} == {f"identity.account:{wang}"}


async def test_wrong_changes_are_refused_with_a_message(city):
    wang = await city.person("wang")
    with pytest.raises(Invalid):
        await city.permissions.grant(SYSTEM, "no.role", city.east, "unit", account_id=wang)
    with pytest.raises(Invalid):
        await city.permissions.grant(SYSTEM, "custom.reads", city.east, "everywhere", account_id=wang)
    with pytest.raises(NotFound):
        await city.permissions.revoke(SYSTEM, uuid.uuid4())
    with pytest.raises(NotFound):
        await city.permissions.save_role(SYSTEM, "no.role", title="x", allows=[])
    await city.permissions.save_role(SYSTEM, "custom.reads", title="R", allows=[], parents=["custom.refuses"])
    with pytest.raises(Invalid):
        await city.permissions.save_role(SYSTEM, "custom.refuses", title="R", allows=[], parents=["custom.reads"])
    await city.permissions.grant(SYSTEM, "custom.refuses", city.east, "unit", account_id=wang)
    with pytest.raises(Conflict):
        await city.permissions.delete_role(SYSTEM, "custom.refuses")


async def test_inheritance_stops_where_casbin_would_stop_looking(city):
    for n in range(9):
        parents = [f"custom.step{n - 1}"] if n else []
        await city.permissions.create_role(SYSTEM, f"step{n}", "Step", allows=[READ] if not n else [], parents=parents)
    assert READ in city.permissions.policy.allowed["custom.step8"]
    with pytest.raises(Invalid):
        await city.permissions.create_role(SYSTEM, "step9", "Step", parents=["custom.step8"])


@pytest.mark.usefixtures("english")
async def test_why_she_may(city):
    wang = await city.person("wang", city.east, ("custom.reads", city.east, "below"))
    answer = await city.permissions.explain(wang, READ)
    assert answer.allowed
    assert answer.reasons == (
        "测试wang holds the role “Reader” in 云江市人大常委会 / 东江区人大, which allows “See accounts” "
        "on rows of this unit and all below it.",
    )
    await city.permissions.create_role(SYSTEM, "heir", "Heir", parents=["custom.reads"])
    heir = await city.person("heir", city.east, ("custom.heir", city.east, "unit"))
    assert "through “Reader”" in (await city.permissions.explain(heir, READ)).reasons[0]


@pytest.mark.usefixtures("english")
async def test_why_she_may_not(city):
    nobody = await city.person("nobody")
    answer = await city.permissions.explain(nobody, READ)
    assert not answer.allowed
    assert answer.reasons[0] == "测试nobody holds no role at all."
    assert "Reader" in answer.reasons[1]
    grants = (("custom.reads", city.east, "unit"), ("custom.refuses", city.city, "below"))
    refused = await city.person("refused", city.east, *grants)
    answer = await city.permissions.explain(refused, READ)
    assert not answer.allowed
    assert "refuses" in answer.reasons[0]
    assert "allows" in answer.reasons[1]
    gone = await city.person("gone", city.east, ("custom.reads", city.east, "unit"), is_active=False)
    answer = await city.permissions.explain(gone, READ)
    assert not answer.allowed
    assert answer.reasons[0] == "The account of 测试gone is switched off."
    assert not (await city.permissions.explain(nobody, "no.such.permission")).allowed
    assert not (await city.permissions.explain(uuid.uuid4(), READ)).allowed


async def test_the_explanation_agrees_with_the_decision(city):
    """For everybody here and every permission: `explain` says what the scope says."""
    await city.operator()
    await city.person("alice", city.east, ("custom.reads", city.east, "own"))
    await city.person("bob", city.east, ("custom.reads", city.east, "below"), ("custom.refuses", city.east, "unit"))
    await city.person("carol", city.east, ("custom.reads", city.east, "unit"), ("custom.refuses", city.east, "unit"))
    from huitang_sdk.contracts import Actor

    for account in await city.identity.find_accounts():
        grants, allowed, denied = await city.permissions.grants_of(account.id)
        actor = Actor(account_id=account.id, grants=grants, allowed=allowed, denied=denied)
        for permission in (READ, "identity.account.manage", "permissions.role.read"):
            answer = await city.permissions.explain(account.id, permission)
            assert answer.allowed == city.permissions.may(actor, permission), (account.username, permission)
            assert answer.reasons


async def test_holders_are_those_whose_scope_includes_the_unit(city):
    everybody = {
        "above": await city.person("above", city.city, ("custom.reads", city.city, "below")),
        "beside": await city.person("beside", city.west, ("custom.reads", city.west, "below")),
        "unit": await city.person("unit", city.office, ("custom.reads", city.office, "unit")),
        "parent": await city.person("parent", city.east, ("custom.reads", city.east, "unit")),
        "own": await city.person("own", city.office, ("custom.reads", city.office, "own")),
        "all": await city.person("all", city.west, ("custom.reads", city.west, "all")),
        "off": await city.person("off", city.office, ("custom.reads", city.office, "unit"), is_active=False),
        "no": await city.person(
            "no", city.office, ("custom.reads", city.office, "unit"), ("custom.refuses", city.east, "below")
        ),
        "group": await city.person("group"),
    }
    group = await city.identity.groups.create(SYSTEM, "组", [everybody["group"]])
    await city.permissions.grant(SYSTEM, "custom.reads", city.office, "unit", group_id=group)
    holders = set(await city.permissions.holders(READ, city.office))
    assert holders == {everybody[name] for name in ("above", "unit", "all", "group")}


async def test_a_group_grants_to_its_members(city):
    wang = await city.person("wang")
    group = await city.identity.groups.create(SYSTEM, "读者", [wang])
    await city.permissions.grant(SYSTEM, "custom.reads", city.east, "unit", group_id=group)
    grants, _allowed, _denied = await city.permissions.grants_of(wang, (group,))
    assert [grant.role for grant in grants] == ["custom.reads"]
    assert (await city.permissions.explain(wang, READ)).allowed
