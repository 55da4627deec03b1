"""Which rule profile an office follows: its own, or that of the nearest office above, or what the settings name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from uuid import UUID

from msgspec import Struct

from huitang_petitions.clock import Limit, Profile, ProfileError, builtin_profiles, parse_profile
from huitang_petitions.services.access import Ctx, _
from huitang_petitions.tables import RuleProfile
from huitang_sdk.calendar import WorkingCalendar
from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.errors import Invalid


class Chosen(Struct, frozen=True):
    """What one office follows from a day on."""

    organisation_id: UUID
    valid_from: date
    profile: str
    content: str


class RuleBook(Struct, frozen=True):
    """What limits are reckoned with: the profiles of every office, as they were when it was read, and the working days.

    Plain data all of it, so another process can be handed it.
    """

    default: str
    chosen: Sequence[Chosen]
    above: Mapping[UUID, UUID | None]
    calendar: WorkingCalendar

    def profile_for(self, organisation_id: UUID, received: date) -> Profile:
        """The profile for what the office received on this day. ProfileError if a stored one can no longer be read."""
        unit: UUID | None = organisation_id
        while unit:
            own = [one for one in self.chosen if one.organisation_id == unit and one.valid_from <= received]
            if own:
                newest = max(own, key=lambda one: one.valid_from)
                return _read(newest.content) if newest.content else _shipped(newest.profile)
            unit = self.above.get(unit)
        return _shipped(self.default)

    def limits(self) -> Iterator[Limit]:
        """Every limit of every profile in use, an office's own last: for their titles."""
        profiles = [*builtin_profiles().values(), *(_read(one.content) for one in self.chosen if one.content)]
        for profile in profiles:
            yield from profile.limits


async def rule_book(ctx: Ctx) -> RuleBook:
    """The profiles as they stand now; inside a write it sees its changes."""
    rows = await ctx.db.fetch("SELECT organisation_id, valid_from, profile, content FROM petitions.rule_profile")
    above = {node.id: node.parent_id for node in await ctx.identity.organisations()} if rows else {}
    return RuleBook(ctx.settings.profile, [Chosen(**row) for row in rows], above, ctx.workflow.calendar)


async def choose(
    ctx: Ctx, actor: Actor, organisation_id: UUID, valid_from: date, *, profile: str = "", content: str = ""
) -> UUID:
    """Give an office a shipped profile by its id, or one of its own as TOML, for what it receives from a day on.

    Raises Invalid with every line of what is wrong with the profile. What was received before keeps its limits; limits
    of what was received since are computed anew by `limits.renew_all`.
    """
    try:
        found = parse_profile(content) if content.strip() else _shipped(profile)
    except ProfileError as error:
        raise Invalid(_("The profile cannot be used."), fields={"content": str(error)}) from None
    row = RuleProfile(
        organisation_id=organisation_id,
        valid_from=valid_from,
        profile=found.id,
        content=content if content.strip() else "",
        changed_at=ctx.clock.now(),
        changed_by=actor.account_id,
    )
    async with ctx.db.write(actor) as write:
        same = (RuleProfile.organisation_id == organisation_id) & (RuleProfile.valid_from == valid_from)
        await RuleProfile.delete().where(same)
        await RuleProfile.insert(row)
        detail = {"organisation": str(organisation_id), "valid_from": str(valid_from), "profile": found.id}
        await write.audit("petitions.rule.chosen", Ref("petitions.rule_profile", row.id), detail=detail)
    return row.id


def _shipped(profile: str) -> Profile:
    found = builtin_profiles().get(profile)
    if found is None:
        raise ProfileError(f"{profile}: no profile of this id is shipped; known: {', '.join(builtin_profiles())}")
    return found


@lru_cache(maxsize=64)
def _read(content: str) -> Profile:
    return parse_profile(content)
