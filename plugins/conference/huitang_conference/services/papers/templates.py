"""The templates of the papers: each as Word and as PDF, operators may replace every one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_conference.services.papers import samples
from huitang_conference.services.papers.attendance import attendance_values
from huitang_conference.services.papers.election_sheet import election_values
from huitang_conference.services.papers.gathering import Gathered
from huitang_conference.services.papers.minutes import minutes_values
from huitang_conference.services.papers.result_sheet import result_values
from huitang_conference.services.papers.speech_record import speech_values
from huitang_sdk.declare import DocumentTemplate

Values = Mapping[str, Any]


class Paper(Struct, frozen=True, kw_only=True):
    """A kind of paper. `title` names it in Chinese files; `of_poll` and `of_meeting` make its values."""

    kind: str
    name: str
    title: str
    sample: Values
    of_poll: Callable[[Gathered, UUID], Values] | None = None
    of_meeting: Callable[[Gathered], Values] | None = None

    def template(self, ending: str) -> str:
        """The id of its template for ".docx" or ".pdf"."""
        return f"conference.{self.kind}.{'word' if ending == '.docx' else 'pdf'}"


PAPERS = {
    paper.kind: paper
    for paper in (
        Paper(kind="result", name="表决结果单", title="Result sheet", sample=samples.RESULT, of_poll=result_values),
        Paper(
            kind="election",
            name="选举结果单",
            title="Election result sheet",
            sample=samples.ELECTION,
            of_poll=election_values,
        ),
        Paper(
            kind="attendance",
            name="出缺席名单",
            title="Attendance list",
            sample=samples.ATTENDANCE,
            of_meeting=attendance_values,
        ),
        Paper(
            kind="speeches",
            name="发言记录",
            title="Record of speeches",
            sample=samples.SPEECHES,
            of_meeting=speech_values,
        ),
        Paper(
            kind="minutes",
            name="会议纪要（草稿）",
            title="Draft of the minutes",
            sample=samples.MINUTES,
            of_meeting=minutes_values,
        ),
    )
}
ENDINGS = (".pdf", ".docx")

TEMPLATES = tuple(
    DocumentTemplate(
        paper.template(ending),
        paper.title,
        f"papers/{paper.kind}{'.docx' if ending == '.docx' else '.typ'}",
        paper.sample,
        files=() if ending == ".docx" else ("papers/common.typ",),
    )
    for paper in PAPERS.values()
    for ending in ENDINGS
)
