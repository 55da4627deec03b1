"""Presses as they come from the seats, and the recorder that gathers them.

While one flush is on its way to the disk, the presses that arrive are gathered for the next: the more press at one
moment, the more share one transaction. Nothing is acknowledged before its transaction is durable.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from huitang_conference.services.access import Ctx, _
from huitang_sdk.errors import NotFound, Unavailable


class Press(Struct, frozen=True):
    """One press. Whoever calls has made sure that this attendee sits there.

    `press_id` is the terminal's own (64 characters at most): sent again after a lost connection it is the same press.
    `number` counts the presses of one terminal in one poll. `choice` is "for", "against", "abstain", or the ballot of
    an election (see `choices`).
    """

    poll_id: UUID
    attendee_id: UUID
    press_id: str
    number: int
    choice: str


class Recorded(Struct, frozen=True):
    """The press is on disk. `counted` is the press that counts for this voter: another one if only the first counts."""

    press_id: str
    receipt: str
    is_repeat: bool
    counted: str


class Refused(Struct, frozen=True):
    """The press does not count and never will, except for the code "unavailable": then send it again.

    Codes: closed, late, absent, not-a-voter, by-hand, choice, key-lost, unavailable. `message` is in the reader's
    language.
    """

    press_id: str
    code: str
    message: str
    article: str = ""


Answer = Recorded | Refused
RETRY_SECONDS = (0.05, 0.2, 0.5, 1.0, 2.0)
"""How long a flush that the database failed waits before it is tried again: presses are idempotent."""


class _Lane:
    """The presses of one poll that wait in this process."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Press, asyncio.Future[Answer]]] = []
        self.taken: list[tuple[Press, asyncio.Future[Answer]]] = []
        """In the flush that is under way."""
        self.task: asyncio.Task[None] | None = None


class Recorder:
    """One per process: made by `Plugin.start`, drained by `Plugin.stop`."""

    def __init__(self, ctx: Ctx) -> None:
        from huitang_conference.services.voting.sealing import Sealers
        from huitang_conference.services.voting.telling import Teller

        self._ctx = ctx
        self._lanes: dict[UUID, _Lane] = {}
        self._sealers = Sealers()
        self._teller = Teller(ctx)
        self._is_open = True

    async def press(self, press: Press) -> Answer:
        """Durable when it returns `Recorded`."""
        return await self._put(press)

    async def press_many(self, presses: Sequence[Press]) -> list[Answer]:
        """The answers in the order of the presses."""
        return list(await asyncio.gather(*[self._put(press) for press in presses]))

    async def stop(self) -> None:
        """Store what waits, then take no more."""
        self._is_open = False
        tasks = [lane.task for lane in self._lanes.values() if lane.task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)
        self._sealers.forget_all()
        await self._teller.stop()

    def _put(self, press: Press) -> asyncio.Future[Answer]:
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        if not self._is_open:
            future.set_result(unavailable(press))
            return future
        lane = self._lanes.setdefault(press.poll_id, _Lane())
        lane.waiting.append((press, future))
        if lane.task is None:
            # An empty context: a flush never joins a transaction, or speaks the language, of whoever pressed first.
            work = self._work(press.poll_id, lane)
            lane.task = asyncio.create_task(work, name="conference-presses", context=contextvars.Context())
        return future

    async def _work(self, poll_id: UUID, lane: _Lane) -> None:
        try:
            while lane.waiting:
                most = self._ctx.settings.flush_presses
                lane.taken, lane.waiting = lane.waiting[:most], lane.waiting[most:]
                answers = await self._flush(poll_id, [press for press, _future in lane.taken])
                for (_press, future), answer in zip(lane.taken, answers, strict=True):
                    if not future.done():
                        future.set_result(answer)
                self._teller.pressed(poll_id)
                await asyncio.sleep(0)
        finally:
            lane.task = None
            self._lanes.pop(poll_id, None)
            for press, future in (*lane.taken, *lane.waiting):
                if not future.done():
                    future.set_result(unavailable(press))

    async def _flush(self, poll_id: UUID, presses: Sequence[Press]) -> list[Answer]:
        from huitang_conference.services.voting.storing import store

        for seconds in (*RETRY_SECONDS, None):
            try:
                return await store(self._ctx, self._sealers, poll_id, presses)
            except NotFound:
                return [Refused(press.press_id, "closed", _("There is no such vote.")) for press in presses]
            except Exception:
                self._ctx.log.exception("storing %d presses failed", len(presses))
                if seconds is None:
                    break
                await asyncio.sleep(seconds)
        return [unavailable(press) for press in presses]


def unavailable(press: Press) -> Refused:
    """What is answered when nothing could be stored: the terminal keeps the press and sends it again."""
    return Refused(press.press_id, "unavailable", _("The server cannot store it just now; it will be sent again."))


_running: list[Recorder] = []


def begin(ctx: Ctx) -> Recorder:
    """The recorder of this process, from now on."""
    _running.append(Recorder(ctx))
    return _running[-1]


async def end(recorder: Recorder) -> None:
    """Drain it and forget it."""
    if recorder in _running:
        _running.remove(recorder)
    await recorder.stop()


def recorder() -> Recorder:
    """The recorder of this process. Raises Unavailable while the plugin is not running."""
    if not _running:
        raise Unavailable(_("The conference system is not running here."))
    return _running[-1]
