"""What the routes share: the problem every refusal is told as, and constraints of what comes in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from litestar import Request
from litestar.openapi.datastructures import ResponseSpec
from msgspec import UNSET, Meta, Struct, UnsetType

AnyRequest = Request[Any, Any, Any]
Short = Annotated[str, Meta(max_length=100)]
Line = Annotated[str, Meta(max_length=200)]
Text = Annotated[str, Meta(max_length=20_000)]
Name = Annotated[str, Meta(min_length=1, max_length=100)]

WHY = {
    400: "The request cannot be read: a value is of the wrong kind, too long, or missing. `fields` says which.",
    401: "Nobody is signed in.",
    403: "The permission is missing.",
    404: "There is no such thing, or it is not yours to see: the two look the same.",
    409: "The state of the matter does not allow it, or somebody was faster.",
    422: "Something is wrong with what was sent; `fields` says what, at each field.",
    429: "Too many tries; `Retry-After` says how many seconds to wait.",
}


class Problem(Struct, frozen=True, kw_only=True):
    """A refusal (RFC 9457). `type` is stable, `detail` is in the language of `Accept-Language`, `instance` finds it in
    the log of the office."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    fields: dict[str, str] | UnsetType = UNSET


def problems(*statuses: int) -> Mapping[int, ResponseSpec]:
    """The refusals of a route, for its description; every route can be asked wrongly (400)."""
    return {
        status: ResponseSpec(
            Problem, generate_examples=False, description=WHY[status], media_type="application/problem+json"
        )
        for status in (400, *statuses)
    }


STAFF = (401, 403)
"""How every route for staff refuses whoever may not come in."""
