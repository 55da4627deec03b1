"""What the conference plugin tells others, in the past tense."""

from __future__ import annotations

from uuid import UUID

from huitang_sdk.contracts import Event


class MeetingConvened(Event, tag="conference.meeting.convened", frozen=True, kw_only=True):
    """The roster and the rules are fixed, the notice goes out."""

    meeting_id: UUID


class MeetingClosed(Event, tag="conference.meeting.closed", frozen=True, kw_only=True):
    meeting_id: UUID


class MeetingChanged(Event, tag="conference.meeting.changed", frozen=True, kw_only=True):
    """Title, agenda, documents or who is called: what search shows of it, and to whom."""

    meeting_id: UUID


class PollClosed(Event, tag="conference.poll.closed", frozen=True, kw_only=True):
    """The result is fixed; whether it may be seen already is another matter."""

    meeting_id: UUID
    poll_id: UUID
