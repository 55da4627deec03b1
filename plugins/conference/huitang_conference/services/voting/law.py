"""What the rules of the body say about putting something to the vote; refusals cite the article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from huitang_conference.rules.profile import Profile
from huitang_conference.rules.profiles import parse_profile
from huitang_conference.rules.quorum import QuorumResult, quorum
from huitang_conference.rules.sources import Ruled
from huitang_conference.services.access import Ctx, _
from huitang_conference.services.voting.choices import NAME_BYTES, Candidate
from huitang_sdk.errors import Conflict, Invalid

if TYPE_CHECKING:
    from huitang_conference.services.voting.polls import NewPoll

BY_KEY = ("device", "device_named")


def profile_of(meeting: Mapping[str, Any]) -> Profile:
    """The rules as they stood when the meeting was convened."""
    return parse_profile(meeting["profile"], name="profile")


def subject_of(kind: str, options: Mapping[str, Any]) -> str:
    """What the rules call the matter."""
    return str(options.get("subject") or ("appointment" if kind == "appointment" else kind))


def usual_manner(meeting: Mapping[str, Any], new: NewPoll) -> tuple[str, str]:
    """Manner and secrecy: as asked for, else the first way that the rules name for this matter."""
    if new.kind == "election":
        return new.manner or "key", new.secrecy or "secret"
    subject = subject_of(new.kind, new.options)
    first = profile_of(meeting).voting_on(subject).manners[0]
    manner = new.manner or ("hands" if first == "hands" else "key")
    usual = "secret" if first in ("device", "ballot") else "open"
    return manner, "open" if manner == "hands" else new.secrecy or usual


async def check_new(ctx: Ctx, meeting: Mapping[str, Any], new: NewPoll, names: Sequence[Candidate]) -> None:
    """Raises Invalid for what cannot be put to the vote like this."""
    wrong: dict[str, str] = {}
    if not new.title.strip():
        wrong["title"] = _("Give the vote a title.")
    if new.seconds is not None and not 5 <= new.seconds <= 3600:
        wrong["seconds"] = _("A timed vote takes between 5 seconds and an hour.")
    if len({name.id for name in names}) != len(names) or len({name.name for name in names}) != len(names):
        wrong["names"] = _("A name is on the list twice.")
    if any(not name.name or len(name.name.encode()) > NAME_BYTES for name in names):
        wrong["names"] = _("A name is empty or too long.")
    if new.kind == "election":
        wrong |= _election(new, names)
        if profile_of(meeting).elections is None:
            wrong["kind"] = _("The rules of this body know no elections.")
    elif new.kind == "amendment":
        await _amends(ctx, meeting, new, wrong)
    elif new.kind == "appointment":
        _merging(meeting, new, names, wrong)
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)


def _election(new: NewPoll, names: Sequence[Candidate]) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not 1 <= new.seats <= 200:
        wrong["seats"] = _("Say how many are to be elected.")
    if not names:
        wrong["names"] = _("An election needs candidates.")
    if new.secrecy == "open":
        wrong["secrecy"] = _("Elections are held by secret ballot.")
    if new.manner == "hands":
        wrong["manner"] = _("Elections are held by secret ballot, not by show of hands.")
    return wrong


async def _amends(ctx: Ctx, meeting: Mapping[str, Any], new: NewPoll, wrong: dict[str, str]) -> None:
    rows = await ctx.db.fetch(
        "SELECT 1 FROM conference.poll WHERE id = $1 AND meeting_id = $2 AND kind = 'motion' AND state = 'prepared'",
        new.amends_id,
        meeting["id"],
    )
    if not rows:
        wrong["amends_id"] = _("An amendment names the motion it amends, which has not been voted on yet.")


def _merging(meeting: Mapping[str, Any], new: NewPoll, names: Sequence[Candidate], wrong: dict[str, str]) -> None:
    profile = profile_of(meeting)
    rule = profile.merging
    if len(names) < 2 or rule is None or rule.merge == "allowed":
        return
    if rule.merge == "separate":
        wrong["names"] = _("The rules want appointments voted on one by one ({article}).", article=cited(profile, rule))
        return
    agreed = int(new.options.get("merge_agreed") or 0)
    needed = rule.consent.needed(meeting["members_total"]) if rule.consent and rule.consent.base == "members" else 1
    if agreed < needed:
        told = _("Merging appointments needs the consent of the members ({article}); say how many agreed.",
                 article=cited(profile, rule))  # fmt: skip
        wrong["names"] = told


def cited(profile: Profile, rule: Ruled | None) -> str:
    """The article as it is shown; empty where the profile names none."""
    citation = profile.cite(rule)
    return citation.text if citation is not None else ""


def quorum_now(meeting: Mapping[str, Any], present: int) -> QuorumResult:
    """The quorum of a meeting with so many members present."""
    return quorum(profile_of(meeting), max(meeting["members_total"], present, 1), present)


def require_quorum(meeting: Mapping[str, Any], present: int) -> QuorumResult:
    """Raises Conflict below the quorum, naming the article."""
    found = quorum_now(meeting, present)
    if not found.met:
        article = found.article.text if found.article is not None else ""
        raise Conflict(
            _(
                "No vote can be opened: {present} of {total} members are present, {needed} are needed ({article}).",
                present=present,
                total=meeting["members_total"],
                needed=found.needed,
                article=article,
            )
        )
    return found


PENDING = """
SELECT title FROM conference.poll WHERE amends_id = $1 AND state IN ('prepared', 'open') ORDER BY position LIMIT 1
"""


async def require_amendments_done(ctx: Ctx, meeting: Mapping[str, Any], poll: Mapping[str, Any]) -> None:
    """Amendments are voted on before the motion. Raises Conflict naming the one that waits, and the article."""
    profile = profile_of(meeting)
    first = profile.amendments_first
    if poll["kind"] != "motion" or (first is not None and not first.holds):
        return
    rows = await ctx.db.fetch(PENDING, poll["id"])
    if rows:
        told = _("The amendment “{title}” is voted on first ({article}).",
                 title=rows[0]["title"], article=cited(profile, first))  # fmt: skip
        raise Conflict(told)
