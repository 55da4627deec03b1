"""Residents: people of the public who signed in with a code sent to their phone.

A resident is no account: no role, no grants, no part of any organisation. What a resident may see is what a page shows
to `resident_of(request)`, and the page must ask for that resident's rows only.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from huitang_sdk.contracts.events import Event


class Resident(Struct, frozen=True, kw_only=True):
    """Whoever holds the phone. `phone` is masked ("138****0000"), enough to know one's own by.

    A number that its holder gave up goes to somebody else, who signs in to the same resident. `held_since` is the
    moment from which it was the same person as far as can be told: what is older may be another's, and whoever shows it
    asks for something that only its owner has (None: nothing is known against it).
    """

    id: UUID
    phone: str
    locale: str = "zh-CN"
    session_id: UUID | None = None
    held_since: datetime | None = None


class ResidentDeleted(Event, frozen=True, tag="identity.resident.deleted"):
    """A resident took his or her account away. What the law keeps stays; it belongs to nobody's account from now on."""

    resident_id: UUID


class Residents(Protocol):
    """Looking up residents; `ctx.residents`. Who is behind a request, `huitang_sdk.http.resident_of` knows."""

    async def resident(self, resident_id: UUID) -> Resident | None:
        """One resident, or None, also once the account was deleted."""

    async def phone(self, resident_id: UUID) -> str:
        """The phone number in clear ("13800000000"), to send to, or to seal with what the resident hands in. Raises
        NotFound. Show it masked.
        """
