"""URL-encoded forms are read as the standard library reads them, faster, and none is kept."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar, post
from litestar._parsers import parse_url_encoded_form_data
from litestar.testing import TestClient

from huitang_kernel.web.requests import HallRequest, parse_form


def plain(found):
    return {name: values if isinstance(values, list) else [values] for name, values in found.items()}


def by_library(body: bytes):
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(body.decode("ascii"), keep_blank_values=True):
        found.setdefault(name, []).append(value)
    return found


@given(st.lists(st.tuples(st.text(), st.text())))
def test_what_a_browser_encodes_is_read_back(pairs):
    body = urlencode(pairs).encode()
    assert plain(parse_form(body)) == by_library(body)


@given(st.text(alphabet="a%0Ff+&=;").map(lambda text: text.encode("ascii")))
def test_what_is_not_encoded_well_is_read_as_the_library_reads_it(body):
    assert plain(parse_form(body)) == by_library(body)


def test_a_body_is_not_kept_once_it_was_answered():
    @post("/")
    async def echo(request: HallRequest) -> str:
        return str((await request.form())["word"])

    kept = parse_url_encoded_form_data.cache_info()
    with TestClient(Litestar([echo], request_class=HallRequest)) as client:
        assert client.post("/", data={"word": "样例"}).text == "样例"
    assert parse_url_encoded_form_data.cache_info() == kept
