"""How often strangers may write and look up, over pages and API together."""

from __future__ import annotations

from typing import Any

from litestar import Request

from huitang_petitions.services.access import Ctx
from huitang_sdk.contracts import Rate
from huitang_sdk.http import sender_of

AnyRequest = Request[Any, Any, Any]


async def take_letter(ctx: Ctx, request: AnyRequest) -> None:
    """Raises TooManyRequests: before anything is read of what was sent."""
    await ctx.limits.take("letters", sender_of(request), Rate(ctx.settings.letters_per_hour, 3600))
    await ctx.limits.take("letters-all", "", Rate(ctx.settings.tries_per_second, 1))


async def take_look_up(ctx: Ctx, request: AnyRequest) -> None:
    """Raises TooManyRequests: before anybody looks whether there is such a code."""
    await ctx.limits.take("look-up", sender_of(request), Rate(ctx.settings.look_ups_per_minute, 60))
    await ctx.limits.take("look-up-all", "", Rate(ctx.settings.tries_per_second, 1))
