"""What people write by SMS or to the WeChat account.

It is added to the matter whose code it names, or to the one in which the office waits for an answer of this sender;
everything else is a new matter. Nothing is lost: what cannot be added is registered. What is no text goes to
`services.unread`; the words that WeChat recognised in a voice are taken as a text.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable
from datetime import timedelta
from uuid import UUID

from msgspec import structs

from huitang_petitions.services import codes, correspondence, lookup, registering, unread
from huitang_petitions.services.access import Ctx
from huitang_petitions.services.submission import Intake, Person
from huitang_petitions.services.validating import BODY, person_errors
from huitang_petitions.workflow import OPEN
from huitang_sdk.codes import CodeError, parse_code
from huitang_sdk.contracts import Rate, ReceivedMessage
from huitang_sdk.contracts.identity import ANONYMOUS
from huitang_sdk.errors import Conflict, TooManyRequests

_CODE = re.compile(r"[0-9A-Za-z]{4}[ \-]?[0-9A-Za-z]{4}[ \-]?[0-9A-Za-z]{4}[ \-]?[0-9A-Za-z]{5}")
TITLE = 30
MORE = timedelta(hours=1)
"""So long after an answer what the sender writes still belongs to it: people answer in several messages."""
_KEPT = """
SELECT FROM petitions.message WHERE id = $1
UNION ALL SELECT FROM petitions.matter WHERE code_hash = $2
UNION ALL SELECT FROM petitions.spent_code WHERE code_hash = $2
"""
_ASKED = """
SELECT DISTINCT m.id FROM petitions.petitioner t
JOIN petitions.party p ON p.petitioner_id = t.id AND p.withdrawn_at IS NULL
JOIN petitions.matter m ON m.id = p.matter_id AND m.state <> 'withdrawn' AND NOT m.whistle
LEFT JOIN petitions.matter g ON g.id = m.merged_into
CROSS JOIN LATERAL (
    SELECT max(written_at) AS at FROM petitions.message WHERE matter_id = m.id AND side = 'office'
) asked
WHERE t.{index} = ANY($1) AND coalesce(g.state, m.state) = ANY($2) AND asked.at IS NOT NULL AND NOT EXISTS (
    SELECT FROM petitions.message a
    WHERE a.matter_id = m.id AND a.side = 'petitioner' AND a.taken AND a.written_at > asked.at AND a.written_at < $3)
LIMIT 2
"""


async def take(ctx: Ctx, message: ReceivedMessage) -> None:
    """Put one message where it belongs; taken again it changes nothing."""
    if message.form not in ("text", "voice") or (message.form == "voice" and not message.text.strip()):
        await unread.take(ctx, message, await _asked(ctx, message))
        return
    text, key = message.text.replace("\0", "").strip()[:BODY], f"message:{message.id}"
    spent = codes.hash_of(ctx, codes.code_of(ctx, key))
    if not text or await ctx.db.fetch(_KEPT, message.id, spent):
        return
    found = await _named(ctx, message, text)
    if found is None:
        matter_id = await _asked(ctx, message)
        if matter_id is None or not await _added(
            ctx, message, lookup.answer(ctx, matter_id, unread.marked(message, text), key=message.id)
        ):
            await registering.register(ctx, ANONYMOUS, _intake(ctx, message, text, key))
        return
    token, rest = found
    # Nothing beside the code is nothing to add.
    if rest and not await _added(ctx, message, lookup.add(ctx, token, unread.marked(message, rest), key=message.id)):
        await registering.register(ctx, ANONYMOUS, await _anew(ctx, token, _intake(ctx, message, rest, key)))


async def _named(ctx: Ctx, message: ReceivedMessage, text: str) -> tuple[str, str] | None:
    """A pass for the matter whose code the text names, and the text without the code; None when it names none.

    Each sender may try as many codes as anybody else who looks up; more are not looked at.
    """
    for found in _CODE.finditer(text):
        try:
            code = parse_code(found.group())
            rate = Rate(ctx.settings.look_ups_per_minute, 60)
            await ctx.limits.take("look-up", f"{message.channel}:{message.sender}", rate)
        except CodeError:
            continue
        except TooManyRequests:
            return None
        token, is_known = await lookup.pass_for(ctx, code)
        if is_known:
            return token, (text[: found.start()] + text[found.end() :]).strip()
    return None


async def _asked(ctx: Ctx, message: ReceivedMessage) -> UUID | None:
    """The one open matter of this sender in which the office wrote and waits for an answer; None for none or several.

    Reports in confidence are left out: the office tells nobody that it wrote there.
    """
    name = "phone" if message.channel == "sms" else "open_id"
    indexes = ctx.personal.matches(f"petitioner.{name}", message.sender)
    since = ctx.clock.now() - MORE
    rows = await ctx.db.fetch(_ASKED.format(index=f"{name}_index"), indexes, list(OPEN), since) if indexes else []
    return rows[0]["id"] if len(rows) == 1 else None


async def _added(ctx: Ctx, message: ReceivedMessage, adding: Awaitable[None]) -> bool:
    """Whether it is there now: nothing can be added to what was withdrawn."""
    try:
        await adding
    except Conflict:
        return await correspondence.is_there(ctx, message.id)
    return True


def _intake(ctx: Ctx, message: ReceivedMessage, text: str, key: str) -> Intake:
    """A new matter. A sender that is no number, as of banks and shops, can be told nothing: it stays anonymous."""
    person = Person(phone=message.sender) if message.channel == "sms" else Person(open_id=message.sender)
    is_someone = not person_errors(person)
    return Intake(
        channel=message.channel,
        subject=" ".join(text.split())[:TITLE],
        body=unread.marked(message, text),
        persons=(person,) if is_someone else (),
        anonymous=not is_someone,
        received_at=min(message.at, ctx.clock.now()),
        key=key,
    )


async def _anew(ctx: Ctx, token: str, intake: Intake) -> Intake:
    """What is written to a matter that takes nothing more is a new one that names it; in confidence if that was."""
    matter = await lookup.matter_of(ctx, token)
    anew = structs.replace(intake, earlier=matter["number"])
    return structs.replace(anew, whistle=True, anonymous=True, persons=()) if matter["whistle"] else anew
