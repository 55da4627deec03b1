"""The draw: the same for the same key, as large as it should be, and growing with the share."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from huitang_petitions.services.closing.sampling import cause_of, drawn
from huitang_petitions.settings import PetitionsSettings

KEYS = st.binary(min_size=16, max_size=32)
PERCENT = st.integers(0, 100)


@given(KEYS, st.uuids(), st.integers(1, 99), PERCENT, PERCENT)
def test_the_same_key_draws_the_same_and_a_larger_share_keeps_what_a_smaller_drew(key, matter, round_, one, two):
    few, many = sorted((one, two))
    assert drawn(key, matter, round_, few) == drawn(key, matter, round_, few)
    assert drawn(key, matter, round_, many) or not drawn(key, matter, round_, few)
    assert not drawn(key, matter, round_, 0)
    assert drawn(key, matter, round_, 100)


@given(KEYS, PERCENT)
def test_the_share_stays_within_six_standard_deviations(key, percent):
    size = 2000
    count = sum(drawn(key, UUID(int=number), 1, percent) for number in range(size))
    expected, spread = size * percent / 100, (size * percent / 100 * (1 - percent / 100)) ** 0.5
    assert abs(count - expected) <= 6 * spread


@given(KEYS, st.uuids(), st.booleans(), st.booleans(), st.booleans(), st.integers(1, 30), PERCENT)
def test_rules_come_before_the_draw_and_can_be_switched_off(key, matter, urgent, late, bad, people, percent):
    row = {"id": matter, "round": 1, "urgent": urgent, "late": late, "bad": bad, "people": people}
    settings = PetitionsSettings(visit_percent=percent)
    met = [urgent, late, bad, people > settings.visit_joint_above]
    cause = cause_of(settings, key, row)
    assert (cause in settings.visit_rules) == any(met)
    if any(met):
        assert met[settings.visit_rules.index(cause)]
    none = PetitionsSettings(visit_percent=percent, visit_rules=())
    assert cause_of(none, key, row) == ("sample" if drawn(key, matter, 1, percent) else "")
