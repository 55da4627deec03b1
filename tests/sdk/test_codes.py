"""Look-up codes: what mistyping cannot get past, and what guessing is up against."""

from __future__ import annotations

import secrets
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitang_sdk import codes
from huitang_sdk.codes import ALPHABET, GROUPS, CodeError, check_symbol, code_hash, new_code, parse_code, qr_png, qr_svg

LENGTH = sum(GROUPS)
symbols = st.text(ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1)
words = symbols.map(lambda text: text + check_symbol(text))


def reason_of(text: str) -> str:
    with pytest.raises(CodeError) as refused:
        parse_code(text)
    return refused.value.reason


@given(words)
def test_every_single_wrong_symbol_is_found(word):
    for place in range(LENGTH):
        for other in ALPHABET:
            if other != word[place]:
                assert reason_of(word[:place] + other + word[place + 1 :]) == "check"


@given(words)
def test_every_swap_of_neighbours_is_found(word):
    for left in range(LENGTH - 1):
        swapped = word[:left] + word[left + 1] + word[left] + word[left + 2 :]
        if swapped != word:
            assert reason_of(swapped) == "check"


@given(words, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_symbol_too_few_or_too_many_is_found(word, place, more):
    assert reason_of(word[:place] + word[place + 1 :]) == "length"
    assert reason_of(word[:place] + more + word[place:]) == "length"


SPELLINGS = {"0": "0Oo０Ｏ", "1": "1IiLlｌ"}


@given(words, st.data())
def test_people_type_as_they_like(word, data):
    typed = ""
    for symbol in word:
        full_width = chr(ord(symbol) + 0xFEE0)
        typed += data.draw(st.sampled_from(SPELLINGS.get(symbol, symbol + symbol.lower() + full_width)))
        typed += data.draw(st.sampled_from(["", "", "", " ", "-", "－", " — ", "\u3000"]))
    assert parse_code(typed).replace("-", "") == word


@given(st.text())
def test_nonsense_is_refused_or_a_code(text):
    try:
        code = parse_code(text)
    except CodeError:
        return
    assert parse_code(code) == code


def test_letters_that_are_mistaken_are_not_in_use():
    assert len(ALPHABET) == len(set(ALPHABET)) == 32
    assert not set("ILOU") & set(ALPHABET)
    assert reason_of("U" * LENGTH) == "symbol"


def test_a_code_carries_eighty_bits_of_the_operating_systems_randomness(monkeypatch):
    """Each of sixteen symbols is one draw out of 32 by `secrets`, and the check symbol follows from them."""
    drawn = []

    def choice(options: str) -> str:
        assert options == ALPHABET
        drawn.append(secrets.SystemRandom().choice(options))
        return drawn[-1]

    monkeypatch.setattr(codes.secrets, "choice", choice)
    code = new_code()
    assert len(drawn) * 5 == 80
    assert code.replace("-", "")[:-1] == "".join(drawn)
    assert parse_code(code) == code


def test_new_codes_differ_and_use_the_whole_alphabet():
    made = [new_code() for _ in range(2_000)]
    assert len(set(made)) == len(made)
    for place in range(LENGTH):
        assert len(Counter(code.replace("-", "")[place] for code in made)) == 32


def test_other_lengths_are_no_look_up_codes():
    short = new_code((4, 4, 3))
    assert [len(part) for part in short.split("-")] == [4, 4, 3]
    assert parse_code(short.lower(), (4, 4, 3)) == short
    assert reason_of(short) == "length"


def test_what_is_kept_needs_the_key():
    code = new_code()
    assert code_hash(b"a", code) == code_hash(b"a", code.replace("-", ""))
    assert code_hash(b"a", code) != code_hash(b"b", code)
    assert code.encode() not in code_hash(b"a", code)


def test_pictures_are_drawn_for_pages_and_documents():
    drawn = qr_svg("https://example.org/?a=<b>", title='Code "<1>"')
    assert drawn.startswith("<svg ")
    assert "<b>" not in drawn
    assert "&lt;1&gt;" in drawn
    assert qr_png(new_code()).startswith(b"\x89PNG")
