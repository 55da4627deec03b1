"""The log of a vote as a file, for `huitang conference verify` and any other verifier."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from huitang_conference.services.access import EXPORT, Ctx
from huitang_conference.services.voting.log import log_for
from huitang_sdk.contracts import Actor
from huitang_sdk.http import attachment, requires


@get("/votes/{poll_id:uuid}/log.jsonl", guards=[requires(EXPORT)])
async def poll_log(
    poll_id: FromPath[UUID], ctx: NamedDependency[Ctx], actor: NamedDependency[Actor]
) -> Response[bytes]:
    """Once its result has been announced."""
    log = await log_for(ctx, actor, poll_id)
    return attachment(f"vote-{poll_id}.jsonl", log.encode(), "application/x-ndjson")
