"""Papers that come after the matter is registered."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from huitang_petitions.services import papers
from huitang_petitions.services.access import REGISTER, Ctx, matter_for, ref
from huitang_petitions.services.submission import NewPaper
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Invalid
from huitang_sdk.i18n import Translator

_ = Translator("petitions")


async def file_papers(
    ctx: Ctx, actor: Actor, matter_id: UUID, new: Sequence[NewPaper], *, shown: bool = False, side: str = "office"
) -> int:
    """Put papers to a matter; `shown` ones the petitioner gets with the code. Raises Invalid (field "papers") for none,
    and what `access.matter_for` raises.
    """
    if not new:
        raise Invalid(_("Choose a file first."), fields={"papers": _("Choose a file first.")})
    async with ctx.db.write(actor) as write:
        await matter_for(ctx, actor, matter_id, REGISTER, lock=True)
        count = await papers.keep(ctx, actor, matter_id, new, side=side, shown=shown)
        await write.audit("petitions.paper.filed", ref(matter_id), detail={"papers": count, "shown": shown})
    return count
