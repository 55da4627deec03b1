"""Letters about one matter, and one about another: what comparing and joining are tried on."""

from __future__ import annotations

from uuid import UUID

from huitang_petitions.events import MatterRegistered
from huitang_petitions.services import similar
from huitang_petitions.services.registering import register
from huitang_petitions.services.submission import Intake, Person
from huitang_sdk.contracts import Delivery
from huitang_sdk.db import new_id

WANG = Person(name="王样例", phone="13800000001")
LI = Person(name="李示范", phone="13900000002")
LIFT = "东江区人民路12号院3号楼是老旧小区，居民多次申请加装电梯，至今没有批复，请协调。"
AGAIN = "人民路十二号院三号楼老人上下楼困难，加装电梯的申请一直没有答复，希望尽快协调解决。"
RIVER = "西江下游排污口夜间排放黑水，气味刺鼻，请环保部门查处。"


async def brought(town, person: Person, subject: str, body: str, place: str) -> UUID:
    """A letter that came in, and was compared."""
    intake = Intake(channel="letter", subject=subject, body=body, place=place, persons=(person,), kind="appeal")
    done = await register(town.ctx, town.actors["officer"], intake)
    event = MatterRegistered(matter_id=done.id, channel="letter")
    for attempt in (1, 2):
        await similar.keep_features(town.ctx, [(event, Delivery(new_id(), attempt, None))])
    return done.id


async def copies(town, count: int) -> list[UUID]:
    """The same letter of so many people."""
    return [
        await brought(
            town, Person(name=f"赵样例{number}", phone=f"138000010{number:02}"), "加装电梯", LIFT, "人民路12号院"
        )
        for number in range(count)
    ]
