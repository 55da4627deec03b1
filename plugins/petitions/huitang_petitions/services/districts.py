"""The districts that the office knows, by its outlines: what a letter names of them."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from msgspec import Struct, structs

from huitang_petitions.services import access, office_data
from huitang_petitions.services.access import Ctx
from huitang_petitions.services.submission import Intake
from huitang_petitions.situation.naming import Districts, districts_of
from huitang_sdk.contracts import Actor

OLD = 30.0
"""Seconds for which registering goes by the outlines as they were read last, so that letters ask nothing for them."""
_READ: WeakKeyDictionary[Any, tuple[float, Districts]] = WeakKeyDictionary()


class Offer(Struct, frozen=True):
    """What the form of sorting offers: every name, and those that the letter names."""

    names: list[str]
    named: list[str]


async def known(ctx: Ctx) -> Districts:
    """By the outlines that hold now; none without outlines."""
    drawing = await office_data.drawing(ctx)
    found = districts_of(drawing.places if drawing else ())
    _READ[ctx.db] = (time.monotonic(), found)
    return found


async def completed(ctx: Ctx, intake: Intake) -> Intake:
    """With the district, where none was given and the place names exactly one."""
    if intake.district.strip() or not intake.place.strip():
        return intake
    at, districts = _READ.get(ctx.db, (0.0, None))
    if districts is None or time.monotonic() - at > OLD:
        districts = await known(ctx)
    named = districts.named_in(intake.place)
    return structs.replace(intake, district=named[0]) if len(named) == 1 else intake


async def offer_for(ctx: Ctx, actor: Actor, matter_id: UUID) -> Offer:
    """For whoever sorts the matter: what its place names, or else what its words do. Raises as `access.matter_for`."""
    row = await access.matter_for(ctx, actor, matter_id, access.DECIDE)
    districts = await known(ctx)
    place, subject, body = (
        ctx.personal.unseal(f"matter.{column}", matter_id, row[column] or None)
        for column in ("place", "subject", "body")
    )
    named = districts.named_in(place) or districts.named_in(subject, body)
    return Offer(list(dict.fromkeys(districts.by_name.values())), named)
