"""How well matching does, by variation: on letters written by hand, and on synthetic ones it was not fitted to."""

from __future__ import annotations

import pytest

from huitang_petitions.letters import matching_set
from tests.plugins.petitions.matching.measure import (
    Measured,
    by_hand,
    hard_pool,
    hard_set,
    measure,
    of_an_office,
    of_strangers,
    scanned,
)

pytestmark = pytest.mark.xdist_group("matching")


@pytest.fixture(scope="module")
def written() -> Measured:
    return measure(by_hand(among=300))


@pytest.fixture(scope="module")
def made_up() -> Measured:
    return measure(matching_set(400, seed=2041))


def test_letters_written_by_hand_are_found(written):
    assert written.recall >= 0.95, written.missed
    assert written.precision >= 0.92, written.wrong


@pytest.mark.parametrize("among", [0, 300])
def test_what_is_hard_to_tell_apart_is_told_apart_among_few_and_many(among):
    measured = measure(hard_set("final", among))
    assert measured.recall >= 0.95, measured.missed
    assert measured.precision >= 0.9, measured.wrong


def test_letters_of_a_stranger_are_told_apart():
    measured = measure(of_strangers())
    assert measured.recall >= 0.95, measured.missed
    assert measured.precision >= 0.9, measured.wrong


def test_letters_of_a_stranger_about_what_somebody_else_wrote_of_are_found():
    assert measure(of_strangers(groups="e")).recall >= 0.85


def test_letters_of_a_second_stranger_are_told_apart():
    measured = measure(of_strangers("second", "abcde"))
    assert measured.recall >= 0.95, measured.missed
    assert measured.precision >= 0.95, measured.wrong


def test_letters_written_after_it_was_learnt_are_told_apart():
    measured = measure(of_strangers("fresh", "abcde"))
    assert measured.recall >= 0.95, measured.missed
    # Two in three only look like another one, which is more than any register has: one in four is taken for it.
    assert len(measured.wrong) <= 6, measured.wrong


def test_letters_of_an_office_that_are_learnt_from_are_told_apart():
    measured = measure(of_an_office("dev"))
    assert measured.recall >= 0.95, measured.missed
    assert measured.precision >= 0.95, measured.wrong


def test_letters_of_an_office_that_were_not_looked_at_are_told_apart():
    measured = measure(of_an_office("held"))
    assert measured.recall >= 0.92
    # More than half of the queries only look like another one; before that was learnt, precision was 0.63.
    assert measured.precision >= 0.75


def test_short_letters_find_each_other():
    recall, precision, _pairs = hard_pool("final")
    assert recall >= 0.9
    assert precision >= 0.9


@pytest.mark.parametrize("variation", ["paraphrase", "phone", "sms", "spoken", "ocr"])
def test_every_way_of_telling_it_again_is_found_by_hand(written, variation):
    assert written.recall_of(variation) >= 0.95, written.missed


def test_synthetic_letters_are_found(made_up):
    assert made_up.recall >= 0.95, made_up.missed
    assert made_up.precision >= 0.92, made_up.wrong


@pytest.mark.parametrize("variation", ["paraphrase", "phone", "sms", "spoken", "visit", "ocr"])
def test_every_way_of_telling_it_again_is_found(made_up, variation):
    assert made_up.recall_of(variation) >= 0.93, made_up.missed


def test_somebody_else_s_letter_about_the_matter_is_found(written, made_up):
    assert written.recall_of("joint") >= 0.75, written.missed
    assert made_up.recall_of("joint") >= 0.8, made_up.missed


def test_without_names_and_numbers_it_still_finds_most():
    measured = measure(by_hand(among=300, bare=("petitioner", "phone")))
    assert measured.recall >= 0.85
    assert measured.precision >= 0.9


def test_a_higher_threshold_never_finds_more():
    made = matching_set(60, seed=3)
    found = [measure(made, threshold) for threshold in (0.1, 0.5, 0.9, 1.0)]
    assert [one.found.total() for one in found] == sorted((one.found.total() for one in found), reverse=True)
    assert found[-1].found.total() < found[0].found.total()


@pytest.mark.parametrize(("rate", "everyday"), [(0.1, True), (0.1, False), (0.2, False)])
def test_bad_scans_are_found(rate, everyday):
    measured = measure(scanned(rate, everyday))
    assert measured.recall >= 0.96, measured.missed
    assert measured.precision >= 0.92, measured.wrong
