"""A small register whose figures for October 2026 are counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from huitang_petitions.tables import Accused, Deadline, MatterEvent, Supervision
from tests.plugins.petitions.register.matters import at, put

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)
MIDDLE = datetime(2026, 10, 14, 4, tzinfo=UTC)
WAGES, NOISE = "labour.work.wages", "environment.pollution.noise"
GOLDEN = {
    # mark: (October, September, October of the year before)
    "received": (18, 5, 2),
    "joint": (3, 0, 0),
    "urgent": (1, 0, 0),
    "anonymous": (1, 0, 0),
    "channel:visit": (12, 5, 0),
    "channel:letter": (6, 0, 2),
    "kind:appeal": (1, 0, 0),
    "district:云溪区": (12, 5, 0),
    "category:labour": (12, 5, 0),
    "category:environment": (6, 0, 2),
    "joint:labour": (3, 0, 0),
    "event:accepted": (2, 0, 0),
    "event:assigned_out": (1, 1, 0),
    "sent:望月县": (1, 1, 0),
    "event:closed": (1, 0, 0),
    "step:urge": (1, 0, 0),
    "step:supervise": (1, 0, 0),
    "reported": (1, 0, 0),
    "due": (2, 0, 0),
    "late": (1, 0, 0),
    "late:labour": (1, 0, 0),
}
PEOPLE = (9 + 3 * 6 + 6, 5, 2)


async def october(town: Any) -> Any:
    """Fill the register; the context, in the month after."""
    ctx, _clock = at(town, NOW)
    wages = [await put(town, MIDDLE, category=WAGES, district="云溪区", channel="visit") for _count in range(9)]
    for _count in range(3):
        await put(town, MIDDLE, category=WAGES, district="云溪区", channel="visit", people=6)
    for _count in range(4):
        await put(town, MIDDLE, category=NOISE, district="望月县", urgent=not _count, anonymous=not _count)
    first, last = datetime(2026, 9, 30, 16, tzinfo=UTC), datetime(2026, 10, 31, 15, 59, tzinfo=UTC)
    await put(town, first, category=NOISE, district="望月县", kind="appeal")
    await put(town, last, category=NOISE, district="望月县")
    september = [
        await put(town, datetime(2026, 9, 30, 15, 59, tzinfo=UTC), category=WAGES, district="云溪区", channel="visit")
        for _count in range(5)
    ]
    await put(town, datetime(2026, 10, 31, 16, tzinfo=UTC), category="")
    for _count in range(2):
        await put(town, datetime(2025, 10, 8, 4, tzinfo=UTC), category=NOISE, district="望月县")
    await _happened(wages, september)
    return ctx


async def _happened(wages: list[UUID], september: list[UUID]) -> None:
    """What was done in October, also with what came before, and once twice."""
    await happened(wages[0], "accepted", MIDDLE)
    await happened(september[0], "accepted", MIDDLE)
    await happened(wages[1], "assigned_out", MIDDLE, '{"organ": "望月县"}')
    await happened(wages[1], "assigned_out", MIDDLE, '{"organ": "望月县"}')
    await happened(september[1], "assigned_out", datetime(2026, 9, 30, 15, 59, tzinfo=UTC), '{"organ": "望月县"}')
    await happened(september[0], "closed", MIDDLE)
    for step, by in (("urge", None), ("supervise", wages[0]), ("yellow", None)):
        act = {"step": step, "limit_id": "told", "organ": "", "due": date(2026, 10, 20), "at": MIDDLE}
        await Supervision(matter_id=wages[2], answered_by=by, **act).save()
    for number, (state, due, duty) in enumerate(
        (
            ("met", date(2026, 10, 1), True),
            ("late", date(2026, 10, 31), True),
            ("late", date(2026, 11, 1), True),
            ("expired", date(2026, 10, 5), True),
            ("late", date(2026, 10, 5), False),
        )
    ):
        values = {"limit_id": "told", "round": 1, "organ": "", "mark": "", "duty": duty}
        await Deadline(matter_id=wages[number], state=state, due=due, **values).save()


async def happened(matter_id: UUID, kind: str, moment: datetime, detail: str = "{}") -> None:
    await MatterEvent(matter_id=matter_id, kind=kind, at=moment, detail=detail, recorded_at=moment).save()


async def complain(town: Any, matter_id: UUID, *, account: str = "", unit: str = "") -> None:
    """Mark who is complained of: somebody's account, or an organisation."""
    await Accused(
        matter_id=matter_id,
        account_id=town.actors[account].account_id if account else None,
        organisation_id=town.units[unit].id if unit else None,
        marked_at=NOW,
    ).save()
