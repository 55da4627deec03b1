"""Reading and writing the terminal protocol: one decoder, one encoder, and the versions that are spoken."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

import msgspec

from huitang_conference.floor.messages import (
    MESSAGE_BYTES,
    SUBPROTOCOL,
    VERSION,
    FromServer,
    FromTerminal,
    Id,
    Request,
)

VERSIONS = (VERSION,)
_decoder: msgspec.json.Decoder[FromTerminal] = msgspec.json.Decoder(FromTerminal)
_encode = msgspec.json.Encoder().encode


class _Named(msgspec.Struct, frozen=True):
    id: Id | None = None
    type: str = ""


_name = msgspec.json.Decoder(_Named).decode


class BadMessage(Exception):
    """What came is no message of the protocol. `id` is its name as far as it could be read."""

    def __init__(self, code: str, identifier: str | None, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.id = identifier


def read(text: str | bytes) -> Request:
    """A terminal's message. Raises BadMessage."""
    if len(text) > MESSAGE_BYTES or (isinstance(text, str) and len(text.encode()) > MESSAGE_BYTES):
        raise BadMessage("bad-message", None, f"longer than {MESSAGE_BYTES} bytes")
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise _bad(text, error) from error


def _bad(text: str | bytes, error: Exception) -> BadMessage:
    try:
        named = _name(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return BadMessage("bad-message", None, str(error))
    known = {message.__struct_config__.tag for message in get_args(FromTerminal)}
    code = "bad-message" if not named.type or named.type in known else "unknown-type"
    return BadMessage(code, named.id, str(error))


def write(message: FromServer) -> bytes:
    return _encode(message)


def negotiate(offered: Iterable[str], asked: str) -> tuple[int | None, str | None]:
    """The version to speak (None: none in common) and the subprotocol to answer with.

    >>> negotiate(["huitang.terminal.v9", "huitang.terminal.v1"], "")
    (1, 'huitang.terminal.v1')
    >>> negotiate([], "1"), negotiate(["soap"], ""), negotiate([], "2")
    ((1, None), (None, None), (None, None))
    """
    offered = list(offered)
    if SUBPROTOCOL in offered:
        return VERSION, SUBPROTOCOL
    if not offered and asked in ("", *(str(version) for version in VERSIONS)):
        return VERSION, None
    return None, None
