"""Issuing a report: its words, figures, files, and the rows behind every figure are kept as they are at this moment.

A report is read by those who reach it and every matter it counts, in any span: to others it does not exist. Issued anew
it is another report, beside the earlier one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct, structs

from huitang_petitions.services.access import SITUATION, Ctx, _, visible
from huitang_petitions.services.papers import neutral_name
from huitang_petitions.services.reporting import marks
from huitang_petitions.services.reporting.content import Content, Figure, Topic
from huitang_petitions.services.reporting.documents import REPORT, TOPICS, values_of
from huitang_petitions.services.reporting.drafting import draft_of
from huitang_petitions.services.reporting.making import composed
from huitang_petitions.services.reporting.signals import bursts_in
from huitang_petitions.services.reporting.spans import NOW, Period
from huitang_petitions.services.situation import Line
from huitang_petitions.tables import Report
from huitang_sdk.contracts import Actor, Document, Ref, StoredFile
from huitang_sdk.db import Sql, new_id
from huitang_sdk.errors import Invalid, NotFound
from huitang_sdk.i18n import use_locale

NAMED = 30
"""So many matters of a topic are named in the documents; the rest is in the list of rows."""


class Issued(Struct, frozen=True, kw_only=True):
    """A report as it was issued, and by whom."""

    id: UUID
    period: str
    content: Content
    report_file: UUID
    topics_file: UUID
    report_sha256: str
    topics_sha256: str
    issued_at: datetime
    issued_by: str


def ref(report_id: UUID) -> Ref:
    return Ref("petitions.report", report_id)


async def issue(ctx: Ctx, actor: Actor, period: Period) -> UUID:
    """Issue the report with the actor's draft. Raises Invalid for a period that is not over yet."""
    if ctx.clock.today() < period.span.end:
        running = _(
            "The period is not over yet: its figures would change. Issue the report from {day} on.", day=period.span.end
        )
        raise Invalid(running, fields={"period": running})
    words = await draft_of(ctx, actor, period)
    bursts = await bursts_in(ctx, actor, period.span)
    report_id = new_id()
    with use_locale("zh-CN"):
        async with ctx.db.write(actor) as write:
            report = Report(
                id=report_id,
                organisation_id=actor.organisation_id,
                period=str(period),
                report_file=report_id,
                topics_file=report_id,
                issued_at=ctx.clock.now(),
                issued_by=actor.account_id,
            )
            await Report.insert(report)
            counts = {
                name: await marks.freeze(
                    ctx, actor, report_id, name, span, [burst.mark for burst in bursts] if name == NOW else ()
                )
                for name, span in period.spans().items()
            }
            content = await composed(ctx, actor, period, counts, bursts, words)
            topics = [await _with_matters(ctx, report_id, topic) for topic in content.topics]
            content = structs.replace(content, topics=topics)
            values = values_of(content, ctx.clock.today())
            for name, template in (("report", REPORT), ("topics", TOPICS)):
                document = await ctx.documents.fill(template.id, values)
                stored = await _store(ctx, actor, document)
                setattr(report, f"{name}_file", stored.id)
                setattr(report, f"{name}_sha256", document.sha256)
            report.content = ctx.personal.seal("report.content", report_id, msgspec.json.encode(content).decode())
            await report.save()
            detail = {
                "period": str(period),
                "figures": sum(1 for _figure in content.figures()),
                "matters": counts[NOW]["received"].matters if "received" in counts[NOW] else 0,
                "sha256": report.report_sha256,
            }
            await write.audit("petitions.report.issued", ref(report_id), detail=detail)
    return report_id


async def _store(ctx: Ctx, actor: Actor, document: Document) -> StoredFile:
    return await ctx.files.save(neutral_name(f"report{document.ending}"), document.content, actor=actor)


async def _with_matters(ctx: Ctx, report_id: UUID, topic: Topic) -> Topic:
    found, _total = await rows_of(ctx, report_id, topic.figures[0], NOW, NAMED)
    return structs.replace(topic, matters=[line.number for line in found])


