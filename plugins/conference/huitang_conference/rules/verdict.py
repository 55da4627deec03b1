"""通过, 未通过 or 无效: a pure function of the numbers and the rules of the body."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from huitang_conference.rules.choosing import find_profile
from huitang_conference.rules.deciding import Terms, enough, quorum_of, remark, taking_part_of
from huitang_conference.rules.merging import check_date, check_manner, merging_void
from huitang_conference.rules.profile import Profile
from huitang_conference.rules.tally import Tally, tally
from huitang_conference.rules.verdict_case import Amendment, VerdictCase, Votes, check, presence
from huitang_conference.rules.verdict_result import ByHands, Notes, Verdict, Word, majority_of
from huitang_conference.rules.wording import unknown
from huitang_sdk.cases import CaseError, Problem


def verdict(case: VerdictCase, profile: Profile | None = None) -> Verdict:
    """Decide a case, by `profile` or else by the one the case names.

    CaseError names every value that cannot be: an unknown profile or rule, more votes than members present, and so on.

    >>> from huitang_conference.rules import verdict_case
    >>> result = verdict(verdict_case({"members": 61, "present": 40, "votes": {"for": 31}}))
    >>> result.verdict, result.needed
    ('通过', 31)
    """
    profile = profile or find_profile(case.profile)
    check(case, profile)
    terms = _terms(case, profile)
    return _persons(case, terms) if case.persons else _matter(case, terms)


def _terms(case: VerdictCase, profile: Profile, subject: str = "") -> Terms:
    """What a vote on `subject` (the case's own kind if empty) has to reach."""
    if case.majority is not None:
        return Terms(profile, "", case.majority, None)
    name = case.rule or profile.rule_for(subject or case.kind)
    if name not in profile.decisions:
        raise CaseError([Problem("$.rule", unknown(name, profile.decisions))])
    rule = profile.decisions[name]
    return Terms(profile, name, rule.share(), rule)


def _matter(case: VerdictCase, terms: Terms) -> Verdict:
    """One vote, after the votes on its amendments."""
    notes = Notes(terms.profile)
    amendments = [_amendment(case, terms, amendment) for amendment in case.amendments]
    void = _after_amendments(case.amendments, amendments, notes)
    if case.merged:
        void = merging_void(case, terms.profile, notes) or void
    check_manner(case, terms.profile, notes)
    assert case.votes is not None
    votes = tally(case.members, presence(case), case.votes, case.by_hands)
    done = _decided(case, terms, votes, notes, case.title, void)
    return msgspec.structs.replace(done, amendments=tuple(a for a in amendments if a is not None))


def _amendment(case: VerdictCase, terms: Terms, amendment: Amendment) -> Verdict | None:
    """The verdict on an amendment; None while there is none."""
    if amendment.withdrawn or amendment.votes is None:
        return None
    own = _terms(case, terms.profile, "amendment") if case.kind == "motion" else terms
    votes = tally(case.members, presence(case, amendment), amendment.votes)
    done = _decided(case, own, votes, Notes(terms.profile), amendment.title)
    return msgspec.structs.replace(done, kind="amendment", by_hands=None)


def _after_amendments(amendments: Sequence[Amendment], verdicts: Sequence[Verdict | None], notes: Notes) -> bool:
    """Say what became of the amendments; True if the matter itself cannot be voted on yet."""
    first, void = notes.profile.amendments_first, False
    for number, (amendment, done) in enumerate(zip(amendments, verdicts, strict=True), 1):
        title = amendment.title or str(number)
        if amendment.withdrawn:
            notes.because("verdict.amendment_withdrawn", title=title)
        elif done is not None and done.verdict != "无效":
            adopted = "verdict.amendment_adopted" if done.passed else "verdict.amendment_rejected"
            notes.because(adopted, first, title=title)
        elif first is None or not first.holds:
            notes.warn("verdict.amendment_pending_no_rule", title=title)
        else:
            void = True
            notes.because("verdict.amendment_pending" if done is None else "verdict.amendment_void", first, title=title)
            notes.unverified("amendments_first", first)
    return void


def _persons(case: VerdictCase, terms: Terms) -> Verdict:
    """A vote for each person, and what they come to together."""
    items = []
    for person in case.persons:
        votes = tally(case.members, presence(case, person), person.votes)
        items.append(_decided(case, terms, votes, Notes(terms.profile), person.name))
    words = [item.verdict for item in items]
    overall: Word = "部分通过"
    for word in ("通过", "无效", "未通过"):
        if set(words) == {word} or (word == "未通过" and "通过" not in words):
            overall = word
            break
    notes = Notes(terms.profile)
    passed, failed, void = (words.count(word) for word in ("通过", "未通过", "无效"))
    notes.because("verdict.one_by_one", terms.profile.merging, passed=passed, failed=failed, void=void)
    check_manner(case, terms.profile, notes)
    nobody = tally(case.members, (case.present, case.present_at_close), Votes(for_=0))
    whole = _decided(case, terms, nobody, notes, case.title)
    counts = dict.fromkeys(
        ("for_", "against", "abstain", "not_pressed", "fault", "not_recorded", "base_count", "needed")
    )
    common = next((item.needed for item in items if {i.needed for i in items} == {item.needed}), None)
    counts["needed"] = common
    articles = dict.fromkeys([*whole.articles, *(article for item in items for article in item.articles)])
    reasons = tuple(reason for reason in notes.reasons if reason.code not in _OF_ONE_VOTE)
    return msgspec.structs.replace(
        whole, passed=overall == "通过", verdict=overall, items=tuple(items), reasons=reasons, articles=tuple(articles),
        taking_part=None, **counts,
    )  # fmt: skip


_OF_ONE_VOTE = ("passed", "not_passed", "not_pressed", "not_raised", "took_part", "too_few_took_part", "absent_count")


def _decided(case: VerdictCase, terms: Terms, votes: Tally, notes: Notes, title: str, void: bool = False) -> Verdict:
    """The verdict on one vote."""
    check_date(case.date, terms.profile, notes)
    quorum = quorum_of(terms.profile, votes, notes)
    taking_part = taking_part_of(terms.profile, votes, notes)
    valid = not void and quorum.met and (taking_part is None or taking_part.met)
    passed = valid and enough(terms, votes, notes)
    remark(terms, votes, case.kind, notes, by_hands=case.manner == "hands")
    base_count = votes.base(terms.share.base)
    hands = case.by_hands
    return Verdict(
        passed=passed, verdict="通过" if passed else "未通过" if valid else "无效",
        title=title, profile=terms.profile.id, kind=case.kind,
        members=votes.members, present=votes.present, absent=votes.absent,
        base=terms.share.base, base_count=base_count, needed=terms.needed(base_count),
        for_=votes.votes_for, against=votes.against, abstain=votes.abstain, not_pressed=votes.not_pressed,
        fault=votes.fault, not_recorded=votes.not_recorded,
        majority=majority_of(terms.profile, terms.share, terms.rule, terms.name),
        quorum=quorum, taking_part=taking_part,
        by_hands=ByHands(for_=hands.for_, against=hands.against, abstain=hands.abstain) if hands else None,
        reasons=tuple(notes.reasons), warnings=tuple(notes.warnings),
        articles=notes.articles(terms.profile.quorum, terms.rule),
    )  # fmt: skip
