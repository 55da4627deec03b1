"""Rule profiles: those that come with the plugin, and those an operator has written for a body of his own."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from msgspec import Struct

from huitang_conference.rules import (
    Profile,
    ProfileError,
    builtin_profiles,
    parse_profile,
    profile_to_json,
)
from huitang_conference.services.access import BODIES, Ctx, ref
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import Invalid, NotFound
from huitang_sdk.i18n import Translator

_ = Translator("conference")


class KnownProfile(Struct, frozen=True, kw_only=True):
    """A profile to choose from. `is_own`: written here, not one that comes with the plugin."""

    profile: Profile
    is_own: bool


async def profile_named(ctx: Ctx, profile_id: str) -> Profile:
    """The profile a body names. NotFound when it is gone."""
    known = builtin_profiles().get(profile_id)
    if known is not None:
        return known
    rows = await ctx.db.fetch("SELECT content FROM conference.profile WHERE id = $1", profile_id)
    if not rows:
        raise NotFound(_("There is no rule profile {id}.", id=profile_id))
    return parse_profile(rows[0]["content"], name=profile_id)


async def known_profiles(ctx: Ctx) -> list[KnownProfile]:
    """All profiles, those written here first."""
    rows = await ctx.db.fetch("SELECT id, content FROM conference.profile ORDER BY title")
    own = [KnownProfile(profile=parse_profile(row["content"], name=row["id"]), is_own=True) for row in rows]
    return [*own, *(KnownProfile(profile=profile, is_own=False) for profile in builtin_profiles().values())]


async def save_profile(ctx: Ctx, actor: Actor, text: str) -> Profile:
    """Keep an own profile, written as TOML or JSON; one of the same id is replaced.

    Meetings that were convened keep the rules they were convened under. Invalid names every mistake in the text.
    """
    ctx.permissions.require(actor, BODIES)
    try:
        profile = parse_profile(text, name=_("The profile"))
    except ProfileError as error:
        message = "\n".join(error.problems)
        raise Invalid(message, fields={"text": message}) from error
    if profile.id in builtin_profiles():
        message = _("{id} is a profile that comes with the plugin. Choose another id for your own.", id=profile.id)
        raise Invalid(message, fields={"text": message})
    async with ctx.db.write(actor) as write:
        await ctx.db.execute(
            """
            INSERT INTO conference.profile
                (id, body_kind, title, content, is_verified, valid_from, valid_to, updated_at, updated_by)
            VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9)
            ON CONFLICT (id) DO UPDATE SET body_kind = EXCLUDED.body_kind, title = EXCLUDED.title,
                content = EXCLUDED.content, is_verified = EXCLUDED.is_verified, valid_from = EXCLUDED.valid_from,
                valid_to = EXCLUDED.valid_to, updated_at = EXCLUDED.updated_at, updated_by = EXCLUDED.updated_by
            """,
            *(profile.id, profile.body, profile.title.zh, profile_to_json(profile), profile.quorum.verified),
            *(profile.valid_from, profile.valid_to, ctx.clock.now(), actor.account_id),
        )
        await write.audit(
            "conference.profile.saved", ref("profile", uuid5(NAMESPACE_URL, profile.id)), detail={"id": profile.id}
        )
    return profile
