"""What each role allows and refuses: decided by casbin, compiled once into a table that answers in nanoseconds.

casbin knows roles, their inheritance and their rules, nothing else: asking it costs time in proportion to its rules, so
accounts and organisations stay out of it: where a role counts is said by the grant, and that part is in scopes.py. The
domain here is the plugin that a permission belongs to. A rule that refuses wins over one that allows, inherited or not.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import casbin
from casbin.model import FastModel
from msgspec import Struct

ALLOW, DENY = "allow", "deny"
EVERYTHING, CONSOLE = "*", "@console"
MAX_INHERITANCE = 8
"""Below casbin's own limit of 10, beyond which it would silently stop looking."""

MODEL = """
[request_definition]
r = sub, dom, obj

[policy_definition]
p = sub, dom, obj, eft

[role_definition]
g = _, _

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = r.obj == p.obj && r.dom == p.dom && g(r.sub, p.sub)
"""


class Rule(Struct, frozen=True):
    """One line of a role: `permission` may be a pattern, `effect` is "allow" or "deny"."""

    role: str
    permission: str
    effect: str


class Known(Struct, frozen=True):
    """The permissions that plugins declare, and which of them belong to the operator's console."""

    permissions: tuple[str, ...] = ()
    console: frozenset[str] = frozenset()

    def matching(self, pattern: str) -> Iterable[str]:
        """The declared permissions that a rule's permission stands for; one that is not declared stands for itself."""
        if pattern == EVERYTHING:
            return self.permissions
        if pattern == CONSOLE:
            return self.console
        if pattern.endswith(".*"):
            return [permission for permission in self.permissions if permission.startswith(pattern[:-1])]
        return (pattern,)


class Policy(Struct, frozen=True):
    """The compiled table. Never changed; a new one takes its place."""

    version: int = 0
    allowed: Mapping[str, frozenset[str]] = {}
    denied: Mapping[str, frozenset[str]] = {}
    deniable: frozenset[str] = frozenset()
    """Permissions that some role refuses: only for these the refusals have to be looked at."""
    rules: Mapping[str, tuple[Rule, ...]] = {}
    ancestors: Mapping[str, tuple[str, ...]] = {}
    """Role → itself and all it inherits from, nearest first."""

    def roles_with(self, permission: str) -> list[str]:
        return sorted(role for role, held in self.allowed.items() if permission in held)


NOTHING = Policy()
logging.getLogger("casbin").setLevel(logging.ERROR)  # it logs every refusal as a warning


def compile_policy(
    version: int, roles: Iterable[str], rules: Iterable[Rule], parents: Iterable[tuple[str, str]], known: Known
) -> Policy:
    """Ask casbin about every permission that a role's rules name. Some 0.3 ms a rule: call it in a thread."""
    roles, by_role = list(roles), defaultdict(list)
    for rule in rules:
        by_role[rule.role].append(rule)
    inherits = [(role, parent) for role, parent in parents]
    ancestors = {role: _ancestors(role, inherits) for role in roles}
    concrete = _concrete(by_role, known)
    enforcer = make_enforcer(concrete, inherits)
    allowed: dict[str, frozenset[str]] = {}
    denied: dict[str, frozenset[str]] = {}
    for role in roles:
        named = {permission for ancestor in ancestors[role] for permission in concrete.get(ancestor, ())}
        allowed[role] = frozenset(permission for permission in named if enforce(enforcer, role, permission))
        denied[role] = frozenset(named - allowed[role])  # a rule names it, and yet it is not allowed
    return Policy(
        version=version,
        allowed=allowed,
        denied=denied,
        deniable=frozenset().union(*denied.values()),
        rules={role: tuple(found) for role, found in by_role.items()},
        ancestors=ancestors,
    )


def make_enforcer(concrete: Mapping[str, Mapping[str, str]], inherits: Iterable[tuple[str, str]]) -> Any:
    """A casbin enforcer that looks at the rules of one permission at a time."""
    model = FastModel([1, 2])
    model.load_model_from_text(MODEL)
    policy = model.model["p"]["p"].policy
    for role, effects in concrete.items():
        for permission, effect in effects.items():
            policy.append([role, plugin_of(permission), permission, effect])  # add_policy counts all rules each time
    for role, parent in inherits:
        model.add_policy("g", "g", [role, parent])
    enforcer = casbin.FastEnforcer(model, enable_log=False, cache_key_order=[1, 2])
    enforcer.build_role_links()
    return enforcer


def enforce(enforcer: Any, role: str, permission: str) -> bool:
    """Ask casbin: may somebody in this role?"""
    return bool(enforcer.enforce(role, plugin_of(permission), permission))


def plugin_of(permission: str) -> str:
    return permission.partition(".")[0]


def _concrete(by_role: Mapping[str, list[Rule]], known: Known) -> dict[str, dict[str, str]]:
    """Role → permission → effect with the patterns spelt out; a refusal wins within the role too."""
    concrete: dict[str, dict[str, str]] = {}
    for role, rules in by_role.items():
        effects = concrete.setdefault(role, {})
        for rule in rules:
            for permission in known.matching(rule.permission):
                if effects.get(permission) != DENY:
                    effects[permission] = rule.effect
    return concrete


def _ancestors(role: str, inherits: list[tuple[str, str]]) -> tuple[str, ...]:
    found, waiting = [role], [role]
    while waiting:
        child = waiting.pop(0)
        for one, parent in inherits:
            if one == child and parent not in found:
                found.append(parent)
                waiting.append(parent)
    return tuple(found)
