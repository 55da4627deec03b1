"""Asking to speak, agreeing with the record, calling for service."""

from __future__ import annotations

from huitang_conference.floor import messages as m
from huitang_conference.floor.answers import Answer, note, seated
from huitang_conference.floor.session import Session
from huitang_conference.services import calling, speaking, speech_records
from huitang_conference.services.access import Ctx


class Wishes:
    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx

    async def speak(self, session: Session, message: m.Speak) -> Answer:
        _, meeting_id, _ = seated(session)
        speech = await speaking.ask(self._ctx, session.actor, meeting_id, kind=message.kind)
        return m.Ack(id=message.id, speech=speech)

    async def unspeak(self, session: Session, message: m.Unspeak) -> Answer:
        _, meeting_id, _ = seated(session)
        await speaking.withdraw(self._ctx, session.actor, meeting_id)
        return m.Ack(id=message.id)

    async def confirm(self, session: Session, message: m.ConfirmSpeech) -> Answer:
        await speech_records.confirm_record(self._ctx, session.actor, message.speech)
        room, _, attendee = seated(session)
        mine = room.mine_of(attendee)
        left = [waiting for waiting in mine.to_confirm if waiting.speech != message.speech] if mine else []
        return m.Ack(id=message.id, mine=note(session, to_confirm=left))

    async def call(self, session: Session, message: m.Call) -> Answer:
        _, meeting_id, _ = seated(session)
        await calling.call_for_service(self._ctx, session.actor, meeting_id, message.what)
        return m.Ack(id=message.id)
