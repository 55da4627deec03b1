"""The synthetic letters: the same for the same seed, spread over the labels, and never of this world."""

from __future__ import annotations

import random
import re
from collections import Counter

from huitang_petitions.letters import CHANNELS, letters, matching_set, matters, ocr

REMITS = {"own", "lower", "government", "court", "procuratorate", "supervisory commission", "refuse"}


def test_the_same_seed_makes_the_same_letters():
    assert letters(60, seed=7) == letters(60, seed=7)
    assert letters(60, seed=7) != letters(60, seed=8)
    assert matching_set(30, seed=7) == matching_set(30, seed=7)


def test_three_thousand_letters_cover_every_label():
    made = letters(3000)
    assert len({one.letter.id for one in made}) == 3000
    assert len({one.letter.text for one in made}) > 2950
    assert {one.labels.remit for one in made} == REMITS
    assert min(Counter(one.labels.remit for one in made).values()) >= 300
    assert {one.labels.category for one in made} == {matter.category for matter in matters()}
    assert {one.labels.channel for one in made} == set(CHANNELS)
    assert {one.labels.kind for one in made} == {"建议意见", "检举控告", "申诉求决"}


def test_no_slot_is_left_open_and_nobody_is_meant():
    for one in letters(3000, seed=3):
        assert not re.search(r"[{}|]", one.letter.text + one.letter.subject) or one.labels.channel == "letter"
        assert one.letter.phone.startswith("1300000")
        assert all(number.startswith("1300000") for number in re.findall(r"1\d{10}", one.letter.text))


def test_every_matter_has_three_wordings_of_everything():
    for matter in matters():
        assert all(text.count("|") == 2 for text in (*matter.subjects, *matter.facts, *matter.asks)), matter.id
        assert len(matter.category) == 3
    assert len({matter.id for matter in matters()}) == len(matters())


def test_a_scan_damages_about_as_much_as_asked():
    text = "反映人民路12号锦绣花园电梯经常出故障，物业公司迟迟不予维修。" * 40
    rng = random.Random(1)
    assert ocr(rng, text, 0.0) == text
    kept = sum(a == b for a, b in zip(re.sub(r"\s", "", ocr(rng, text, 0.1))[:50], text[:50], strict=False))
    assert ocr(rng, text, 0.1) != text
    assert kept > 5


def test_a_matching_set_holds_every_variation_and_its_opposite():
    made = matching_set(120, seed=5)
    queries, corpus = {letter.id for letter in made.queries}, {letter.id for letter in made.corpus}
    assert {pair.query for pair in made.pairs} <= queries
    assert {pair.corpus for pair in made.pairs} == corpus
    assert {pair.relation for pair in made.pairs} == {"repeat", "joint"}
    assert len(set(made.variations.values())) == 14
