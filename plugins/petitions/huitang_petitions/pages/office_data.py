"""The office's own files: look at what holds, take it home, put another in its place, bring an earlier one back."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_petitions.pages.common import AnyRequest, text_of, uploads_of, whole_number
from huitang_petitions.services import districts, learnt, office_data, situation
from huitang_petitions.services.access import RULES, Ctx
from huitang_petitions.services.office_data import KINDS
from huitang_petitions.situation.outlines import fold
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Conflict, HuitangError, Invalid, NotFound
from huitang_sdk.http import Page, attachment, go_to, requires
from huitang_sdk.i18n import Translator

_ = Translator("petitions")


async def data_page(ctx: Ctx, actor: Actor, error: HuitangError | None = None, kind: str = "") -> Page:
    """Every kind with its versions; `error` is about the file of `kind`."""
    versions = await office_data.versions(ctx)
    people = await ctx.identity.accounts([one.changed_by for one in versions if one.changed_by])
    told = {f"file-{kind}": message for message in error.fields.values()} if error else {}
    context = {
        "kinds": [(one, [version for version in versions if version.kind == one]) for one in KINDS],
        "titles": titles(),
        "who": {id_: account.name for id_, account in people.items()},
        "troubles": await office_data.troubles(ctx, actor),
        "districts": await _matched(ctx, actor),
        "learnt": await learnt.newest(ctx),
        "brought": learnt.shipped_figures(),
        "sets": {
            "decided": _("matters people decided, before they were learnt"),
            "held out": _("made-up letters about matters that were not learnt, measured by the makers"),
            "handwritten": _("letters in other words"),
            "synthetic": _("synthetic letters"),
        },
        "questions": {
            "remit": _("Whose remit"),
            "category": _("Subject category"),
            "top category": _("First level of the category"),
            "handler": _("Handler"),
        },
        "refused": error,
        "errors": told,
    }
    return Page("petitions/office_data.html", context, status_code=error.status if error else 200)


def titles() -> dict[str, tuple[str, str]]:
    """What a kind is called, and what its file holds."""
    return {
        "categories": (
            _("Categories"),
            _("TOML: id, title, and nodes with title and words. Three levels, parted by dots."),
        ),
        "remits": (
            _("Remits and rules"),
            _(
                "TOML: the sources, the remits with the articles they stand on and the categories that are usually"
                " theirs, and rules: which words point where."
            ),
        ),
        "handlers": (
            _("Handlers"),
            _("TOML: who handles what, by remit and category. An own table has to fit the categories and remits."),
        ),
        "districts": (
            _("Outlines of districts"),
            _(
                "GeoJSON: a FeatureCollection with one Polygon or MultiPolygon for each district, in degrees;"
                " properties.name as the register writes it, other ways of writing it in properties.aliases."
            ),
        ),
    }


async def _matched(ctx: Ctx, actor: Actor) -> dict[str, Any] | None:
    """Which districts of the map the register knows, and which of the register's are not on the map."""
    drawing = await office_data.drawing(ctx)
    if drawing is None:
        return None
    written = [name for name in await situation.districts(ctx, actor) if name]
    known = drawing.by_name()
    met = {known[fold(name)].name for name in written if fold(name) in known}
    return {
        "drawing": drawing,
        "met": [place.name for place in drawing.places if place.name in met],
        "unmet": [place.name for place in drawing.places if place.name not in met],
        "elsewhere": [name for name in written if fold(name) not in known],
    }


@get("/data", guards=[requires(RULES)])
async def show_data(ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]) -> Page:
    return await data_page(ctx, actor)


@get("/data/{kind:str}/{version:int}", guards=[requires(RULES)])
async def download(kind: FromPath[str], version: FromPath[int], ctx: NamedDependency[Ctx]) -> Response[bytes]:
    """The file of a version; 0 is the one that comes with the plugin."""
    content = await office_data.content_of(ctx, kind, version) if kind in KINDS and version < 2**31 else None
    content = content or (KINDS[kind].text if kind in KINDS and (content == "" or version == 0) else None)
    if not content:
        raise NotFound(_("There is no such file."))
    ending = KINDS[kind].ending
    return attachment(f"{kind}-{version}.{ending}", content.encode(), "application/octet-stream")


@post("/data/{kind:str}", guards=[requires(RULES)], status_code=200)
async def put_data(
    request: AnyRequest, kind: FromPath[str], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Another file, an earlier version again, or what is shipped again."""
    if kind not in KINDS:
        raise NotFound(_("There is no such file."))
    form = await request.form()
    try:
        version = whole_number(form, "version")
        await office_data.replace(ctx, actor, kind, await _asked(ctx, form, kind), version)
    except (Invalid, Conflict) as error:
        return await data_page(ctx, actor, error, kind)
    if kind in ("categories", "remits"):
        await ctx.scheduling.run_now("petitions.learn", actor=actor)
    if kind == "districts":
        await districts.known(ctx)  # what is registered here goes by them at once
    return go_to(request, f"/petitions/data#{kind}")


async def _asked(ctx: Ctx, form: Any, kind: str) -> bytes:
    if text_of(form, "act") == "shipped":
        return b""
    if earlier := whole_number(form, "again"):
        content = await office_data.content_of(ctx, kind, earlier)
        if content is None:
            raise Conflict(_("There is no such file."))
        return content.encode()
    uploads = uploads_of(form, "file")
    raw = await uploads[0].read() if uploads else b""
    if not raw.strip():
        raise Invalid(_("Choose a file first."), fields={"file": _("Choose a file first.")})
    return raw


OFFICE_DATA_PAGES = (show_data, download, put_data)
