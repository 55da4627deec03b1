"""What others may react to."""

from __future__ import annotations

from uuid import UUID

from huitang_sdk.contracts import Event


class NoticePublished(Event, frozen=True, tag="noticeboard.notice.published"):
    notice_id: UUID


class NoticeTakenDown(Event, frozen=True, tag="noticeboard.notice.taken_down"):
    notice_id: UUID
