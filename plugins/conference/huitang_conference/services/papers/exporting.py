"""A meeting as a workbook and as JSON: agenda, attendance, votes with their results, speeches, archived papers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from huitang_conference.services.access import EXPORT, Ctx, meeting_for, ref
from huitang_conference.services.papers import words
from huitang_conference.services.papers.archiving import KeptPaper, papers_of
from huitang_conference.services.papers.attendance import attendance_of
from huitang_conference.services.papers.gathering import Gathered, Row, gather, titled
from huitang_conference.services.papers.result_sheet import counts_of, manner_of, root_of, verdict_of
from huitang_conference.services.papers.templates import PAPERS
from huitang_sdk.contracts import Actor
from huitang_sdk.documents import Column, Sheet, workbook

FORMAT = "huitang-meeting-1"


async def meeting_data(ctx: Ctx, actor: Actor, meeting_id: UUID) -> dict[str, Any]:
    """The meeting as plain data, in the shape that docs/use/meeting-papers.md describes. On record."""
    found, papers = await _exported(ctx, actor, meeting_id, "json")
    meeting = found.meeting
    told = (
        "id",
        "title",
        "number",
        "sitting",
        "place",
        "starts_at",
        "opened_at",
        "closed_at",
        "state",
        "members_total",
    )
    return {
        "format": FORMAT,
        "exported_at": ctx.clock.now(),
        "is_rehearsal": meeting["rehearsal_of"] is not None,
        "meeting": {name: meeting[name] for name in told},
        "body": {"name": meeting["body_name"], "term": meeting["body_term"], "kind": meeting["body_kind"]},
        "items": [
            {name: item[name] for name in ("id", "number", "title", "kind", "text", "presenter", "state")}
            for item in found.items
        ],
        "attendees": [
            {name: row[name] for name in ("id", "name", "title", "role", "is_chair", "is_remote", "is_late", "seat")}
            | {name: person[name] for name in ("state", "was_there", "note")}
            | {"events": [_event(event) for event in found.events if event["attendee_id"] == row["id"]]}
            for row, person in zip(found.attendees, attendance_of(found), strict=True)
        ],
        "polls": [_poll(found, poll) for poll in found.polls],
        "speeches": [
            {name: row[name] for name in ("id", "item_id", "attendee_id", "name", "kind", "ordinal", "started_at")}
            | {name: row[name] for name in ("ended_at", "allowed_seconds", "extended_seconds", "record")}
            | {"confirmed_at": row["confirmed_at"]}
            for row in found.speeches
        ],
        "papers": [
            {name: getattr(paper, name) for name in ("id", "kind", "poll_id", "file_name", "sha256", "made_at")}
            for paper in papers
        ],
    }


async def meeting_workbook(ctx: Ctx, actor: Actor, meeting_id: UUID) -> tuple[str, bytes]:
    """The file name and an .xlsx with a sheet for each part. On record."""
    found, papers = await _exported(ctx, actor, meeting_id, "xlsx")
    sheets = [_attendance(found), _agenda(found), _votes(found), _elections(found), _speeches(found), _papers(papers)]
    return f"{found.heading}.xlsx", workbook(sheets)


async def _exported(ctx: Ctx, actor: Actor, meeting_id: UUID, what: str) -> tuple[Gathered, list[KeptPaper]]:
    await meeting_for(ctx, actor, meeting_id, EXPORT)
    papers = await papers_of(ctx, actor, meeting_id)
    async with ctx.db.write(actor) as write:
        await write.audit("conference.meeting.exported", ref("meeting", meeting_id), detail={"as": what})
    return await gather(ctx, meeting_id), papers


def _event(event: Row) -> Row:
    return {name: event[name] for name in ("at", "presence", "how", "reason")}


def _poll(found: Gathered, poll: Row) -> Row:
    """A vote that is over. By name: who pressed what; of a secret one nobody knows."""
    told = ("id", "item_id", "kind", "title", "text", "names", "seats", "secrecy", "counts", "manner", "attempt")
    more = ("repeats_id", "repeat_reason", "amends_id", "state", "void_reason", "members_total", "present_at_open")
    rest = ("present_at_close", "opened_at", "closed_at", "announced_at", "hands", "result")
    pressed = [{"name": row["name"], "choice": row["choice"]} for row in found.presses if row["poll_id"] == poll["id"]]
    named = {"by_name": pressed} if poll["secrecy"] == "open" else {}
    root = root_of(poll)
    return (
        {name: poll[name] for name in (*told, *more, *rest)} | named | {"records": poll["log_sequence"], "root": root}
    )


def _attendance(found: Gathered) -> Sheet:
    roles = {"member": "组成人员", "observer": "列席", "staff": "工作人员"}
    columns = [Column("序号", 8, "integer"), Column("姓名"), Column("职务", 24), Column("身份"), Column("席位")]
    columns += [Column("情况", 10), Column("报到", 10), Column("方式"), Column("备注", 40)]
    people = attendance_of(found)
    rows = [
        [p["number"], p["name"], p["title"], roles[p["role"]], p["seat"], p["state"], p["at"], p["how"], p["note"]]
        for p in people
    ]
    return Sheet("出缺席", columns, rows)


def _agenda(found: Gathered) -> Sheet:
    states = {"pending": "未进行", "current": "进行中", "done": "已完成", "deferred": "推迟"}
    columns = [Column("议程", 50), Column("报告人", 20), Column("状态", 12), Column("开始", 18, "time")]
    rows = [[titled(i), i["presenter"], states[i["state"]], i["started_at"], i["ended_at"]] for i in found.items]
    return Sheet("议程", [*columns, Column("结束", 18, "time")], rows)


def _votes(found: Gathered) -> Sheet:
    columns = [Column("事项", 50), Column("类别", 10), Column("第几次", 8, "integer"), Column("方式", 20)]
    columns += [
        Column("表决时间", 18, "time"),
        *(Column(name, 9, "integer") for name in ("应到", "开始出席", "结束出席")),
    ]
    columns += [Column(name, 9, "integer") for name in ("赞成", "反对", "弃权", "未按", "故障", "须得票")]
    columns += [Column("结果", 10), Column("说明", 30), Column("根哈希", 68)]
    rows = [_vote(poll) for poll in found.polls if poll["kind"] != "election"]
    return Sheet("表决", columns, rows)


def _vote(poll: Row) -> list[Any]:
    counts = counts_of(poll)
    numbers = [counts[name] for name in ("for", "against", "abstain", "not_pressed", "fault")]
    needed = poll["result"].get("verdict", {}).get("needed")
    head = [poll["title"], words.KINDS[poll["kind"]], poll["attempt"], manner_of(poll), poll["closed_at"]]
    present = [poll["members_total"], poll["present_at_open"], poll["present_at_close"]]
    tail = [verdict_of(poll), poll["void_reason"] or poll["repeat_reason"], root_of(poll)]
    return [*head, *present, *(n if isinstance(n, int) else None for n in numbers), needed, *tail]


def _elections(found: Gathered) -> Sheet:
    columns = [Column("选举", 50), Column("轮次", 12), Column("名次", 8, "integer"), Column("姓名")]
    columns += [Column(name, 9, "integer") for name in ("赞成", "反对", "弃权")] + [Column("当选", 8)]
    rows = [
        [
            poll["title"], words.ROUNDS.get(count["round"], ""), row["rank"], row["name"], row["for"], row["against"],
            row["abstain"], "当选" if row["elected"] else "",
        ]
        for poll in found.polls
        if (count := poll["result"].get("election"))
        for row in count["candidates"]
    ]  # fmt: skip
    return Sheet("选举", columns, rows)


def _speeches(found: Gathered) -> Sheet:
    columns = [Column("议程", 40), Column("姓名"), Column("类型", 10), Column("第几次", 8, "integer")]
    columns += [Column("开始", 18, "time"), Column("用时（秒）", 10, "integer"), Column("限时（秒）", 10, "integer")]
    columns += [Column("延长（秒）", 10, "integer"), Column("记录", 60), Column("确认", 18, "time")]
    rows = [
        [
            found.item_title(row["item_id"]), row["name"], words.SPEECHES[row["kind"]], row["ordinal"],
            row["started_at"], row["spoken"], row["allowed_seconds"], row["extended_seconds"], row["record"],
            row["confirmed_at"],
        ]
        for row in found.speeches
    ]  # fmt: skip
    return Sheet("发言", columns, rows)


def _papers(papers: list[KeptPaper]) -> Sheet:
    columns = [
        Column("文书", 20),
        Column("文件", 50),
        Column("SHA-256", 68),
        Column("生成人"),
        Column("生成时间", 18, "time"),
    ]
    rows = [[PAPERS[p.kind].name, p.file_name, p.sha256, p.made_name, p.made_at] for p in papers]
    return Sheet("文书", columns, rows)
