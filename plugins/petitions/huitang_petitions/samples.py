"""Letters and visits of the fictional city, by every channel, one of them from somebody who wrote before."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from importlib.resources import files
from typing import Any

import msgspec

from huitang_petitions.services import office_data
from huitang_petitions.services.access import Ctx
from huitang_petitions.services.registering import register
from huitang_petitions.services.submission import Intake
from huitang_sdk.contracts.identity import SYSTEM


async def load(ctx: Ctx, city: Any) -> None:
    """Register the letters, and give the outlines of the city's districts, which lie in the sea; a second time nothing
    changes. Nobody is told: the telephones are nobody's.
    """
    del city
    if await ctx.db.fetch("SELECT 1 FROM petitions.matter LIMIT 1"):
        return
    outlines = (files("huitang_petitions") / "samples.geojson").read_bytes()
    if not (await office_data.newest(ctx, "districts"))[1]:
        await office_data.replace(ctx, SYSTEM, "districts", outlines, 0)
    data = tomllib.loads((files("huitang_petitions") / "samples.toml").read_text(encoding="utf-8"))
    office = await ctx.identity.organisation_named(data["office"])
    root = (await ctx.identity.organisations())[0]
    for place, letter in enumerate(data["matters"]):
        received = ctx.clock.now() - timedelta(days=letter.pop("days"), hours=place)
        values = {
            "organisation_id": (office or root).id,
            "received_at": received,
            "key": f"sample:{place}",
            "anonymous": "persons" not in letter,
            **letter,
        }
        await register(ctx, SYSTEM, msgspec.convert(values, Intake), historic=True)
