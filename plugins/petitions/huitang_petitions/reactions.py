"""What people write by SMS or to the WeChat account: an addition to a matter when it names its code, else a new one."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from huitang_petitions.events import MatterRegistered, MatterSupplemented, MatterWithdrawn
from huitang_petitions.services import alerting, likeness, lookup, steps
from huitang_petitions.services.registering import register
from huitang_petitions.services.submission import Intake, Person
from huitang_petitions.services.validating import BODY
from huitang_sdk import PluginContext
from huitang_sdk.codes import CodeError, parse_code
from huitang_sdk.contracts import Delivery, MessageReceived, ReceivedMessage, Ref, ResidentDeleted
from huitang_sdk.contracts.identity import ANONYMOUS, SYSTEM
from huitang_sdk.declare import Subscription
from huitang_sdk.errors import Conflict

_CODE = re.compile(r"[0-9A-Za-z]{4}[ \-]?[0-9A-Za-z]{4}[ \-]?[0-9A-Za-z]{4}[ \-]?[0-9A-Za-z]{5}")
TITLE = 30


async def take_message(ctx: PluginContext[Any], event: MessageReceived, delivery: Delivery) -> None:
    """Register it, or add it to the matter whose code it names. Delivered again it changes nothing."""
    message = await ctx.messages.received(event.id)
    text = message.text.strip()[:BODY]
    if not text:
        return
    if await _added(ctx, message, text):
        return
    person = Person(phone=message.sender) if message.channel == "sms" else Person(open_id=message.sender)
    intake = Intake(
        channel=message.channel,
        subject=" ".join(text.split())[:TITLE],
        body=text,
        persons=(person,),
        received_at=message.at,
        key=f"message:{event.id}",
    )
    await register(ctx, ANONYMOUS, intake)


async def _added(ctx: PluginContext[Any], message: ReceivedMessage, text: str) -> bool:
    for found in _CODE.finditer(text):
        try:
            code = parse_code(found.group())
        except CodeError:
            continue
        token, is_known = await lookup.pass_for(ctx, code)
        if is_known:
            rest = (text[: found.start()] + text[found.end() :]).strip()
            # Nothing beside the code is nothing to add; what is there already, or was withdrawn, stays as it is.
            with suppress(Conflict):
                if rest:
                    await lookup.add(ctx, token, rest, key=message.id)
            return True
    return False


async def forget_resident(ctx: PluginContext[Any], event: ResidentDeleted, delivery: Delivery) -> None:
    """What the resident wrote stays, as the law wants; that it was this account's is forgotten."""
    async with ctx.db.write(SYSTEM) as write:
        await ctx.db.execute(
            "UPDATE petitions.petitioner SET resident_id = NULL WHERE resident_id = $1", event.resident_id
        )
        await write.audit("petitions.resident.forgotten", Ref("identity.resident", event.resident_id))


SUBSCRIPTIONS = (
    Subscription(MessageReceived, "petitions.take_message", take_message),
    Subscription(MatterRegistered, "petitions.begin", steps.begin, many=True),
    Subscription(MatterRegistered, "petitions.keep_features", likeness.compare_new, many=True),
    Subscription(MatterSupplemented, "petitions.alert_supplement", alerting.on_supplement),
    Subscription(MatterWithdrawn, "petitions.alert_withdrawal", alerting.on_withdrawal),
    Subscription(ResidentDeleted, "petitions.forget_resident", forget_resident),
)
