"""Pages under /conference/."""

from __future__ import annotations

from typing import Any

from huitang_conference.pages.agenda import AGENDA_PAGES
from huitang_conference.pages.attendance import ATTENDANCE_PAGES
from huitang_conference.pages.bodies import BODY_PAGES
from huitang_conference.pages.chair import CHAIR_PAGES
from huitang_conference.pages.confirming import TELLER_PAGES
from huitang_conference.pages.hall import HALL_PAGES
from huitang_conference.pages.listing import LISTING_PAGES
from huitang_conference.pages.meeting import MEETING_PAGES
from huitang_conference.pages.mine import MINE_PAGES
from huitang_conference.pages.operator import OPERATOR_PAGES
from huitang_conference.pages.papers import PAPER_PAGES
from huitang_conference.pages.poll_log import poll_log
from huitang_conference.pages.preparing import PREPARING
from huitang_conference.pages.push import PUSH_PAGES
from huitang_conference.pages.result import RESULT_PAGES
from huitang_conference.pages.roster import ROSTER_PAGES
from huitang_conference.pages.seat import SEAT_PAGES
from huitang_conference.pages.seats import SEATS_PAGES
from huitang_conference.pages.speeches import SPEECH_PAGES
from huitang_conference.pages.terminal import terminal

PAGES: tuple[Any, ...] = (
    terminal,
    *LISTING_PAGES,
    *MEETING_PAGES,
    *AGENDA_PAGES,
    *ROSTER_PAGES,
    *SEATS_PAGES,
    *ATTENDANCE_PAGES,
    *MINE_PAGES,
    *BODY_PAGES,
    *SEAT_PAGES,
    *CHAIR_PAGES,
    *OPERATOR_PAGES,
    *PREPARING,
    *PUSH_PAGES,
    *HALL_PAGES,
    *TELLER_PAGES,
    *RESULT_PAGES,
    *PAPER_PAGES,
    *SPEECH_PAGES,
    poll_log,
)
