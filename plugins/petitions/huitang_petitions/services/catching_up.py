"""What happened to a matter before another was joined to it happens to the newcomer, too, on the day it is joined.

So the newcomer's clock runs as if it had come in time: what was accepted is accepted, with a limit of its own, and its
petitioner is told. More time that was granted is not passed on: it is granted for a reason, to whoever waits already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from huitang_petitions.services import happening, limits, telling
from huitang_petitions.services.access import Ctx
from huitang_petitions.services.limits import Happened
from huitang_sdk.contracts import Actor, Write
from huitang_sdk.db import new_id

MOVED = ("transferred_out", "transferred_in", "assigned_out", "assigned_in", "objected")
"""Into whose hands it went: over once it was handed back."""
SAID = ("told", "accepted")
UNSEEN = ("transferred_in", "assigned_in", "objected")
"""What no petitioner sees, as in the steps of the workflow."""
HANDLING = "handling"


async def catch_up(
    ctx: Ctx,
    write: Write,
    actor: Actor,
    main: Mapping[str, Any],
    newcomers: Sequence[Mapping[str, Any]],
    since: Mapping[UUID, datetime] | None = None,
) -> None:
    """Put on record in each newcomer what still holds of the main matter and fits the newcomer's own clock.

    Both are locked rows. Each petitioner is told that it was received, if that is so, and of where it stands now.
    `since` is when each was joined, if that was not now; what does not fit that day happens now.
    """
    wanted = standing(await limits.events_of(ctx, main["id"]), main["state"])
    for one in newcomers:
        known = {_what(each) for each in _round(await limits.events_of(ctx, one["id"]))}
        seen: list[str] = []
        for event in wanted:
            shown = event.kind not in UNSEEN
            if _what(event) in known:
                continue
            then = max(since[one["id"]], event.at) if since and one["id"] in since else None
            for at in dict.fromkeys((then, None)):
                if await happening.follow(ctx, write, actor, one, event.kind, detail=event.detail, shown=shown, at=at):
                    seen += [event.kind] if shown else []
                    break
        newest = [kind for kind in seen if kind != "told"][-1:]
        for kind in (*(kind for kind in seen if kind == "told"), *newest):
            await telling.tell(ctx, one, kind, new_id())


def standing(happened: Sequence[Happened], state: str) -> list[Happened]:
    """What still holds of a matter's events, oldest first; what was opened again and is handled counts as accepted.

    >>> from datetime import datetime
    >>> def on(kind): return Happened(kind, datetime(2026, 3, 2))
    >>> [one.kind for one in standing([on("received"), on("told"), on("assigned_in"), on("handed_back")], "registered")]
    ['told']
    """
    present = _round(happened)
    back = max((place for place, one in enumerate(present) if one.kind == "handed_back"), default=-1)
    found = [one for place, one in enumerate(present) if one.kind in SAID or (one.kind in MOVED and place > back)]
    if state == HANDLING and happened and all(one.kind != "accepted" for one in found):
        found.append(Happened("accepted", happened[-1].at))
    return found


def _round(happened: Sequence[Happened]) -> Sequence[Happened]:
    """The events since it was last opened again."""
    begun = max((place for place, one in enumerate(happened) if one.kind == "reopened"), default=-1)
    return happened[begun + 1 :]


def _what(event: Happened) -> tuple[str, str]:
    """What happens once: being told or accepted by whomever, going to each organ."""
    return event.kind, "" if event.kind in SAID else str(event.detail.get("organ", ""))
