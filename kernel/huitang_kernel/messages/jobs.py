"""Work at set times: erase recipients and texts that were kept long enough."""

from __future__ import annotations

from typing import Any

from huitang_sdk import PluginContext
from huitang_sdk.contracts import Ref, Run
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.declare import Job
from huitang_sdk.i18n import Translator

_ = Translator("messages")
BATCH = 5000
SENT = """
UPDATE messages.message SET recipient = NULL, recipient_index = NULL, text = NULL WHERE id IN (
    SELECT id FROM messages.message WHERE recipient IS NOT NULL AND changed_at < now() - make_interval(days => $1)
    AND state IN ('accepted', 'delivered', 'dead', 'skipped') LIMIT $2) RETURNING id
"""
HEARD = """
UPDATE messages.incoming SET sender = NULL, sender_index = NULL, text = NULL WHERE id IN (
    SELECT id FROM messages.incoming WHERE text IS NOT NULL AND heard_at < now() - make_interval(days => $1) LIMIT $2)
RETURNING id
"""
RECEIPTS = "DELETE FROM messages.receipt WHERE heard_at < now() - make_interval(days => $1)"


async def erase(ctx: PluginContext[Any], run: Run) -> str | None:
    """In batches, so that nobody waits for a lock; one audit record says how many."""
    days, erased = ctx.settings.keep_days, 0
    for sql in (SENT, HEARD):
        while True:
            async with ctx.db.write(SYSTEM) as write:
                count = len(await ctx.db.fetch(sql, days, BATCH))
                detail = {"count": count, "days": days}
                await write.audit("messages.message.erased", Ref("scheduling.run", run.id), detail=detail)
            erased += count
            if count < BATCH:
                break
    await ctx.db.execute(RECEIPTS, days)
    return _("{count} messages older than {days} days were erased.", count=erased, days=days)


JOBS = (Job("messages.erase", "Erase recipients and texts of old messages", erase, cron="40 3 * * *"),)
