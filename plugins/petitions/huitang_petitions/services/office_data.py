"""What an office keeps as files of its own in place of what comes with the plugin; the newest version holds.

One hall is one office's: its register, its figures and what is learnt from them need one set of categories and
districts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from huitang_petitions.judging.reading import shipped
from huitang_petitions.services import access, office_rules
from huitang_petitions.services.access import Ctx, _
from huitang_petitions.services.limits import said
from huitang_petitions.situation.outlines import Drawing, draw, parse_outlines
from huitang_petitions.tables import OfficeData
from huitang_sdk.cases import CaseError
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.db import Sql, new_id
from huitang_sdk.errors import Conflict, Invalid

MOST_BYTES = 4 * 1024 * 1024
MOST_TOLD = 20
NONE = UUID(int=0)
_drawings: dict[UUID, Drawing] = {}


class Version(Struct, frozen=True, kw_only=True):
    """One version of a file; `shipped` when it brought back what comes with the plugin."""

    id: UUID
    kind: str
    version: int
    shipped: bool
    changed_at: datetime
    changed_by: UUID | None


class Kind(Struct, frozen=True):
    """A kind of file: how its name ends, and the file that is shipped, if any."""

    ending: str
    shipped: str = ""

    @property
    def text(self) -> str:
        return shipped(self.shipped) if self.shipped else ""


KINDS = {
    "categories": Kind("toml", "categories.toml"),
    "remits": Kind("toml", "remits.toml"),
    "handlers": Kind("toml", "handlers.toml"),
    "districts": Kind("geojson"),
}


async def versions(ctx: Ctx) -> list[Version]:
    """Every version of every file, newest first."""
    rows = await ctx.db.fetch(
        "SELECT id, kind, version, content = '' AS shipped, changed_at, changed_by FROM petitions.office_data"
        " ORDER BY kind, version DESC"
    )
    return [Version(**row) for row in rows]


async def newest(ctx: Ctx, kind: str) -> tuple[UUID, int]:
    """Which version of a kind holds: its id and number; NONE and 0 when nothing was ever uploaded."""
    rows = await ctx.db.fetch(
        "SELECT id, version FROM petitions.office_data WHERE kind = $1 ORDER BY version DESC LIMIT 1", kind
    )
    return (rows[0]["id"], rows[0]["version"]) if rows else (NONE, 0)


async def content_of(ctx: Ctx, kind: str, version: int) -> str | None:
    """The text of a version; None when there is none such, "" when it brought back what is shipped."""
    rows = await ctx.db.fetch(
        "SELECT content FROM petitions.office_data WHERE kind = $1 AND version = $2", kind, version
    )
    return rows[0]["content"] if rows else None


async def replace(ctx: Ctx, actor: Actor, kind: str, raw: bytes, version: int) -> int:
    """Let a new file hold from now on; nothing in it brings back what is shipped. The number of the new version.

    Raises Invalid at the field `file` with every mistake of the file, Conflict when `version` is not the newest.
    """
    content = _text(raw)
    async with ctx.db.write(actor) as write:
        await ctx.db.execute("LOCK TABLE petitions.office_data IN SHARE ROW EXCLUSIVE MODE")
        await _check(ctx, kind, content)
        if (await newest(ctx, kind))[1] != version:
            raise Conflict(_("Somebody changed this in the meantime. Look at it again."))
        row = OfficeData(
            id=new_id(),
            kind=kind,
            version=version + 1,
            content=content,
            changed_at=ctx.clock.now(),
            changed_by=actor.account_id,
        )
        await OfficeData.insert(row)
        detail = {"kind": kind, "version": version + 1, "shipped": not content}
        await write.audit("petitions.office_data.replaced", Ref("petitions.office_data", row.id), detail=detail)
    return version + 1


def _text(raw: bytes) -> str:
    wrong = ""
    if len(raw) > MOST_BYTES:
        wrong = _("The file is larger than {limit} MB.", limit=MOST_BYTES // 1024 // 1024)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text, wrong = "", wrong or _("The file is not UTF-8 text.")
    if "\x00" in text:
        wrong = _("The file is not UTF-8 text.")
    if wrong:
        raise Invalid(wrong, fields={"file": wrong})
    return text.strip()


async def _check(ctx: Ctx, kind: str, content: str) -> None:
    told: list[str] = []
    if kind != "districts":
        found = await office_rules.check(ctx, kind, content)
        if found and found.kind != kind:
            told.append(_("With this file, “{title}” does not fit any more:", title=name_of(found.kind)))
        told += _told(found.error) if found else []
    elif content:
        try:
            draw(parse_outlines(content))
        except CaseError as error:
            told = _told(error)
    if told:
        raise Invalid(_("The file cannot be used."), fields={"file": "\n".join(told)})


def _told(error: CaseError) -> list[str]:
    """Every mistake with its place, a line each."""
    told = [f"{problem.path}: {said(problem.text)}" for problem in error.problems]
    more = [_("… and {count} more", count=len(told) - MOST_TOLD)] if len(told) > MOST_TOLD else []
    return told[:MOST_TOLD] + more


def name_of(kind: str) -> str:
    """What a kind of file is called."""
    names = {"categories": _("Categories"), "remits": _("Remits and rules"), "handlers": _("Handlers")}
    return names.get(kind) or _("Outlines of districts")


class Trouble(Struct, frozen=True):
    """What is wrong with an own file: why it is not used, and what is not suggested though it is. Each "" or () when
    all is well."""

    unused: str = ""
    mistakes: Sequence[str] = ()
    gaps: Sequence[str] = ()


async def troubles(ctx: Ctx, actor: Actor) -> dict[str, Trouble]:
    """What is wrong with the office's own files, by kind; matters are counted within the actor's reach."""
    own = await office_rules.own_files(ctx)
    found = office_rules.broken(own)
    if found is None:
        return await _gaps(ctx, actor, own)
    why = _("Not in use: what comes with the platform holds. Download the file, mend what is said here, give it again.")
    other = _("Not in use, because “{title}” cannot be used: mend that first.", title=name_of(found.kind))
    return {kind: Trouble(why, _told(found.error)) if kind == found.kind else Trouble(other) for kind in own}


async def _gaps(ctx: Ctx, actor: Actor, own: Mapping[str, str]) -> dict[str, Trouble]:
    if "remits" not in own:
        return {}
    holds = await office_rules.office(ctx)
    gaps = [
        _(
            "No remit here is “{title}” ({id}): what was learnt of such letters is not suggested. If one is it under"
            ' another id, write like = "{id}" there.',
            title=said(one.title),
            id=one.id,
        )
        for one in office_rules.missing_remits(holds.remits)
    ]
    gaps += [
        _(
            "The table of handlers knows nobody for “{title}” ({id}): no handler is suggested for it. Name one in a"
            " table of your own.",
            title=said(one.title),
            id=one.id,
        )
        for one in office_rules.unhandled(holds)
    ]
    gaps += [
        _(
            "{count} matters are sorted as “{id}”, which is no remit here: they show this id, and nothing is learnt"
            " of them.",
            count=row["count"],
            id=row["remit"],
        )
        for row in await _sorted_elsewhere(ctx, actor, holds.remits.ids)
    ]
    return {"remits": Trouble(gaps=gaps)} if gaps else {}


async def _sorted_elsewhere(ctx: Ctx, actor: Actor, known: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    sql = Sql(list(known))
    condition = await access.visible(ctx, actor, access.READ, sql)
    rows: Sequence[Mapping[str, Any]] = await ctx.db.fetch(
        "SELECT m.remit, count(*) AS count FROM petitions.matter m WHERE m.remit <> '' AND NOT m.remit = ANY($1)"
        f" AND {condition} GROUP BY m.remit ORDER BY m.remit LIMIT {MOST_TOLD}",
        *sql.values,
    )
    return rows


async def drawing(ctx: Ctx) -> Drawing | None:
    """The map of districts; None when the office gave no outlines."""
    id_, version = await newest(ctx, "districts")
    if id_ not in _drawings:
        content = await content_of(ctx, "districts", version)
        if not content:
            return None
        if len(_drawings) > 8:
            _drawings.clear()
        _drawings[id_] = draw(parse_outlines(content))
    return _drawings[id_]
