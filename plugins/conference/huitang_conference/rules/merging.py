"""Whether the persons of an appointment could be put to the vote together, and the manner it was taken in."""

from __future__ import annotations

from datetime import date

from huitang_conference.rules.profile import Profile
from huitang_conference.rules.verdict_case import VerdictCase
from huitang_conference.rules.verdict_result import Notes, base_noun
from huitang_conference.rules.wording import refuse, say


def merging_void(case: VerdictCase, profile: Profile, notes: Notes) -> bool:
    """True if the merged vote is void. CaseError when consent is needed and the case says nothing of it."""
    rule = profile.merging
    if rule is None:
        notes.warn("verdict.merge_no_rule")
        return False
    notes.unverified("merging", rule)
    if rule.merge == "separate":
        notes.because("verdict.merge_forbidden", rule)
        return True
    if rule.consent is None:
        notes.because("verdict.merged", rule, count=len(case.names))
        return False
    if case.merge_agreed is None:
        raise refuse("$.merge_agreed", "case.merge_consent_missing")
    consent = rule.consent
    total = case.present if consent.base == "present" else case.members
    needed, agreed = consent.needed(total), case.merge_agreed
    if agreed >= needed:
        notes.because("verdict.merge_agreed", consent, agreed=agreed, needed=needed)
        return False
    base, share = base_noun(profile, consent.base), consent.share().words()
    notes.because(
        "verdict.merge_not_agreed", consent, agreed=agreed, needed=needed, total=total, base=base, share=share
    )
    return True


def check_manner(case: VerdictCase, profile: Profile, notes: Notes) -> None:
    """Remark on a manner of voting that the rules do not provide for, or only when the devices fail."""
    voting = profile.voting_on(case.kind)
    if case.by_hands is not None:
        hands = case.by_hands
        numbers = {"votes": hands.for_, "against": hands.against, "abstain": hands.abstain}
        remote = profile.voting.get("remote") or profile.remote
        notes.because("verdict.remote", remote, **numbers)
        if remote is None:
            notes.warn("verdict.remote_no_rule")
    if case.manner is None or case.manner in voting.manners:
        return
    manner = say(f"manner.{case.manner}")
    if case.manner in voting.fallback:
        notes.because("verdict.fallback_used", voting, manner=manner)
        return
    manners = [say(f"manner.{name}") for name in voting.manners]
    notes.warn("verdict.manner_wrong", voting, kind=say(f"kind.{case.kind}"), manners=manners, manner=manner)


def check_date(on: date | None, profile: Profile, notes: Notes) -> None:
    """Remark on a profile that does not hold on the day of the vote."""
    if on is None and profile.valid_to is not None:
        notes.warn("verdict.ended", title=profile.title, last=profile.valid_to)
    if on is not None and not profile.holds_on(on):
        last = profile.valid_to or say("what.open_end")
        notes.warn("verdict.not_in_force", title=profile.title, date=on, first=profile.valid_from, last=last)
