"""The contract of identity, passwords, the search source and the health check."""

from __future__ import annotations

import uuid

import pytest

from huitang_kernel.identity.passwords import check_strength
from huitang_kernel.identity.tree import Tree
from huitang_sdk.contracts import Organisation
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Invalid
from tests.kernel.identity.people import build_city, identity_settings


@pytest.fixture
async def city(open_hall):
    return await build_city(await open_hall(plugins=identity_settings()))


async def test_accounts_are_found_by_name_user_name_and_unit(city):
    wang = await city.person("wang", city.office, name="王小明")
    await city.person("li", city.west, name="李小明")
    await city.person("off", city.office, name="王小红", is_active=False)

    async def found(text="", **more):
        return [account.username for account in await city.identity.find_accounts(text, **more)]

    assert await found("小明") == ["li", "wang"]
    assert await found("WAN") == ["wang"]
    assert await found(organisation_id=city.east) == ["wang"]
    assert await found("%") == []
    assert await found(limit=1) == ["li"]
    missing = uuid.uuid4()
    assert set(await city.identity.accounts([wang, missing])) == {wang}
    assert await city.identity.account(missing) is None


async def test_the_tree_names_every_unit_by_its_path(city):
    tree = await city.identity.organisations()
    assert [(unit.name, unit.depth) for unit in tree] == [
        ("云江市人大常委会", 0),
        ("东江区人大", 1),
        ("东江区预算工委", 2),
        ("西江区人大", 1),
    ]
    assert (await city.identity.organisation_named(" 东江区 预算工委 ")).id == city.office
    await city.identity.create_organisation(SYSTEM, "东江区预算工委", city.west)
    assert await city.identity.organisation_named("东江区预算工委") is None


def test_below_is_the_unit_and_everything_under_it():
    ids = [uuid.UUID(int=n) for n in range(5)]
    above = (None, 0, 1, 0, 3)
    rows = [
        {"id": ids[n], "parent_id": None if parent is None else ids[parent], "name": str(n), "code": ""}
        for n, parent in enumerate(above)
    ]
    tree = Tree(rows)
    assert [unit.id.int for unit in tree.below(ids[1])] == [1, 2]
    assert [unit.id.int for unit in tree.below(ids[0])] == [0, 1, 2, 3, 4]
    assert tree.below(uuid.uuid4()) == ()
    assert all(isinstance(unit, Organisation) for unit in tree.nodes)


@pytest.mark.parametrize(
    "password",
    ["short", "1234567890", "aaaaaaaaaaaa", "abababababab", "abcdefghijkl", "zhangsan-2026", "X" * 300, "Password123"],
)
def test_weak_passwords_are_refused(password):
    with pytest.raises(Invalid) as refused:
        check_strength(password, minimum=10, username="zhangsan", name="张三")
    assert refused.value.fields["password"]


@pytest.mark.parametrize("password", ["correct horse battery", "今天去江边散步看落日", "Tr0ub4dor&3xy"])
def test_good_passwords_are_taken(password):
    check_strength(password, minimum=10, username="zhangsan", name="张三")


async def test_the_same_password_typed_in_full_width_fits(city):
    passwords = city.identity.passwords
    hashed = await passwords.hash("ＡＢＣｄｅｆ１２３４")
    assert await passwords.verify(hashed, "ABCdef1234")
    assert not await passwords.verify("", "ABCdef1234")
    assert not await passwords.verify("no hash at all", "ABCdef1234")


async def test_passwords_are_argon2id(city):
    wang = await city.person("wang")
    rows = await city.hall.core.database.fetch("SELECT password FROM identity.account WHERE id = $1", wang)
    assert rows[0]["password"].startswith("$argon2id$")


async def test_people_are_documents_for_those_who_may_see_them(city):
    wang = await city.person("wang", city.office, title="主任")
    off = await city.person("off", is_active=False)
    context = city.identity.context
    source = city.hall.registry.get("identity").declarations.search_sources[0]
    document = await source.document(context, wang)
    assert document.title == "测试wang"
    assert "主任" in document.body
    assert document.organisation_id == city.office
    assert source.permission == "identity.account.read"
    assert await source.document(context, off) is None
    assert [found async for found in source.ids(context)] == [wang]


async def test_health_asks_for_somebody_who_may_look_after_accounts(city):
    context = city.identity.context
    check = city.hall.registry.get("identity").declarations.health_checks[0].check
    before = await check(context)
    assert not before.ok
    assert before.remedy
    await city.operator()
    assert (await check(context)).ok


async def test_changes_are_told_to_other_plugins(city):
    await city.person("wang")
    rows = await city.hall.core.database.fetch("SELECT name, count(*) AS n FROM kernel.outbox GROUP BY name")
    told = {row["name"]: row["n"] for row in rows}
    assert told["identity.organisation.changed"] == 4
    assert told["identity.account.changed"] == 1


async def test_the_tables_are_what_the_classes_say(city):
    from huitang_kernel.identity import tables as identity_tables
    from huitang_kernel.permissions import tables as permissions_tables
    from huitang_sdk.db import PluginTable

    for module in (identity_tables, permissions_tables):
        for table in vars(module).values():
            if isinstance(table, type) and issubclass(table, PluginTable) and table is not PluginTable:
                rows = await city.hall.core.database.fetch(
                    "SELECT column_name FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2",
                    *(table._meta.schema, table._meta.tablename),
                )
                assert {row["column_name"] for row in rows} == {column._meta.name for column in table._meta.columns}
