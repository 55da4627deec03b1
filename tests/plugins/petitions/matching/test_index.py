"""The index: what is put in is found, what is taken out is not, and nothing in it can be read."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import huitang_petitions.matching.index as index_module
from huitang_petitions.letters import Letter, letters, matching_set
from huitang_petitions.matching import Features, Hasher, MatchIndex
from huitang_petitions.matching.features import SECTIONS

KEY = b"a key for measuring only"
HASHER = Hasher(KEY)
MADE = [one.letter for one in letters(80, seed=4)]
FEATURES = {letter.id: HASHER.features(letter) for letter in MADE}
FIRST = MADE[0]


@pytest.fixture
def index() -> MatchIndex:
    filled = MatchIndex()
    filled.extend(FEATURES.items())
    return filled


def test_a_letter_finds_itself_but_not_when_it_is_to_be_left_out(index):
    best = index.query(FEATURES[FIRST.id])[0]
    assert (best.id, best.relation) == (FIRST.id, "duplicate")
    assert best.score > 0.95
    assert all(match.id != FIRST.id for match in index.query(FEATURES[FIRST.id], but=FIRST.id))


def test_what_is_removed_is_not_found_and_can_come_back(index):
    assert index.remove(FIRST.id)
    assert not index.remove(FIRST.id)
    assert FIRST.id not in index
    assert len(index) == len(MADE) - 1
    assert all(match.id != FIRST.id for match in index.query(FEATURES[FIRST.id], threshold=0))
    index.add(FIRST.id, FEATURES[FIRST.id])
    assert index.query(FEATURES[FIRST.id])[0].id == FIRST.id


def test_adding_again_replaces(index):
    other = MADE[1]
    index.add(FIRST.id, FEATURES[other.id])
    assert len(index) == len(MADE)
    assert {match.id for match in index.query(FEATURES[other.id])} >= {FIRST.id, other.id}


def test_a_snapshot_answers_alike_and_shows_nothing(index):
    index.remove(MADE[2].id)
    kept = index.snapshot()
    again = MatchIndex.restore(kept)
    assert set(again) == set(index) == set(FEATURES) - {MADE[2].id}
    for letter in MADE[:10]:
        assert again.query(FEATURES[letter.id]) == index.query(FEATURES[letter.id])
    for letter in MADE:
        for text in (letter.petitioner, letter.phone, letter.text[:6], letter.place or letter.phone):
            assert text.encode() not in kept
            assert text.encode() not in FEATURES[letter.id].to_bytes()


def test_a_small_index_knows_from_elsewhere_what_is_rare(index):
    told, everyday = (HASHER.hashes("pairs", [pair])[0] for pair in ("鲈鱼", "居民"))
    values = np.array([told, everyday], dtype=np.uint32)
    rare, common = MatchIndex(HASHER.background()).weights(values)
    assert rare == 1.0
    assert common < 0.8
    other = Hasher(b"another key, just as long").background()
    assert not set(other.known.tolist()) >= set(HASHER.background().known.tolist())
    kept = MatchIndex.restore(index.snapshot(), HASHER.background())
    assert set(kept) == set(index)


def test_what_is_no_snapshot_is_refused():
    with pytest.raises(ValueError, match=r"."):
        MatchIndex.restore(b"nothing")


def test_another_key_makes_other_numbers_of_everything():
    other = Hasher(b"another key, just as long").features(FIRST)
    assert not set(other.values.tolist()) & set(FEATURES[FIRST.id].values.tolist())
    with pytest.raises(ValueError, match="short"):
        Hasher(b"short")


def test_features_come_back_from_bytes():
    for features in FEATURES.values():
        again = Features.from_bytes(features.to_bytes())
        assert again.sizes == features.sizes
        assert again.values.tolist() == features.values.tolist()
    for wrong in (b"", b"x", FEATURES[FIRST.id].to_bytes()[:-1], b"\xff" * 2 * len(SECTIONS)):
        with pytest.raises(ValueError, match="not features"):
            Features.from_bytes(wrong)


def test_an_empty_index_and_an_empty_letter_find_nothing(index):
    nothing = HASHER.features(Letter("", "", "", "", "", ""))
    assert MatchIndex().query(FEATURES[FIRST.id]) == []
    assert index.query(nothing) == []
    assert len(MatchIndex.restore(MatchIndex().snapshot())) == 0
    index.add("nothing", nothing)
    assert "nothing" in index


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(st.tuples(st.booleans(), st.integers(0, 39)), max_size=80))
def test_however_it_was_filled_it_holds_what_was_left_in(steps):
    """Small parts, so that they are sealed and merged on the way."""
    before = index_module.TAIL
    index_module.TAIL = 5
    try:
        filled, left = MatchIndex(), set()
        for put, number in steps:
            id_ = MADE[number].id
            if put:
                filled.add(id_, FEATURES[id_])
                left.add(id_)
            else:
                assert filled.remove(id_) == (id_ in left)
                left.discard(id_)
        assert set(filled) == left
        assert len(filled) == len(left)
        for number in range(0, 40, 7):
            id_ = MADE[number].id
            assert (id_ in {match.id for match in filled.query(FEATURES[id_])}) == (id_ in left)
    finally:
        index_module.TAIL = before


def test_the_relation_says_who_wrote():
    made = matching_set(40, seed=9, same=("joint", "visit"))
    filled = MatchIndex()
    filled.extend((letter.id, HASHER.features(letter)) for letter in made.corpus)
    by_id = {letter.id: letter for letter in made.queries}
    for pair in made.pairs:
        for match in filled.query(HASHER.features(by_id[pair.query])):
            if match.id == pair.corpus:
                assert (match.relation == "joint") == (pair.relation == "joint")
