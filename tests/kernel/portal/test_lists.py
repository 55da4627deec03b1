"""ListQuery: what an address says about a list, and the address of every change to it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Request

from huitang_sdk.lists import MAX_PAGE, MAX_SIZE, MAX_TEXT, ListQuery

OPTIONS = {"sortable": ("title", "due"), "default": "-due", "filters": ("status", "unit")}


def request(query) -> Request:
    scope = {"type": "http", "path": "/list", "query_string": urlencode(query).encode(), "headers": []}
    return Request({**scope, "server": ("hall.test", 80), "scheme": "http", "root_path": "", "state": {}})


def asked(**query) -> ListQuery:
    return ListQuery.from_request(request(query), **OPTIONS)


def again(address: str) -> ListQuery:
    return asked(**{name: values[0] for name, values in parse_qs(urlsplit(address).query).items()})


TEXT = st.text(st.characters(codec="utf-8"), max_size=300)


@given(
    q=TEXT,
    status=TEXT,
    sort=st.one_of(TEXT, st.sampled_from(["title", "-title", "due", "-due"])),
    page=st.one_of(TEXT, st.integers().map(str)),
    size=st.one_of(TEXT, st.integers().map(str)),
)
def test_whatever_the_address_says_the_query_is_sound_and_finds_back(q, status, sort, page, size):
    query = asked(q=q, status=status, sort=sort, page=page, size=size)
    assert query.sort in ("title", "due")
    assert 1 <= query.page <= MAX_PAGE
    assert 1 <= query.size <= MAX_SIZE
    assert query.offset == (query.page - 1) * query.size
    assert len(query.q) <= MAX_TEXT
    assert "\x00" not in query.q + query.filters["status"]
    assert again(query.address()) == query


@given(page=st.integers(1, 50), status=st.sampled_from(["", "open"]))
def test_a_change_starts_again_on_the_first_page(page, status):
    query = asked(page=str(page), status=status)
    assert again(query.address(status="closed")).page == 1
    assert again(query.address(page=page + 1)).page == page + 1
    assert again(query.sorted_by("title")).order == "title"
    assert again(again(query.sorted_by("title")).sorted_by("title")).order == "-title"


@given(total=st.integers(0, 10_000), size=st.integers(1, 200))
def test_pages_hold_every_row(total, size):
    pages = ListQuery(size=size).pages(total)
    assert pages >= 1
    assert (pages - 1) * size < max(total, 1) <= pages * size


def test_the_plain_address_says_nothing():
    assert asked().address() == "/list"
    assert asked(sort="-due", page="1", size="50").address() == "/list"
    assert not asked().is_filtered
    assert asked(unit="7").is_filtered


def test_a_filter_the_list_does_not_have_is_a_mistake():
    with pytest.raises(ValueError, match="colour"):
        asked().address(colour="red")
    with pytest.raises(ValueError, match="sort"):
        ListQuery.from_request(request({}), filters=("sort",))
