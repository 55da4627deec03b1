"""The protocol's document and its types say the same; whatever comes, reading it ends in a message or in BadMessage."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitang_conference.floor import messages, protocol
from huitang_conference.floor.messages import FromServer, FromTerminal, Request

DOCUMENT = Path(__file__).parents[4] / "docs" / "conference" / "terminal-protocol.md"
EXAMPLE = re.compile(r"<!-- example: (\w+) -->\n```json\n(.*?)```", re.S)
EXAMPLES = EXAMPLE.findall(DOCUMENT.read_text(encoding="utf-8"))


def tags(union: object) -> set[str]:
    return {message.__struct_config__.tag for message in union.__args__}  # type: ignore[attr-defined]


@pytest.mark.parametrize(("side", "example"), EXAMPLES)
def test_examples_are_messages_with_all_their_fields(side: str, example: str) -> None:
    if side == "terminal":
        message = protocol.read(example)
        assert set(msgspec.json.decode(example)) - {"type"} <= set(message.__struct_fields__)
    else:
        decoded = msgspec.json.decode(example, type=FromServer)
        assert set(msgspec.json.decode(example)) == set(msgspec.json.decode(msgspec.json.encode(decoded)))


def test_every_message_has_an_example() -> None:
    shown = {side: {msgspec.json.decode(text)["type"] for s, text in EXAMPLES if s == side} for side, _ in EXAMPLES}
    assert shown == {"terminal": tags(FromTerminal), "server": tags(FromServer)}


@given(
    st.one_of(
        st.text(),
        st.binary(),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(),
            lambda inner: (
                st.lists(inner) | st.dictionaries(st.sampled_from(["type", "id", "poll", "number", "choice"]), inner)
            ),
            max_leaves=20,
        ).map(msgspec.json.encode),
    )
)
def test_anything_can_come(text: str | bytes) -> None:
    with contextlib.suppress(protocol.BadMessage):
        assert isinstance(protocol.read(text), Request)


@pytest.mark.parametrize(
    ("text", "code", "identifier"),
    [
        ('{"type":"press","id":"a","poll":"x","number":1,"choice":"for"}', "bad-message", "a"),
        ('{"type":"dance","id":"a"}', "unknown-type", "a"),
        ('{"type":"checkin"}', "bad-message", None),
        ('{"type":"checkin","id":"two words"}', "bad-message", None),
        ('{"id":"a"}', "bad-message", "a"),
        ("[" * 100_000, "bad-message", None),
        ("[" * 10_000, "bad-message", None),
        (b"\xff\xfe", "bad-message", None),
        ('{"type":"leave","id":"a","reason":"' + "x" * messages.MESSAGE_BYTES + '"}', "bad-message", None),
    ],
)
def test_what_is_no_message_is_named(text: str | bytes, code: str, identifier: str | None) -> None:
    with pytest.raises(protocol.BadMessage) as caught:
        protocol.read(text)
    assert (caught.value.code, caught.value.id) == (code, identifier)


def test_unknown_fields_are_ignored() -> None:
    assert protocol.read('{"type":"checkin","id":"a","new":{"in":"version 1.1"}}') == messages.CheckIn(id="a")
