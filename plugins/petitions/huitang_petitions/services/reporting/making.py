"""A report as it would be issued now: counted within the reader's reach, with the reader's own words."""

from __future__ import annotations

from huitang_petitions.services.access import Ctx
from huitang_petitions.services.naming import names
from huitang_petitions.services.reporting import marks
from huitang_petitions.services.reporting.composing import compose
from huitang_petitions.services.reporting.content import Content, Words
from huitang_petitions.services.reporting.drafting import draft_of
from huitang_petitions.services.reporting.marks import Counts
from huitang_petitions.services.reporting.signals import Unusual, bursts_in, topics_in
from huitang_petitions.services.reporting.spans import NOW, Period
from huitang_sdk.contracts import Actor


async def report_of(ctx: Ctx, actor: Actor, period: Period) -> Content:
    """The figures as they are now, and the actor's draft."""
    bursts = await bursts_in(ctx, actor, period.span)
    counts = {
        name: await marks.count(ctx, actor, span, [burst.mark for burst in bursts] if name == NOW else ())
        for name, span in period.spans().items()
    }
    return await composed(ctx, actor, period, counts, bursts, await draft_of(ctx, actor, period))


async def composed(
    ctx: Ctx, actor: Actor, period: Period, counts: dict[str, Counts], bursts: list[Unusual], words: Words
) -> Content:
    """The report made of counts, under the name of the actor's organisation."""
    named = await names(ctx)
    office = named.units.get(str(actor.organisation_id), "")
    return compose(period, office, counts, named, topics_in(counts, bursts), bursts, words)
