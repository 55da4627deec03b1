"""What a gateway is given, and how a try can end. No exception carries an address or a text: they get into logs."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


class Outgoing(Struct, frozen=True):
    """One message on its way. `round` counts how often an operator had it sent again, from 1."""

    id: UUID
    round: int
    address: str
    text: str
    wechat_template: str = ""

    @property
    def reference(self) -> str:
        """Our name of this round of the message; the same at every try, so also its idempotency key."""
        return f"{self.id}-{self.round}"

    def __repr__(self) -> str:
        """Without address and text."""
        return f"Outgoing({self.reference})"


class NotSent(Exception):
    """The try has failed. `code` is a stable word of ours or the gateway's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Refused(NotSent):
    """The gateway will never send this: dead at once."""


class PutOff(NotSent):
    """It was certainly not taken, and may be later; `after` is how many seconds the gateway asks for."""

    def __init__(self, code: str, after: float = 0.0) -> None:
        super().__init__(code)
        self.after = after


class Unreachable(PutOff):
    """Nobody is there, or we are not let in: it was certainly not taken, and others will not be, either."""


class Unsure(NotSent):
    """Nobody knows whether it was taken: the answer was lost, late, or makes no sense."""


class Gateway(Protocol):
    """One way out."""

    def memory(self, message: Outgoing) -> timedelta:
        """How long the gateway knows that it has this message; zero when it never does."""

    async def deliver(self, message: Outgoing) -> str:
        """Hand it over; returns the gateway's own id of it. Raises NotSent."""

    async def close(self) -> None:
        """Let go of connections."""


def still_known(gateway: Gateway, message: Outgoing, age: timedelta, seconds: float) -> bool:
    """Whether a gateway that may have had the message for `age` would still recognise it so many seconds from now."""
    return age + timedelta(seconds=seconds) < gateway.memory(message)


def safe_code(value: Any, otherwise: str) -> str:
    """A gateway's code if it looks like one, else `otherwise`: free text may quote the number or the message, and a
    long run of digits may be the number.

    >>> safe_code("bad-number", "refused"), safe_code("13800001234 is wrong", "refused"), safe_code("13800001234", "x")
    ('bad-number', 'refused', 'x')
    """
    text = str(value)
    return text if _CODE.fullmatch(text) and not re.search(r"\d{7}", text) else otherwise


class Hearing(Struct, frozen=True):
    """A receipt: `status` delivered or undelivered. `reference` is "" where the gateway knows its own id only."""

    gateway_id: str
    reference: str
    status: str
    code: str
    at: datetime
