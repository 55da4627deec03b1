"""From grants to rows: which organisations, own rows and single rows an actor reaches with one permission. Pure.

Refusals only ever take away. A role that refuses a permission takes the organisations it is held over out of what other
roles give; because "these units, but not mine in them" cannot be said, own and single rows are gone as well then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from huitang_kernel.permissions.policy import Policy
from huitang_sdk.contracts import Actor, Grant, Organisation, Scope

_NONE: frozenset[str] = frozenset()


class Units:
    """The organisation tree as scopes need it: the ids of a unit and everything below, worked out once each."""

    def __init__(self, nodes: Sequence[Organisation] = ()) -> None:
        """`nodes`: parents before children, each subtree in one piece."""
        self.ids: tuple[UUID, ...] = tuple(node.id for node in nodes)
        self._nodes = nodes
        self._places = {node.id: place for place, node in enumerate(nodes)}
        self._below: dict[UUID, tuple[UUID, ...]] = {}

    def below(self, organisation_id: UUID) -> tuple[UUID, ...]:
        """The unit itself first; a unit nobody knows (any more) is only itself."""
        found = self._below.get(organisation_id)
        if found is None:
            found = self._below[organisation_id] = self._walk(organisation_id)
        return found

    def above(self, organisation_id: UUID) -> tuple[UUID, ...]:
        """The unit itself and everything it is in, up to the root."""
        found = [organisation_id]
        place = self._places.get(organisation_id)
        while place is not None:
            parent = self._nodes[place].parent_id
            if parent is None:
                break
            found.append(parent)
            place = self._places.get(parent)
        return tuple(found)

    def path(self, organisation_id: UUID) -> str:
        place = self._places.get(organisation_id)
        return self._nodes[place].path if place is not None else ""

    def _walk(self, organisation_id: UUID) -> tuple[UUID, ...]:
        start = self._places.get(organisation_id)
        if start is None:
            return (organisation_id,)
        depth, end = self._nodes[start].depth, start + 1
        while end < len(self._nodes) and self._nodes[end].depth > depth:
            end += 1
        return self.ids[start:end]


def scope_of(actor: Actor, permission: str, policy: Policy, units: Units) -> Scope:
    """The rows. Assumes that somebody is known and the permission's plugin is enabled."""
    allowing = [grant for grant in actor.grants if permission in policy.allowed.get(grant.role, _NONE)]
    allowed, denied = actor.allowed.get(permission, ()), actor.denied.get(permission, ())
    if not allowing and not allowed:
        return Scope(permission=permission)
    refusing = refusals(actor.grants, permission, policy.deniable, policy.denied)
    if refusing:
        return _reduced(permission, allowing, refusing, denied, units)
    everything = any(grant.reach == "all" for grant in allowing)
    return Scope(
        permission=permission,
        everything=everything,
        organisations=() if everything else _units_of(allowing, units),
        owner=actor.id if any(grant.reach == "own" for grant in allowing) and not everything else None,
        allowed=() if everything else allowed,
        denied=denied,
    )


def refusals(
    grants: Iterable[Grant], permission: str, deniable: frozenset[str], denied: Mapping[str, frozenset[str]]
) -> list[Grant]:
    """The grants whose role refuses the permission; almost always none, and then it costs one look-up."""
    if permission not in deniable:
        return []
    return [grant for grant in grants if permission in denied.get(grant.role, _NONE)]


def _units_of(grants: Sequence[Grant], units: Units) -> tuple[UUID, ...]:
    parts = [
        units.below(grant.organisation_id) if grant.reach == "below" else (grant.organisation_id,)
        for grant in grants
        if grant.reach in ("unit", "below")
    ]
    if len(parts) == 1:
        return parts[0]
    return tuple(dict.fromkeys(unit for part in parts for unit in part))


def _reduced(
    permission: str, allowing: Sequence[Grant], refusing: Sequence[Grant], denied: tuple[UUID, ...], units: Units
) -> Scope:
    if any(grant.reach in ("all", "own") for grant in refusing):
        return Scope(permission=permission, denied=denied)
    given = units.ids if any(grant.reach == "all" for grant in allowing) else _units_of(allowing, units)
    taken = set(_units_of(refusing, units))
    left = tuple(unit for unit in given if unit not in taken)
    return Scope(permission=permission, organisations=left, denied=denied)
