"""How a terminal is answered, and what this process then knows of its attendee."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from msgspec import structs

from huitang_conference.floor import messages as m
from huitang_conference.floor.messages import Attendee
from huitang_conference.floor.room import Room
from huitang_conference.floor.session import Session
from huitang_conference.floor.texts import ARTICLES, words
from huitang_sdk.errors import Forbidden, HuitangError, NotFound, Unavailable
from huitang_sdk.i18n import current_locale

Answer = m.Ack | m.Refused | m.Pong
CODES: tuple[tuple[type[HuitangError], str], ...] = (
    (NotFound, "not-found"),
    (Forbidden, "forbidden"),
    (Unavailable, "unavailable"),
)


def refused(identifier: str | None, code: str, message: str = "", article: str = "", locale: str = "") -> m.Refused:
    """A refusal: in all languages where the code has words of its own, else with the service's in the one it spoke."""
    said = words(code) or {locale or current_locale(): message}
    return m.Refused(id=identifier, code=code, message=said, article=article or ARTICLES.get(code, ""))


def refused_by(identifier: str, error: HuitangError) -> m.Refused:
    """What a service refused, in its own words."""
    code = next((code for kind, code in CODES if isinstance(error, kind)), "conflict")
    said = {current_locale(): error.message} if error.message else words(code)
    return m.Refused(id=identifier, code=code, message=said, article=getattr(error, "article", ""))


def seated(session: Session) -> tuple[Room, UUID, Attendee]:
    """Where a terminal's attendee sits; only for terminals of which that is known."""
    assert session.room is not None
    assert session.room.id is not None
    assert session.place.attendee is not None
    return session.room, session.room.id, session.place.attendee


def note(session: Session, **changed: Any) -> m.Mine | None:
    """What this process knows of the attendee, brought up to date without reading it again."""
    room, _, attendee = seated(session)
    mine = room.mine_of(attendee)
    if mine is None:
        return None
    mine = structs.replace(mine, **changed)
    room.now_mine(attendee.id, mine, but=session)
    return mine
