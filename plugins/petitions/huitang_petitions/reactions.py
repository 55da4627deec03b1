"""What the register does when somebody writes by SMS or WeChat, and when something happened to a matter."""

from __future__ import annotations

from typing import Any

from huitang_petitions.events import MatterRegistered, MatterSupplemented, MatterWithdrawn
from huitang_petitions.services import alerting, likeness, steps
from huitang_petitions.services.incoming import take
from huitang_sdk import PluginContext
from huitang_sdk.contracts import Delivery, MessageReceived, Ref, ResidentDeleted
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.declare import Subscription


async def take_message(ctx: PluginContext[Any], event: MessageReceived, delivery: Delivery) -> None:
    """Register it, or add it to the matter that it is about. Delivered again it changes nothing."""
    await take(ctx, await ctx.messages.received(event.id))


async def forget_resident(ctx: PluginContext[Any], event: ResidentDeleted, delivery: Delivery) -> None:
    """What the resident wrote stays, as the law wants; that it was this account's is forgotten."""
    async with ctx.db.write(SYSTEM) as write:
        await ctx.db.execute(
            "UPDATE petitions.petitioner SET resident_id = NULL WHERE resident_id = $1", event.resident_id
        )
        await ctx.db.execute("DELETE FROM petitions.proven WHERE resident_id = $1", event.resident_id)
        await write.audit("petitions.resident.forgotten", Ref("identity.resident", event.resident_id))


SUBSCRIPTIONS = (
    Subscription(MessageReceived, "petitions.take_message", take_message),
    Subscription(MatterRegistered, "petitions.begin", steps.begin, many=True),
    Subscription(MatterRegistered, "petitions.keep_features", likeness.compare_new, many=True),
    Subscription(MatterSupplemented, "petitions.alert_supplement", alerting.on_supplement),
    Subscription(MatterWithdrawn, "petitions.alert_withdrawal", alerting.on_withdrawal),
    Subscription(ResidentDeleted, "petitions.forget_resident", forget_resident),
)
