"""A permission decision, against `casbin.Enforcer.enforce` on the same policy."""

from __future__ import annotations

import time
from collections.abc import Callable

import casbin
from msgspec import structs

from huitang_kernel.app import Hall
from huitang_kernel.permissions.policy import Rule, compile_policy
from huitang_sdk.contracts import Actor, Grant
from huitang_sdk.db import new_id
from tests.bench.table import Row

MODEL = """
[request_definition]
r = sub, obj
[policy_definition]
p = sub, obj
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.obj == p.obj && g(r.sub, p.sub)
"""
RULES = (100, 1000)
"""Role-permission pairs: 10 roles × 10 permissions, and 40 × 25."""


def _per_call(call: Callable[[], bool], seconds: float = 0.5) -> float:
    """Microseconds per call."""
    assert call()
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        for _ in range(10):
            call()
        count += 10
    return (time.perf_counter() - started) / count * 1e6


def _bare(rules: int) -> float:
    enforcer = casbin.Enforcer(casbin.Enforcer.new_model(text=MODEL))
    roles = rules // 25 if rules >= 1000 else 10
    each = rules // roles
    enforcer.add_policies([[f"role{r}", f"bench.thing{p}.do"] for r in range(roles) for p in range(each)])
    enforcer.add_grouping_policy("someone", f"role{roles - 1}")
    return _per_call(lambda: enforcer.enforce("someone", f"bench.thing{each - 1}.do"))


async def measure(hall: Hall) -> list[Row]:
    """The compiled table with 100 and with 1,000 rules."""
    permissions = hall.services.permissions
    rows = []
    ours_at: dict[int, float] = {}
    for rules in RULES:
        roles = rules // 25 if rules >= 1000 else 10
        each = rules // roles
        asked = f"bench.thing{each - 1}.do"
        names = [f"role{r}" for r in range(roles)]
        pairs = [Rule(name, f"bench.thing{p}.do", "allow") for name in names for p in range(each)]
        known = structs.replace(permissions.catalogue.known(), permissions=frozenset(rule.permission for rule in pairs))
        permissions.policy = compile_policy(1, names, pairs, (), known)
        actor = Actor(account_id=new_id(), name="bench", grants=(Grant(f"role{roles - 1}", new_id(), "below"),))
        ours = ours_at[rules] = _per_call(lambda: permissions.may(actor, asked))  # noqa: B023
        bare = _bare(rules)
        rows.append(
            Row(
                work=f"permission decision, {rules} role × permission rules",
                against="casbin.Enforcer.enforce, same policy",
                ours=f"{ours:.2f} µs",
                bare=f"{bare:.0f} µs",
                ratio=f"{bare / ours:.0f} × faster",
                goal="≥ 500 × faster, flat in the number of rules" if rules >= 1000 else "(for comparison)",
                met=bare / ours >= 500 or rules < 1000,
            )
        )
    rows[-1].note = f"ours at {RULES[1]} rules is {ours_at[RULES[1]] / ours_at[RULES[0]]:.2f} × ours at {RULES[0]}"
    return rows
