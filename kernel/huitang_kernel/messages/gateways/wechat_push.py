"""What WeChat pushes to us: sealed and signed XML (safe mode), opened here; and made here, for the simulator."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import struct
from xml.parsers import expat
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
FRESH_SECONDS = 600


class NotFromWechat(Exception):
    """The signature, the time, the key or the account does not fit."""


def signed(token: str, *parts: str) -> str:
    """SHA-1 over the sorted parts: the signature of WeChat's protocol."""
    return hashlib.sha1("".join(sorted((token, *parts))).encode()).hexdigest()  # noqa: S324 - theirs to choose


def check(signature: str, token: str, timestamp: str, *parts: str, now: float) -> None:
    """Raise NotFromWechat unless the signature fits and is fresh."""
    if not hmac.compare_digest(signature.encode(), signed(token, timestamp, *parts).encode()):
        raise NotFromWechat("signature")
    if not (timestamp.isascii() and timestamp.isdigit()) or abs(now - int(timestamp)) > FRESH_SECONDS:
        raise NotFromWechat("time")


def _cipher(aes_key: str) -> Cipher[modes.CBC]:
    key = base64.b64decode(aes_key + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def seal(aes_key: str, app_id: str, text: str) -> str:
    """Base64 of what `unseal` opens."""
    content = text.encode()
    plain = os.urandom(16) + struct.pack("!I", len(content)) + content + app_id.encode()
    pad = BLOCK - len(plain) % BLOCK
    encryptor = _cipher(aes_key).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


def unseal(aes_key: str, app_id: str, sealed: str) -> str:
    """The text inside. Raises NotFromWechat."""
    try:
        decryptor = _cipher(aes_key).decryptor()
        padded = decryptor.update(base64.b64decode(sealed, validate=True)) + decryptor.finalize()
        plain = padded[: -padded[-1]]
        (length,) = struct.unpack("!I", plain[16:20])
        text, account = plain[20 : 20 + length].decode(), plain[20 + length :].decode()
    except (ValueError, IndexError, struct.error) as error:
        raise NotFromWechat("sealing") from error
    if account != app_id:
        raise NotFromWechat("account")
    return text


def read(xml: str) -> dict[str, str]:
    """The elements below the root, by name. Raises NotFromWechat for what is no flat XML, or brings a DOCTYPE."""
    found: dict[str, str] = {}
    open_names: list[str] = []
    parser = expat.ParserCreate()

    def begin(name: str, _attributes: dict[str, str]) -> None:
        open_names.append(name)
        if len(open_names) == 2:
            found[name] = ""

    def text(content: str) -> None:
        if len(open_names) == 2:
            found[open_names[1]] += content

    def refuse(*_anything: object) -> None:
        raise NotFromWechat("doctype")

    parser.StartElementHandler, parser.CharacterDataHandler = begin, text
    parser.EndElementHandler = lambda _name: open_names.pop()
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise NotFromWechat("xml") from error
    return found


def write(elements: dict[str, str]) -> str:
    """Flat XML of them."""
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in elements.items())
    return f"<xml>{inner}</xml>"
