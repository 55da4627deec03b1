"""How often somebody may try something, on all nodes together."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class Rate(Struct, frozen=True):
    """`count` times in `seconds`, counted from the first of them; then it is refused until the seconds are over."""

    count: int
    seconds: int


class Limits(Protocol):
    """The plugin's own limits; `ctx.limits`.

    `name` is the plugin's word for what is limited ("look-up"), `who` is whoever is counted: an address
    (`huitang_sdk.http.sender_of`), a phone number, "" for everybody together. Only a keyed digest of both is kept. A
    limit is no lock-out of an account, and no proof of anything: it makes guessing and flooding slow.

        await ctx.limits.take("look-up", sender_of(request), Rate(30, 60))
        await ctx.limits.take("look-up-all", "", Rate(2000, 1))
    """

    async def take(self, name: str, who: str, rate: Rate, *, strict: bool = False) -> None:
        """Count one try. Raises TooManyRequests, with the seconds to wait, when there were `rate.count` already.

        It is counted in memory (microseconds) and told to the other nodes within a second: several nodes together may
        let a few more through while they hear of one another. `strict` asks the database first, for what is rare and
        costs money: never one too many, on any number of nodes. In an open write it counts all the same, and is not
        taken back with it. A refused try is not counted.
        """

    async def wait(self, name: str, who: str, rate: Rate) -> int:
        """In how many seconds the next try would be let through, as this node knows it; 0: now. Counts nothing."""
