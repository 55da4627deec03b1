"""Sorting a matter: its statutory kind, whose remit it is, what it is about. A person decides; a model may suggest."""

from __future__ import annotations

from uuid import UUID

from huitang_petitions.judging.answers import Answer
from huitang_petitions.services import access, districts, learnt, limits
from huitang_petitions.services.access import Ctx, _
from huitang_petitions.services.learnt import Right
from huitang_petitions.services.office_rules import office, office_from
from huitang_petitions.services.submission import KINDS
from huitang_petitions.services.suggesting import suggest_for, usual_handler
from huitang_petitions.services.validating import SHORT
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Invalid


async def remit_choices(ctx: Ctx) -> list[tuple[str, str]]:
    """(id, title) of every remit."""
    return [(remit.id, limits.said(remit.title)) for remit in (await office(ctx)).remits.remits]


async def category_choices(ctx: Ctx) -> list[tuple[str, str]]:
    """(path, titles from the top) of every category."""
    tree = (await office(ctx)).tree
    return [(path, limits.said(tree.titles(path))) for path in tree.nodes]


async def sort(
    ctx: Ctx, actor: Actor, matter_id: UUID, *, kind: str, remit: str, category: str, district: str | None = None
) -> None:
    """Put on record what somebody decided; the kind decides which limits there are, so they are reckoned anew.

    `district` is one of the outlines, by any of its names, or another one; None leaves it as it is.
    Raises Invalid at the field for what is none, and what `access.matter_for` raises.
    """
    wrong: dict[str, str] = {}
    if kind and kind not in KINDS:
        wrong["kind"] = _("Choose one of the list.")
    if remit and remit not in (await office(ctx)).remits.ids:
        wrong["remit"] = _("Choose one of the list.")
    if category and category not in (await office(ctx)).tree.nodes:
        wrong["category"] = _("Choose one of the list.")
    if district is not None:
        district = (await districts.known(ctx)).own_name(district)
        if len(district) > SHORT:
            wrong["district"] = _("At most {count} characters.", count=SHORT)
        elif "\0" in district:
            wrong["district"] = _("There is a character that cannot be kept.")
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    async with ctx.db.write(actor) as write:
        row = await access.matter_for(ctx, actor, matter_id, access.DECIDE, lock=True)
        after = {"kind": kind, "remit": remit, "category": category}
        after["district"] = row["district"] if district is None else district
        before = {name: row[name] for name in after}
        await ctx.db.execute(
            "UPDATE petitions.matter SET kind = $2, remit = $3, category = $4, district = $5, updated_at = $6,"
            " version = version + 1 WHERE id = $1",
            *(matter_id, *after.values(), ctx.clock.now()),
        )
        if kind != row["kind"]:
            await limits.renew(ctx, {**row, "kind": kind})
        await write.audit("petitions.matter.sorted", access.ref(matter_id), detail={"before": before, "after": after})


async def suggestion_for(ctx: Ctx, actor: Actor, matter_id: UUID) -> dict[str, list[dict[str, object]]]:
    """What the model thinks: for remit, category and handler up to three choices with probability and reasons."""
    row = await access.matter_for(ctx, actor, matter_id, access.DECIDE)
    subject, body = (ctx.personal.unseal(f"matter.{column}", matter_id, row[column]) for column in ("subject", "body"))
    found = await suggest_for(ctx, subject, body, actor)
    version = await learnt.newest(ctx)
    brought = {one.question: one for one in await _brought(ctx)}
    answers = (("remit", found.remit), ("category", found.category), ("handler", found.handler))
    right = {name: version.right(name) if version else None for name, _answer in answers}
    number = version.version if version else 0
    return {name: _shown(answer, number, right[name] or brought.get(name)) for name, answer in answers}


async def _brought(ctx: Ctx) -> tuple[Right, ...]:
    """The figures measured on what comes with the platform; none where the office judges by rules of its own."""
    return learnt.shipped_figures() if await office(ctx) == office_from({}) else ()


async def handlers_for(ctx: Ctx, actor: Actor, remit: str, category: str) -> list[dict[str, object]]:
    """Who handles such matters, once somebody has decided what it is: nothing before that."""
    return _shown(await usual_handler(ctx, actor, remit, category)) if remit and category else []


def _shown(answer: Answer, version: int = 0, right: Right | None = None) -> list[dict[str, object]]:
    return [
        {
            "id": choice.id,
            "title": limits.said(choice.title),
            "percent": round(choice.probability * 100),
            "reasons": [limits.said(reason) for reason in choice.reasons],
            "sure": answer.sure,
            "version": version,
            "right": right,
        }
        for choice in answer.choices
    ]
