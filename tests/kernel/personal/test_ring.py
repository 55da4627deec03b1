"""What a key seals opens again, in its place only: tried with whatever hypothesis thinks of."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitang_kernel.personal.ring import OVERHEAD, Broken, Key, Ring, unwrap, wrap
from huitang_sdk.db import new_id
from huitang_sdk.personal import masked, normalised

ONE, TWO = Key(1, bytes(32)), Key(2, bytes(31) + b"\x01")
COLUMNS = st.sampled_from(["a.t.name", "a.t.phone", "b.t.name", "a.tn.ame"])
TEXTS = st.text(max_size=200)
WRITTEN = (
    "".join(chr(n) for n in (*range(0x20, 0x7F), *range(0xFF01, 0xFF5F))) + "　·•・‧—–林秀英欧阳王云江市区路号室（）"
)
"""What people write, narrow and wide."""


@given(COLUMNS, st.uuids(), TEXTS)
def test_a_round_trip(column, row, text):
    sealed = ONE.seal(column, row, text)
    assert len(sealed) == len(text.encode()) + OVERHEAD
    assert ONE.unseal(column, row, sealed) == text


@given(COLUMNS, st.uuids(), COLUMNS, st.uuids(), st.sampled_from([ONE, TWO]), TEXTS)
def test_it_opens_in_its_own_place_only(column, row, other_column, other_row, other_key, text):
    sealed = ONE.seal(column, row, text)
    if (column, row, ONE) == (other_column, other_row, other_key):
        assert other_key.unseal(other_column, other_row, sealed) == text
    else:
        with pytest.raises(Broken):
            other_key.unseal(other_column, other_row, sealed)


@given(TEXTS, st.data())
def test_no_bit_can_be_changed(text, data):
    row = new_id()
    sealed = bytearray(ONE.seal("a.t.name", row, text))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    key = Ring([ONE, TWO], 1, {}).of(bytes(sealed))
    if key is not None:
        with pytest.raises(Broken):
            key.unseal("a.t.name", row, bytes(sealed))


@given(st.text("0123456789", min_size=11, max_size=11), st.text(" -·　（）\t", max_size=6), st.integers(0, 11))
def test_a_phone_is_the_same_however_it_is_written(digits, noise, place):
    written = digits[:place] + noise + digits[place:]
    wide = written.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    plain = normalised("phone", digits)
    assert normalised("phone", written) == normalised("phone", wide) == plain
    if len(digits.lstrip("0")) == 11 and not digits.startswith("86"):
        assert normalised("phone", f"+86 {written}") == normalised("phone", f"0086{written}") == plain
        assert normalised("phone", f"0{written}") == plain


@given(st.sampled_from(["name", "phone", "id", "address", "email", "text"]), st.text(WRITTEN, max_size=40))
def test_what_was_normalised_stays_as_it_is(kind, text):
    once = normalised(kind, text)
    assert normalised(kind, once) == once


@given(st.text("0123456789X", min_size=11, max_size=18))
def test_a_mask_hides_the_middle(number):
    shown = masked("id", number)
    assert len(shown) == len(number)
    assert shown.count("*") >= 4
    assert number not in shown


@given(st.text(min_size=2, max_size=20))
def test_a_masked_name_says_its_beginning_at_most(name):
    shown = masked("name", name)
    assert len(shown.rstrip("*")) <= 2
    assert masked("text", name).strip("*") == ""


def test_indexes_of_columns_and_keys_have_nothing_in_common():
    columns = ("a.t.name", "a.t.phone", "b.t.name")
    indexes = {key.index(column, "林秀英")[2:] for key in (ONE, TWO) for column in columns}
    assert len(indexes) == 6


def test_a_ring_searches_under_every_key_that_rows_may_be_under():
    ring = Ring([ONE, TWO, Key(3, os.urandom(32))], 2, {"a.new": 2, "a.old": 1})
    assert [key.number for key in ring.in_use("a.new")] == [3, 2]
    assert [key.number for key in ring.in_use("a.old")] == [3, 2, 1]
    assert [key.number for key in ring.in_use("a.unknown")] == [3, 2, 1]
    assert ring.current is TWO


@given(st.binary(max_size=60))
def test_nonsense_names_no_key_or_does_not_open(nonsense):
    key = Ring([ONE, TWO], 1, {}).of(nonsense)
    if key is not None:
        with pytest.raises(Broken):
            key.unseal("a.t.name", new_id(), nonsense)


def test_a_key_opens_with_the_master_key_it_was_wrapped_with():
    outer, secret = os.urandom(32), os.urandom(32)
    wrapped = wrap(outer, 7, secret)
    assert secret not in wrapped
    assert unwrap(outer, 7, wrapped) == secret
    for key, number, content in ((os.urandom(32), 7, wrapped), (outer, 8, wrapped), (outer, 7, wrapped[:-1])):
        with pytest.raises(Broken):
            unwrap(key, number, content)
