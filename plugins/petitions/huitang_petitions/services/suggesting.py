"""Suggestions for the register: the suggester of this office, learnt anew each night from what people have decided.

What is kept is a model of hashed features in the platform's file store (`services.learnt`): no word of any letter, and
no matter of a whistle-blower among those learnt from. Every process asks which version holds and reads it when it
changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from msgspec import structs

from huitang_petitions.judging.answers import Answer
from huitang_petitions.services import learnt, office_rules
from huitang_petitions.services.access import Ctx
from huitang_petitions.services.confirming import reached_counts
from huitang_petitions.services.learnt import Learnt, Right
from huitang_sdk.cases import Text
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import NotFound

if TYPE_CHECKING:
    from huitang_petitions.judging.handlers import Handlers
    from huitang_petitions.judging.handling import Confirmed
    from huitang_petitions.judging.letters import Example
    from huitang_petitions.judging.model import Model
    from huitang_petitions.judging.office import Office
    from huitang_petitions.judging.suggesting import Suggester, Suggestion

MOST = 5000
"""So many of the newest decided matters are learnt from."""
MEASURED_SYNTHETIC, FEWEST_DECIDED = 600, 20
"""How many synthetic letters a version is measured on, and how many decided matters it takes to measure on those."""
_kept: dict[Path, tuple[tuple[UUID | None, ...], Suggester]] = {}
_learning = asyncio.Lock()


async def suggest_for(ctx: Ctx, subject: str, text: str, actor: Actor | None = None) -> Suggestion:
    """Whose matter it is, what it is about, who should handle it: ranked, with reasons. A person confirms.

    The first call of a process reads the model, or learns it (some ten seconds, on a thread) where there is none yet.
    The ids of handlers are those of the table or, where matters were confirmed, of organisations. For an `actor` only
    matters within reach count as confirmed.
    """
    known = await suggester(ctx)
    found = await asyncio.to_thread(known.suggest, subject, text)
    if actor is None:
        return found
    remits, categories = ({one.id: one.probability for one in to.choices} for to in (found.remit, found.category))
    return structs.replace(found, handler=await _handler_for(ctx, actor, remits, categories))


async def suggester(ctx: Ctx) -> Suggester:
    """The suggester as last learnt, on whatever node."""
    async with _learning:
        newest = await learnt.newest(ctx)
        stamp = (newest.id if newest else None, *await office_rules.stamp_of(ctx))
        kept = _kept.get(ctx.folder)
        if kept is None or kept[0] != stamp:
            kept = (stamp, await _made(ctx, newest))
            _kept[ctx.folder] = kept
    return kept[1]


async def _made(ctx: Ctx, newest: Learnt | None) -> Suggester:
    from huitang_petitions.judging.suggesting import Suggester

    office = await office_rules.office(ctx)
    model = await _model(ctx, newest, office)
    confirmed = await confirmed_counts(ctx)
    return Suggester(model, office.tree, office.remits, await _handlers(ctx, confirmed), confirmed)


async def usual_handler(ctx: Ctx, actor: Actor, remit: str, category: str) -> Answer:
    """Who handles such matters, once people have decided what it is. It needs no model, and is asked on every page."""
    office = await office_rules.office(ctx)
    if category not in office.tree.nodes or remit not in office.remits.ids:
        return Answer(sure=False, choices=())
    return await _handler_for(ctx, actor, {remit: 1.0}, {category: 1.0})


async def _handler_for(ctx: Ctx, actor: Actor, remits: Mapping[str, float], categories: Mapping[str, float]) -> Answer:
    from huitang_petitions.judging.handling import Handling

    office = await office_rules.office(ctx)
    confirmed = await reached_counts(ctx, actor, list(remits), list(categories))
    handling = Handling(office.tree, office.remits, await _handlers(ctx, confirmed), confirmed)
    return handling.answer(remits, categories)


async def _handlers(ctx: Ctx, confirmed: Sequence[Confirmed]) -> Handlers:
    """The office's table, in which organisations of the platform have their own ids, as those confirmed have."""
    from huitang_petitions.judging.handlers import Handler

    table = (await office_rules.office(ctx)).handlers
    units = await ctx.identity.organisations()
    ids = {unit.name: str(unit.id) for unit in units}
    known = {ids.get(handler.unit, id_): handler for id_, handler in table.handlers.items()}
    names = {str(unit.id): unit.name for unit in units}
    for one in confirmed:
        name = names[one.handler]
        known.setdefault(one.handler, Handler(title=Text(name, name), remits=()))
    return structs.replace(table, handlers=known)


