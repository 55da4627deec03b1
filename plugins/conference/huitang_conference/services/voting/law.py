"""What the rules of the body say about putting something to the vote; refusals cite the article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from huitang_conference.rules.profile import Profile
from huitang_conference.rules.quorum import QuorumResult, quorum
from huitang_conference.rules.sources import Ruled
from huitang_conference.rules.verdict import verdict
from huitang_conference.rules.verdict_case import verdict_case
from huitang_conference.services.access import Ctx, _
from huitang_conference.services.voting.cases import count_election, election_of, profile_of, subject_of
from huitang_conference.services.voting.choices import NAME_BYTES, Candidate
from huitang_sdk.cases import CaseError
from huitang_sdk.errors import Conflict, Invalid
from huitang_sdk.i18n import current_locale

if TYPE_CHECKING:
    from huitang_conference.services.voting.polls import NewPoll

BY_KEY = ("device", "device_named")


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
    if not wrong and meeting["members_total"]:
        _trial(meeting, new, names, wrong)
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
    if not new.options.get("merge_agreed"):
        told = _("Merging appointments needs the consent of the members ({article}); say how many agreed.",
                 article=cited(profile, rule))  # fmt: skip
        wrong["names"] = told


def _trial(meeting: Mapping[str, Any], new: NewPoll, names: Sequence[Candidate], wrong: dict[str, str]) -> None:
    """Let the rules look at the matter with nobody having voted: what they refuse is known before, not at the close."""
    people = meeting["members_total"]
    poll = {"seats": new.seats, "title": new.title, "options": msgspec.json.encode(new.options),
            "names": msgspec.json.encode(names)}  # fmt: skip
    try:
        if new.kind == "election":
            count_election(meeting, election_of(meeting, poll, present=people, papers=[]))
            return
        case = {"members": people, "present": people, "votes": {"for": 0}, "kind": subject_of(new.kind, new.options)}
        rule = {"rule": new.options["rule"]} if new.options.get("rule") else {}
        verdict(verdict_case(case | rule), profile_of(meeting))
    except CaseError as error:
        text = error.problems[0].text
        wrong["options"] = text.zh if current_locale() == "zh-CN" else text.en


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


def require_consent(meeting: Mapping[str, Any], poll: Mapping[str, Any], present: int) -> None:
    """Appointments are merged only if enough members agreed to it. Raises Conflict, naming the article."""
    profile = profile_of(meeting)
    rule = profile.merging
    if poll["kind"] != "appointment" or rule is None or rule.consent is None:
        return
    if len(msgspec.json.decode(poll["names"])) < 2:
        return
    total = present if rule.consent.base == "present" else meeting["members_total"]
    agreed, needed = msgspec.json.decode(poll["options"]).get("merge_agreed", 0), rule.consent.needed(total)
    if not needed <= agreed <= present:
        told = _("{agreed} of {total} members agreed to merge the appointments, {needed} are needed ({article}).",
                 agreed=agreed, total=total, needed=needed, article=cited(profile, rule.consent))  # fmt: skip
        raise Conflict(told)


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