_READABLE = """
SELECT r.* FROM petitions.report r WHERE {asked} AND {reach} AND NOT EXISTS (
    SELECT 1 FROM petitions.report_row x JOIN petitions.matter m ON m.id = x.matter_id
    WHERE x.report_id = r.id AND NOT {visible})
ORDER BY r.issued_at DESC, r.id DESC LIMIT 100
"""


async def _readable(ctx: Ctx, actor: Actor, asked: str, value: Any) -> list[Mapping[str, Any]]:
    sql = Sql(value)
    scope = ctx.permissions.scope(actor, SITUATION)
    reach = scope.where_sql(sql, organisation="r.organisation_id", key="r.id", owner="r.issued_by")
    condition = await visible(ctx, actor, SITUATION, sql)
    return list(await ctx.db.fetch(_READABLE.format(asked=asked, reach=reach, visible=condition), *sql.values))


async def issued_of(ctx: Ctx, actor: Actor, period: Period) -> Sequence[Issued]:
    """The reports on a period that the actor may read, newest first."""
    return await _opened(ctx, await _readable(ctx, actor, "r.period = $1", str(period)))


async def issued_for(ctx: Ctx, actor: Actor, report_id: UUID) -> Issued:
    """One report. Raises NotFound for whoever may not read every matter it counts: nothing tells them it is there."""
    rows = await _readable(ctx, actor, "r.id = $1", report_id)
    if not rows:
        raise NotFound(_("There is no such report, or it is not yours to see."))
    return (await _opened(ctx, rows))[0]


async def _opened(ctx: Ctx, rows: Sequence[Mapping[str, Any]]) -> list[Issued]:
    accounts = await ctx.identity.accounts([row["issued_by"] for row in rows])
    return [
        Issued(
            content=msgspec.json.decode(ctx.personal.unseal("report.content", row["id"], row["content"]), type=Content),
            issued_by=accounts[row["issued_by"]].name if row["issued_by"] in accounts else "",
            **{name: row[name] for name in Issued.__struct_fields__ if name not in ("content", "issued_by")},
        )
        for row in rows
    ]


_ROWS = """
SELECT m.id, m.number, m.received_at, m.channel, m.category, m.district, m.state, x.people, count(*) OVER () AS total
FROM petitions.report_row x JOIN petitions.matter m ON m.id = x.matter_id
WHERE x.report_id = $1 AND x.span = $2 AND $3 = ANY(x.marks) ORDER BY m.received_at DESC, m.id DESC LIMIT $4
"""


async def rows_of(ctx: Ctx, report_id: UUID, figure: Figure, span: str, most: int) -> tuple[Sequence[Line], int]:
    """The matters that stood behind a figure when the report was issued; whoever asks has read the report."""
    return marks.lines_in(await ctx.db.fetch(_ROWS, report_id, span, figure.mark, most))


async def annex(ctx: Ctx, actor: Actor, issued: Issued) -> list[tuple[str, str, datetime, int, str]]:
    """Every row behind the report: span, number, day, people, and the numbers of the figures that count it."""
    numbers: dict[str, list[str]] = {}
    for figure in issued.content.figures():
        numbers.setdefault(figure.mark, []).append(figure.number)
    rows = await ctx.db.fetch(
        "SELECT x.span, m.number, m.received_at, x.people, x.marks FROM petitions.report_row x"
        " JOIN petitions.matter m ON m.id = x.matter_id WHERE x.report_id = $1"
        " ORDER BY array_position(ARRAY['now', 'before', 'year_before'], x.span), m.received_at, m.id",
        issued.id,
    )
    await note_export(ctx, actor, ref(issued.id), {"rows": len(rows)})
    return [
        (
            row["span"],
            row["number"],
            row["received_at"],
            row["people"],
            "、".join(_ordered(number for mark in row["marks"] for number in numbers.get(mark, ()))),
        )
        for row in rows
    ]


def _ordered(numbers: Any) -> list[str]:
    return sorted(numbers, key=lambda number: [int(part) for part in number.split(".")])


async def note_export(ctx: Ctx, actor: Actor, subject: Ref, detail: Mapping[str, Any]) -> None:
    """Put on record that matters behind figures were taken out."""
    async with ctx.db.write(actor) as write:
        await write.audit("petitions.report.exported", subject, detail=detail)
