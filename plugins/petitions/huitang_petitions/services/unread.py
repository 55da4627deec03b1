"""What comes by WeChat and is no text: whoever sent it is told how to go on, and their matter says that it came.

Recordings, pictures and films lie on WeChat's servers and are not fetched: an intranet does not reach out for what a
stranger sends. Places and links say something in words, which are added to the matter.
"""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct

from huitang_petitions.services import correspondence, lookup
from huitang_petitions.services.access import Ctx, ref
from huitang_petitions.services.validating import BODY
from huitang_petitions.workflow import OPEN
from huitang_sdk.contracts import ReceivedMessage, Recipient, Ref
from huitang_sdk.contracts.identity import ANONYMOUS
from huitang_sdk.errors import Conflict
from huitang_sdk.i18n import DEFAULT_LOCALE, Translator, use_locale

_ = Translator("petitions")
UNREAD, WELCOME = "petitions.unread", "petitions.welcome"
PAUSE = 600
"""Seconds within which one answer is enough for whoever sends ten pictures."""
_OPEN_MATTERS = """
SELECT DISTINCT m.id, m.number, m.received_at FROM petitions.petitioner t
JOIN petitions.party p ON p.petitioner_id = t.id AND p.withdrawn_at IS NULL
JOIN petitions.matter m ON m.id = p.matter_id AND m.state <> 'withdrawn' AND NOT m.whistle
LEFT JOIN petitions.matter g ON g.id = m.merged_into
WHERE t.open_id_index = ANY($1) AND coalesce(g.state, m.state) = ANY($2) AND ($3::uuid IS NULL OR m.id = $3)
ORDER BY m.received_at DESC, m.id DESC LIMIT 1
"""


class _Matter(Struct, frozen=True):
    """The open matter that a message may be about; a `guess` is the newest, for want of anything better."""

    id: UUID
    number: str
    guess: bool


def marked(message: ReceivedMessage, text: str) -> str:
    """The text, saying so if it was recognised in a voice: machines mishear."""
    if message.form != "voice":
        return text
    with use_locale(DEFAULT_LOCALE):
        return f"{_('[recognised from a voice message]')} {text}"[:BODY]


async def take(ctx: Ctx, message: ReceivedMessage, asked: UUID | None) -> None:
    """Answer, and note it in the matter in which the office waits for the sender (`asked`), else in their newest open
    one. Taken again it changes nothing."""
    if message.form == "followed":
        await _tell(ctx, message, WELCOME, {}, str(message.id))
        return
    matter = await _matter_of(ctx, message, asked)
    words = message.text.replace("\0", "").strip()[:BODY] if message.form in ("place", "link") else ""
    if matter and not await _noted(ctx, message, matter, words):
        matter = None
    about = {"form": message.form, "number": matter.number if matter else "", "kept": "yes" if matter and words else ""}
    key = f"{int(message.at.timestamp()) // PAUSE}:{':'.join(about.values())}"
    await _tell(ctx, message, UNREAD, about, key, ref(matter.id) if matter else None)


async def _matter_of(ctx: Ctx, message: ReceivedMessage, asked: UUID | None) -> _Matter | None:
    indexes = ctx.personal.matches("petitioner.open_id", message.sender)
    rows = await ctx.db.fetch(_OPEN_MATTERS, indexes, list(OPEN), asked) if indexes else []
    return _Matter(rows[0]["id"], rows[0]["number"], asked is None) if rows else None


async def _noted(ctx: Ctx, message: ReceivedMessage, matter: _Matter, words: str) -> bool:
    """Whether the matter says now that it came: nothing can be added to what was withdrawn meanwhile."""
    try:
        note = _note(message, matter, words)
        await lookup.answer(ctx, matter.id, note, key=message.id, taken=bool(words))
    except Conflict:
        return await correspondence.is_there(ctx, message.id)
    return True


def _note(message: ReceivedMessage, matter: _Matter, words: str) -> str:
    with use_locale(DEFAULT_LOCALE):
        what = {
            "voice": _("a voice message"),
            "picture": _("a picture"),
            "video": _("a film"),
            "place": _("a place"),
            "link": _("a link"),
        }.get(message.form, _("something that is no text"))
        if words:
            note = _("[{what} by WeChat]", what=what)
        else:
            note = _(
                "[{what} came by WeChat and cannot be taken there; the sender was told how to send it.]", what=what
            )
        if matter.guess:  # never how many there are: its readers may have to be kept away from another
            note += _("[It was put into the sender's newest open matter; it may be about something else.]")
    return f"{note}\n{words}".strip()[:BODY]


async def _tell(
    ctx: Ctx, message: ReceivedMessage, kind: str, data: dict[str, str], key: str, subject: Ref | None = None
) -> None:
    async with ctx.db.write(ANONYMOUS) as write:
        recipient = Recipient(open_id=message.sender)
        await ctx.messages.send(kind, recipient, key=key, data=data, subject=subject)
        about = Ref("messages.incoming", message.id)
        await write.audit("petitions.message.answered", about, detail={"form": message.form})
