"""Which matters are visited: by rule, or drawn.

Drawing is a keyed digest of the matter and its round, so that every node draws the same, a run that is repeated draws
nothing more, and nobody without the key can foresee which matter it will be.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from huitang_petitions.settings import PetitionsSettings

PARTS = 1_000_000


def drawn(key: bytes, matter_id: UUID, round_: int, percent: int) -> bool:
    """Whether a matter is part of the sample; whoever is in a small sample is in every larger one.

    >>> drawn(b"key", UUID(int=1), 1, 0), drawn(b"key", UUID(int=1), 1, 100)
    (False, True)
    """
    digest = hmac.new(key, matter_id.bytes + round_.to_bytes(4, "big"), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big") % PARTS < percent * PARTS // 100


def cause_of(settings: PetitionsSettings, key: bytes, matter: Mapping[str, Any]) -> str:
    """Why a matter is visited: the first rule of the settings that it meets, "sample", or "" when it is not.

    `matter` has id, round, urgent, late, bad and people.
    """
    met = {
        "urgent": matter["urgent"],
        "late": matter["late"],
        "bad": matter["bad"],
        "joint": matter["people"] > settings.visit_joint_above,
    }
    for rule in settings.visit_rules:
        if met[rule]:
            return rule
    return "sample" if drawn(key, matter["id"], matter["round"], settings.visit_percent) else ""
