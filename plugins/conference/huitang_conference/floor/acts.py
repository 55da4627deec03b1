"""What a terminal's message does: each ends in exactly one answer, and doing it again changes nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from huitang_conference.floor import messages as m
from huitang_conference.floor.answers import Answer, note, refused, refused_by, seated
from huitang_conference.floor.presence import Arrivals
from huitang_conference.floor.session import Session
from huitang_conference.floor.wishes import Wishes
from huitang_conference.services.access import SEAT, Ctx
from huitang_conference.services.voting.presses import Press, Recorded, recorder
from huitang_sdk.errors import HuitangError
from huitang_sdk.i18n import DEFAULT_LOCALE


class Acts:
    """Everything terminals may do, by the type of the message."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._arrivals = Arrivals(ctx)
        wishes = Wishes(ctx)
        self._deeds: dict[type[m.Request], Callable[[Session, Any], Awaitable[Answer]]] = {
            m.PressKey: press,
            m.CheckIn: self._arrivals.check_in,
            m.Leave: self._arrivals.leave,
            m.Return: self._arrivals.return_,
            m.Speak: wishes.speak,
            m.Unspeak: wishes.unspeak,
            m.ConfirmSpeech: wishes.confirm,
            m.Call: wishes.call,
        }

    async def stop(self) -> None:
        """Finish what has been sent."""
        await self._arrivals.stop()

    async def do(self, session: Session, message: m.Request) -> Answer:
        """The answer to a message. Never raises for what a terminal did."""
        if isinstance(message, m.Ping):
            return m.Pong(id=message.id, t=message.t, server_time=self._ctx.clock.now())
        if isinstance(message, m.Hello):
            session.hello = message
            return m.Ack(id=message.id)
        missing = self._missing(session)
        if missing:
            return refused(message.id, missing)
        try:
            return await self._deeds[type(message)](session, message)
        except HuitangError as error:
            return refused_by(message.id, error)
        except Exception:
            self._ctx.log.exception("a terminal's %s failed", type(message).__name__)
            return refused(message.id, "unavailable")

    def _missing(self, session: Session) -> str:
        """The code of what a terminal lacks to do anything; "" if nothing."""
        if session.room is None or session.room.id is None:
            return "no-meeting"
        if session.place.attendee is None:
            return "no-attendee"
        return "" if self._ctx.permissions.may(session.actor, SEAT) else "forbidden"


async def press(session: Session, message: m.PressKey) -> Answer:
    """A vote: on disk when it is acknowledged."""
    _, _, attendee = seated(session)
    choice = message.choice
    if not isinstance(choice, str):
        choice = msgspec.json.encode(choice).decode()
    answer = await recorder().press(Press(message.poll, attendee.id, message.id, message.number, choice))
    if not isinstance(answer, Recorded):
        return refused(message.id, answer.code, answer.message, answer.article, DEFAULT_LOCALE)
    note(session, press=m.Pressed(poll=message.poll, receipt=answer.receipt, number=message.number))
    return m.Ack(id=message.id, receipt=answer.receipt, counted=answer.counted, repeat=answer.is_repeat)