async def _model(ctx: Ctx, newest: Learnt | None, office: Office) -> Model:
    """The model of the version that holds, where it knows the office's categories and remits; else the one learnt from
    what the plugin brings, which is the same on every node.
    """
    from huitang_petitions.judging.letters import phrases
    from huitang_petitions.judging.model import unpacked
    from huitang_petitions.judging.store import model_of

    if newest:
        try:
            model = await asyncio.to_thread(unpacked, await learnt.bytes_of(ctx, newest))
            turns = {office.remits.known_as(remit) for remit in phrases().turns}
            if set(model.categories.labels) <= set(office.tree.nodes) and turns <= set(model.turns.labels):
                return model
        except (NotFound, ValueError) as error:
            ctx.log.warning("version %d of the suggester cannot be read: %s", newest.version, error)
    return await asyncio.to_thread(model_of, office.tree, office.remits, (), ctx.folder)


async def confirmed_counts(
    ctx: Ctx, remit: str = "", category: str = "", without: Collection[UUID] = ()
) -> list[Confirmed]:
    """Who handled how many matters of each remit and category, or of these, of those that people have decided; not
    counting the matters `without`.
    """
    from huitang_petitions.judging.handling import Confirmed

    known = {node.id for node in await ctx.identity.organisations()}
    rows = await ctx.db.fetch(
        """
        SELECT remit, category, handler_id, count(*) AS count FROM petitions.matter
        WHERE remit <> '' AND category <> '' AND handler_id IS NOT NULL AND NOT whistle
            AND ($1 = '' OR remit = $1) AND ($2 = '' OR category = $2) AND NOT (id = ANY($3)) GROUP BY 1, 2, 3
        """,
        *(remit, category, list(without)),
    )
    return [
        Confirmed(row["remit"], row["category"], str(row["handler_id"]), row["count"])
        for row in rows
        if row["handler_id"] in known
    ]


async def learn_anew(ctx: Ctx) -> int:
    """Learn from the letters the plugin brings and from the office's decided matters; how many those were.

    The version that held until now is asked about the matters decided since: what it says of those, which it has not
    seen, is how good suggestions are in this office.
    """
    from huitang_petitions.judging.learning import learn
    from huitang_petitions.judging.model import packed, unpacked

    examples = await _decided(ctx)
    before = await learnt.newest(ctx)
    seen = await learnt.decided_of(ctx, before)
    new = {id_: example for id_, example in examples.items() if id_ not in seen}
    # Who handled the new ones is what will be asked: that must not have been counted before.
    held = await _with_counts(ctx, await suggester(ctx), await confirmed_counts(ctx, without=new))
    office = await office_rules.office(ctx)

    def work() -> tuple[bytes, list[Right]]:
        raw = packed(learn(office.tree, office.remits, list(examples.values())))
        return raw, _measured(_with(held, unpacked(raw)), held, list(new.values()), before)

    raw, measured = await asyncio.to_thread(work)
    await learnt.keep(ctx, raw, list(examples), measured)
    return len(examples)


async def _with_counts(ctx: Ctx, held: Suggester, confirmed: Sequence[Confirmed]) -> Suggester:
    from huitang_petitions.judging.suggesting import Suggester

    return Suggester(held.model, held.tree, held.remits, await _handlers(ctx, confirmed), confirmed)


def _with(held: Suggester, model: Model) -> Suggester:
    from huitang_petitions.judging.suggesting import Suggester

    return Suggester(model, held.tree, held.remits, held.handlers)


def _measured(made: Suggester, held: Suggester, new: list[Example], before: Learnt | None) -> list[Right]:
    """The new model on letters nobody learnt from; the old one on what was decided since, or what was said of it."""
    from huitang_petitions.judging.letters import MEASURED_ON, handwritten, synthetic
    from huitang_petitions.judging.measuring import measure

    rows = [
        *measure(made, "synthetic", list(synthetic(MEASURED_SYNTHETIC, MEASURED_ON))),
        *measure(made, "handwritten", handwritten()),
    ]
    if len(new) >= FEWEST_DECIDED:
        rows += measure(held, "decided", new)
    found = [msgspec.convert(structs.asdict(row), Right) for row in rows]
    if len(new) < FEWEST_DECIDED and before:
        found += [one for one in before.measured if one.set == "decided"]
    return found


async def _decided(ctx: Ctx) -> Mapping[UUID, Example]:
    from huitang_petitions.judging.letters import Example

    rows = await ctx.db.fetch(
        """
        SELECT id, subject, body, remit, category, handler_id FROM petitions.matter
        WHERE remit <> '' AND category <> '' AND NOT whistle AND body <> ''
        ORDER BY received_at DESC LIMIT $1
        """,
        MOST,
    )

    def opened(name: str, row_id: UUID, sealed: bytes) -> str:
        return ctx.personal.unseal(f"matter.{name}", row_id, sealed) if sealed else ""

    return {
        row["id"]: Example(
            subject=opened("subject", row["id"], row["subject"]),
            text=opened("body", row["id"], row["body"]),
            remit=row["remit"],
            category=row["category"],
            handler=str(row["handler_id"] or ""),
        )
        for row in rows
    }
