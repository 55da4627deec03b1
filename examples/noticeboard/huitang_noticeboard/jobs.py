"""Notices come down by themselves after their last day."""

from __future__ import annotations

from huitang_noticeboard.services import Context, take_down
from huitang_noticeboard.tables import Notice
from huitang_sdk.contracts import Run
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.declare import HealthStatus
from huitang_sdk.i18n import Translator

_ = Translator("noticeboard")


async def expired(ctx: Context) -> list[Notice]:
    """The notices that are still up after their last day."""
    found = Notice.objects().where((Notice.is_up == True) & (Notice.expires_on < ctx.clock.today()))  # noqa: E712
    return list(await found)


async def take_expired_down(ctx: Context, run: Run) -> str:
    """Take down what has expired; running it again finds nothing left."""
    notices = await expired(ctx)
    for notice in notices:
        await take_down(ctx, SYSTEM, notice.id, reason=f"expired on {notice.expires_on}")
    return f"{len(notices)}"


async def check_expired(ctx: Context) -> HealthStatus:
    """Notices that should be down by now mean that the job does not run."""
    left = len(await expired(ctx))
    return HealthStatus(
        ok=left == 0,
        message=_("{count} notices are still up after their last day.", count=left) if left else "",
        remedy=_("Look at the job “Take down expired notices” in the console.") if left else "",
    )
