"""Pages under /noticeboard/."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from huitang_noticeboard.services import PUBLISH, READ, Context, get_notice, list_notices, publish_notice, take_down
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Invalid
from huitang_sdk.forms import Form, lazy
from huitang_sdk.http import Page, go_to, requires
from huitang_sdk.lists import ListQuery

_l = lazy("noticeboard")
AnyRequest = Request[Any, Any, Any]


class NoticeForm(Form):
    title = StringField(_l("Title"), [InputRequired(), Length(max=200)])
    body = TextAreaField(_l("Text"), [InputRequired(), Length(max=20_000)])
    organisation = SelectField(_l("For the readers of"), [InputRequired()])
    expires_on = DateField(_l("Last day"), [Optional()], description=_l("Left empty, it stays up for some weeks."))

    async def offer(self, ctx: Context, actor: Actor) -> None:
        """Offer the organisations the actor may publish for."""
        scope = ctx.permissions.scope(actor, PUBLISH)
        tree = await ctx.identity.organisations()
        self.organisation.choices = [
            (str(node.id), node.path) for node in tree if scope.includes(key=node.id, organisation=node.id)
        ]


@get("/", guards=[requires(READ)])
async def notices_page(request: AnyRequest, ctx: NamedDependency[Context], actor: NamedDependency[Actor]) -> Page:
    query = ListQuery.from_request(request, sortable=("published_at", "title"), default="-published_at")
    notices, total = await list_notices(ctx, actor, query)
    return Page("noticeboard/list.html", {"notices": notices, "query": query, "total": total}, block="results")


@get("/new", guards=[requires(PUBLISH)])
async def new_page(ctx: NamedDependency[Context], actor: NamedDependency[Actor]) -> Page:
    form = NoticeForm()
    await form.offer(ctx, actor)
    return Page("noticeboard/new.html", {"form": form})


@post("/new", guards=[requires(PUBLISH)])
async def publish(request: AnyRequest, ctx: NamedDependency[Context], actor: NamedDependency[Actor]) -> Response[Any]:
    form = await NoticeForm.from_request(request)
    await form.offer(ctx, actor)
    if form.validate():
        try:
            notice_id = await publish_notice(
                ctx,
                actor,
                title=form.title.data,
                body=form.body.data,
                organisation_id=UUID(form.organisation.data),
                expires_on=form.expires_on.data,
            )
            return go_to(request, f"/noticeboard/{notice_id}")
        except Invalid as error:
            form.fail(error.fields)
    return Page("noticeboard/new.html", {"form": form}, status_code=422)


@get("/widget", guards=[requires(READ)])
async def widget(ctx: NamedDependency[Context], actor: NamedDependency[Actor]) -> Page:
    notices, _ = await list_notices(ctx, actor, ListQuery(sort="published_at", descending=True, size=5))
    return Page("noticeboard/widget.html", {"notices": notices})


@get("/{notice_id:uuid}", guards=[requires(READ)])
async def notice_page(notice_id: FromPath[UUID], ctx: NamedDependency[Context], actor: NamedDependency[Actor]) -> Page:
    notice = await get_notice(ctx, actor, notice_id)
    return Page("noticeboard/notice.html", {"notice": notice})


@post("/{notice_id:uuid}/take-down", guards=[requires(PUBLISH)])
async def take_down_page(
    request: AnyRequest, notice_id: FromPath[UUID], ctx: NamedDependency[Context], actor: NamedDependency[Actor]
) -> Response[Any]:
    await take_down(ctx, actor, notice_id)
    return go_to(request, "/noticeboard/")


PAGES = (notices_page, new_page, publish, widget, notice_page, take_down_page)
