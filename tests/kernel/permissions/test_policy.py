"""The compiled table against casbin itself: the same answers for any policy, deny first, nothing by default."""

from __future__ import annotations

import uuid

import casbin
from casbin.model import Model
from hypothesis import given, settings
from hypothesis import strategies as st

from huitang_kernel.permissions.policy import Known, Rule, compile_policy
from huitang_kernel.permissions.scopes import Units, scope_of
from huitang_sdk.contracts import Actor, Grant, Organisation

PERMISSIONS = ("a.x.read", "a.x.write", "b.y.read")
ROLES = ("a.one", "a.two", "b.three", "custom.four")
UNITS = [uuid.UUID(int=n) for n in range(1, 7)]
KNOWN = Known(PERMISSIONS, frozenset({"b.y.read"}))
PATTERNS = (*PERMISSIONS, "*", "a.*", "@console")

REFERENCE = """
[request_definition]
r = sub, dom, obj
[policy_definition]
p = sub, obj, eft
[role_definition]
g = _, _
g2 = _, _, _
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.obj == p.obj && g2(r.sub, p.sub, r.dom)
"""
"""The plain way, with accounts and domains inside casbin and every rule written out: slow, and the judge here."""

rules = st.lists(
    st.builds(Rule, st.sampled_from(ROLES), st.sampled_from(PATTERNS), st.sampled_from(["allow", "allow", "deny"])),
    min_size=3,
    max_size=9,
    unique_by=lambda rule: (rule.role, rule.permission),
)
parents = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3)).filter(lambda p: p[0] < p[1]), max_size=3, unique=True
).map(lambda pairs: [(ROLES[a], ROLES[b]) for a, b in pairs])
trees = st.lists(st.integers(0, 5), min_size=6, max_size=6)
grants = st.lists(
    st.builds(Grant, st.sampled_from(ROLES), st.sampled_from(UNITS), st.sampled_from(["unit", "below", "all"])),
    min_size=2,
    max_size=5,
)


def tree_of(choices: list[int]) -> tuple[list[Organisation], dict[uuid.UUID, uuid.UUID | None]]:
    """A forest: the n-th unit is below an earlier one, or a root; parents before children, subtrees in one piece."""
    above = {UNITS[n]: UNITS[choice] if choice < n else None for n, choice in enumerate(choices)}
    nodes: list[Organisation] = []

    def walk(parent: uuid.UUID | None, depth: int) -> None:
        for unit in UNITS:
            if above[unit] == parent:
                nodes.append(Organisation(unit, str(unit.int), parent, str(unit.int), depth))
                walk(unit, depth + 1)

    walk(None, 0)
    return nodes, above


def is_below(unit: uuid.UUID | None, top: uuid.UUID, above: dict[uuid.UUID, uuid.UUID | None]) -> bool:
    while unit is not None:
        if unit == top:
            return True
        unit = above[unit]
    return False


def closure(role: str, pairs: list[tuple[str, str]]) -> set[str]:
    found = {role}
    while more := {p for r, p in pairs if r in found} - found:
        found |= more
    return found


def judge(all_rules, pairs, held, above):
    """casbin with everything inside it: (account, unit, permission) → allowed."""
    model = Model()
    model.load_model_from_text(REFERENCE)
    enforcer = casbin.Enforcer(model)
    for rule in all_rules:
        for permission in KNOWN.matching(rule.permission):
            enforcer.add_policy(rule.role, permission, rule.effect)
    for grant in held:
        for unit in UNITS:
            covers = {"all": True, "unit": unit == grant.organisation_id}.get(
                grant.reach, is_below(unit, grant.organisation_id, above)
            )
            for role in closure(grant.role, pairs) if covers else ():
                enforcer.add_named_grouping_policy("g2", "she", role, str(unit))
    return lambda unit, permission: bool(all_rules) and enforcer.enforce("she", str(unit), permission)


@settings(max_examples=250, deadline=None)
@given(rules, parents, trees, grants)
def test_scopes_are_what_casbin_says_in_every_unit(all_rules, pairs, choices, held):
    nodes, above = tree_of(choices)
    policy = compile_policy(1, ROLES, all_rules, pairs, KNOWN)
    actor = Actor(account_id=uuid.UUID(int=99), grants=tuple(held))
    asked = judge(all_rules, pairs, held, above)
    for permission in PERMISSIONS:
        scope = scope_of(actor, permission, policy, Units(nodes))
        for unit in UNITS:
            included = scope.includes(key=uuid.UUID(int=1000), organisation=unit)
            assert included == asked(unit, permission), (permission, unit, scope)


def test_nothing_is_allowed_by_an_empty_policy():
    policy = compile_policy(1, ROLES, [], [], KNOWN)
    actor = Actor(account_id=uuid.UUID(int=9), grants=(Grant("a.one", UNITS[0], "all"),))
    assert scope_of(actor, "a.x.read", policy, Units()).is_empty


def test_the_console_pattern_is_the_console_and_nothing_else():
    policy = compile_policy(1, ROLES, [Rule("a.one", "@console", "allow")], [], KNOWN)
    assert policy.allowed["a.one"] == {"b.y.read"}


def test_a_refusal_is_inherited_and_wins():
    given_rules = [Rule("a.one", "*", "allow"), Rule("a.two", "a.x.write", "deny")]
    policy = compile_policy(1, ROLES, given_rules, [("a.one", "a.two")], KNOWN)
    assert policy.allowed["a.one"] == set(PERMISSIONS) - {"a.x.write"}
    assert policy.denied["a.one"] == {"a.x.write"}


def test_a_thousand_rules_compile_within_a_second():
    import time

    many = [Rule(f"r.{n % 100}", f"p{n // 40}.x.n{n}", "allow") for n in range(1000)]
    started = time.perf_counter()
    compile_policy(1, [f"r.{n}" for n in range(100)], many, [], KNOWN)
    assert time.perf_counter() - started < 1.0


def test_a_decision_costs_the_same_however_many_rules_there_are():
    """Counted, not timed: one look-up per grant."""
    looked_up = 0

    class Counting(dict):
        def get(self, key, default=None):
            nonlocal looked_up
            looked_up += 1
            return super().get(key, default)

    from msgspec import structs

    for size in (10, 400):
        many = [Rule(f"r.{n % 20}", f"p.x.n{n}", "allow") for n in range(size)]
        policy = compile_policy(1, [f"r.{n}" for n in range(20)], many, [], KNOWN)
        looked_up = 0
        actor = Actor(
            account_id=uuid.UUID(int=9), grants=(Grant("r.1", UNITS[0], "all"), Grant("r.2", UNITS[0], "all"))
        )
        scope_of(actor, "p.x.n1", structs.replace(policy, allowed=Counting(policy.allowed)), Units())
        assert looked_up == 2
