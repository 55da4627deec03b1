"""Monthly and annual reports: figures with their rows, the words of a person, Word documents, and what was issued."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import structs

from huitang_petitions.pages.charts import bars_beside
from huitang_petitions.pages.common import AnyRequest, text_of, typed_in
from huitang_petitions.pages.situation import lines_sheet
from huitang_petitions.services.access import SITUATION, Ctx
from huitang_petitions.services.naming import names
from huitang_petitions.services.reporting import issuing, marks
from huitang_petitions.services.reporting.composing import label, reason, reworded
from huitang_petitions.services.reporting.content import Content, Figure, Words, change
from huitang_petitions.services.reporting.drafting import keep
from huitang_petitions.services.reporting.making import report_of
from huitang_petitions.services.reporting.spans import (
    BEFORE,
    NOW,
    YEAR_BEFORE,
    Period,
    last_month,
    months,
    period_in,
    years,
)
from huitang_petitions.services.situation import EXPORTED, LISTED
from huitang_petitions.services.wording import word
from huitang_sdk.contracts import Actor
from huitang_sdk.db import new_id
from huitang_sdk.documents import WORKBOOK_TYPE, Column, Sheet, workbook
from huitang_sdk.errors import Invalid, NotFound
from huitang_sdk.http import Page, attachment, file_response, go_to, requires
from huitang_sdk.i18n import Translator, current_locale, local_time

_ = Translator("petitions")
WORDS = tuple(Words.__struct_fields__)


def span_titles() -> dict[str, str]:
    return {NOW: _("the period"), BEFORE: _("the one before"), YEAR_BEFORE: _("a year before")}


def called(period: Period) -> str:
    """A period as people call it."""
    if period.month:
        return _("{year}, month {month}", year=period.year, month=period.month)
    return _("Year {year}", year=period.year)


def _asked(request: AnyRequest, ctx: Ctx) -> Period:
    """The period the address asks for; anything wrong in it counts as not asked."""
    return period_in(request.query_params.get("period", "")) or last_month(ctx.clock.today())


async def _page(
    ctx: Ctx,
    actor: Actor,
    period: Period,
    *,
    kept: bool = False,
    refused: Invalid | None = None,
    typed: dict[str, str] | None = None,
) -> Page:
    content = await report_of(ctx, actor, period)
    today = ctx.clock.today()
    context = {
        "period": period,
        "called": called,
        "months": [*months(today)],
        "years": [*years(today)],
        "over": today >= period.span.end,
        "content": content,
        "chart_option": _chart(content),
        "issued": await issuing.issued_of(ctx, actor, period),
        "kept": kept,
        "typed": typed or structs.asdict(content.words),
        "refused": refused,
        "errors": refused.fields if refused else {},
        **_helpers(lambda figure, span: _rows_address(period, figure, span)),
    }
    return Page("petitions/reports/report.html", context, status_code=refused.status if refused else 200)


def _helpers(link: Any) -> dict[str, Any]:
    return {"link": link, "change": change, "reason": reason, "spans": span_titles()}


def _rows_address(period: Period, figure: Figure, span: str) -> str:
    asked = {"period": str(period), "mark": figure.mark, "span": span, "people": "1" if figure.people else ""}
    return f"/petitions/reports/rows?{urlencode({name: value for name, value in asked.items() if value})}"


@get("/reports", guards=[requires(SITUATION)])
async def report_page(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    return await _page(ctx, actor, _asked(request, ctx), kept=request.query_params.get("kept") == "1")


@post("/reports", guards=[requires(SITUATION)], status_code=200)
async def write_report(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Response[Any]:
    """Keep the words, and issue the report when that was asked for."""
    form = await request.form()
    period = period_in(text_of(form, "period"))
    if period is None:
        raise NotFound(_("There is no such period."))
    try:
        await keep(ctx, actor, period, Words(**{name: text_of(form, name) for name in WORDS}))
        if text_of(form, "act") == "issue":
            return go_to(request, f"/petitions/reports/{await issuing.issue(ctx, actor, period)}")
    except Invalid as error:
        return await _page(ctx, actor, period, refused=error, typed=typed_in(form))
    return go_to(request, f"/petitions/reports?period={period}&kept=1#words")


@get("/reports/rows", guards=[requires(SITUATION)])
async def report_rows(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    """The matters behind a figure that was not issued."""
    period, span, mark = _figure_asked(request, ctx)
    shown, total = await marks.lines(ctx, actor, period.spans()[span], mark, LISTED)
    named = await names(ctx)
    context = {
        "title": label(mark, named),
        "said": [called(period), span_titles()[span]],
        "lines": shown,
        "total": total,
        "people": sum(line.people for line in shown),
        "back": f"/petitions/reports?period={period}",
        "export": f"/petitions/reports/rows.xlsx?{urlencode({'period': str(period), 'span': span, 'mark': mark})}",
        "word": word,
        "category": named.category,
    }
    return Page("petitions/reports/rows.html", context)


@get("/reports/rows.xlsx", guards=[requires(SITUATION)])
async def rows_export(request: AnyRequest, ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Response[bytes]:
    period, span, mark = _figure_asked(request, ctx)
    shown, _total = await marks.lines(ctx, actor, period.spans()[span], mark, EXPORTED)
    detail = {"period": str(period), "span": span, "mark": mark, "rows": len(shown)}
    await issuing.note_export(ctx, actor, issuing.ref(new_id()), detail)
    return attachment("matters.xlsx", workbook([lines_sheet(shown, (await names(ctx)).category)]), WORKBOOK_TYPE)


def _figure_asked(request: AnyRequest, ctx: Ctx) -> tuple[Period, str, str]:
    """The period, the span and the mark that the address asks for."""
    period, asked = _asked(request, ctx), request.query_params
    span = asked.get("span", NOW)
    return period, span if span in period.spans() else NOW, asked.get("mark", "received")[:300]


@get("/reports/{report_id:uuid}", guards=[requires(SITUATION)])
async def issued_page(report_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    """A report as it was issued."""
    issued = await issuing.issued_for(ctx, actor, report_id)
    content = issued.content if current_locale() == "zh-CN" else reworded(issued.content, await names(ctx))
    period = period_in(issued.period)
    assert period is not None
    context = {
        "one": issued,
        "period": period,
        "called": called,
        "content": content,
        "chart_option": _chart(content),
        "issued": [other for other in await issuing.issued_of(ctx, actor, period) if other.id != report_id],
        **_helpers(lambda figure, span: f"/petitions/reports/{report_id}/rows?figure={figure.number}&span={span}"),
    }
    return Page("petitions/reports/issued.html", context)


@get("/reports/{report_id:uuid}/rows", guards=[requires(SITUATION)])
async def issued_rows(
    request: AnyRequest, report_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Page:
    """The matters that stood behind a figure of an issued report."""
    issued = await issuing.issued_for(ctx, actor, report_id)
    figure = issued.content.figure(request.query_params.get("figure", ""))
    span = request.query_params.get("span", NOW)
    if figure is None or span not in issued.content.spans:
        raise NotFound(_("There is no such figure in the report."))
    shown, total = await issuing.rows_of(ctx, report_id, figure, span, LISTED)
    period = period_in(issued.period)
    assert period is not None
    context = {
        "title": f"{figure.number} {figure.label}",
        "said": [called(period), span_titles()[span]],
        "lines": shown,
        "total": total,
        "people": sum(line.people for line in shown),
        "back": f"/petitions/reports/{report_id}",
        "export": f"/petitions/reports/{report_id}/annex.xlsx",
        "word": word,
        "category": (await names(ctx)).category,
    }
    return Page("petitions/reports/rows.html", context)


@get("/reports/{report_id:uuid}/{name:str}", guards=[requires(SITUATION)])
async def issued_file(
    request: AnyRequest,
    report_id: FromPath[UUID],
    name: FromPath[str],
    ctx: NamedDependency[Ctx],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """The documents as they were issued, and the list of all rows behind them."""
    issued = await issuing.issued_for(ctx, actor, report_id)
    files = {"report.docx": issued.report_file, "topics.docx": issued.topics_file}
    titles = {"report.docx": "来信来访情况报告", "topics.docx": "议题建议"}
    if name in files:
        stored = await ctx.files.get(files[name])
        return file_response(request, ctx.files, structs.replace(stored, name=f"{issued.period} {titles[name]}.docx"))
    if name != "annex.xlsx":
        raise NotFound(_("There is no such document."))
    book = workbook([await _rows_sheet(ctx, actor, issued), _figures_sheet(issued.content)])
    return attachment(f"{issued.period} {_('Rows of the report')}.xlsx", book, WORKBOOK_TYPE)


async def _rows_sheet(ctx: Ctx, actor: Actor, issued: issuing.Issued) -> Sheet:
    columns = (
        Column(_("Span"), 24),
        Column(_("Number"), 24),
        Column(_("Received"), kind="date"),
        Column(_("People"), kind="integer"),
        Column(_("Counted in"), 60),
    )
    titles = span_titles()
    rows = [
        (titles[span], number, local_time(received).date(), people, figures)
        for span, number, received, people, figures in await issuing.annex(ctx, actor, issued)
    ]
    return Sheet(_("Matters"), columns, rows)


def _figures_sheet(content: Content) -> Sheet:
    titles = span_titles()
    columns = [Column(_("Figure"), 10), Column(_("Item"), 48)]
    columns += [Column(titles[span], kind="integer") for span in content.spans]
    rows = [
        (figure.number, figure.label, *(figure.values.get(span) for span in content.spans))
        for figure in content.figures()
    ]
    return Sheet(_("Figures"), columns, rows)


def _chart(content: Content) -> dict[str, Any]:
    """Categories beside the period before."""
    tables = [table for part in content.parts for table in part.tables if table.id == "category"]
    figures = tables[0].figures if tables else []
    titles = span_titles()
    series = {titles[span]: [figure.values[span] for figure in figures] for span in (NOW, BEFORE)}
    return bars_beside([figure.label for figure in figures], series)


REPORT_PAGES = (report_page, write_report, report_rows, rows_export, issued_page, issued_rows, issued_file)
