"""Look-up codes, the tokens of forms they follow from, and the passes a code opens.

A form carries a token that only this platform can make. The code of the matter follows from the token and a key outside
the database: the same form sent twice gives the same code, and nobody needs to keep it. A pass stands for a code that
was typed: it lets a browser stay at its matter for a while without the code being in any address or cookie.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import struct
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from huitang_petitions.services.access import Ctx
from huitang_sdk.codes import ALPHABET, check_symbol, code_hash, parse_code

TOKEN_BYTES = 16
MARK_BYTES = 12
PASS_SECONDS = 1800
"""How long a pass is good for; every page that is shown with it makes a new one."""


@lru_cache(maxsize=64)
def _derived(keys: Any, purpose: str) -> bytes:
    found: bytes = keys.derive(purpose)
    return found


def _key(ctx: Ctx, purpose: str) -> bytes:
    """Deriving takes longer than everything else here, so each key is derived once."""
    keys: Any = ctx.keys
    return _derived(keys, purpose)


def _keyed(ctx: Ctx, purpose: str, content: bytes) -> bytes:
    return hmac.digest(_key(ctx, purpose), content, "sha256")


def new_token(ctx: Ctx) -> str:
    """The token of one form: random, with a mark that says it was made here."""
    random = secrets.token_bytes(TOKEN_BYTES)
    return _text(random + _keyed(ctx, "form-token", random)[:MARK_BYTES])


def is_token(ctx: Ctx, token: str) -> bool:
    """Whether the token was made here: a code must never follow from something that others can guess."""
    content = _bytes(token)
    if len(content) != TOKEN_BYTES + MARK_BYTES:
        return False
    random, mark = content[:TOKEN_BYTES], content[TOKEN_BYTES:]
    return hmac.compare_digest(mark, _keyed(ctx, "form-token", random)[:MARK_BYTES])


def code_of(ctx: Ctx, key: str) -> str:
    """The look-up code that follows from an idempotency key: 80 bits of a keyed digest, and the check symbol."""
    number = int.from_bytes(_keyed(ctx, "look-up-code", key.encode())[:10], "big")
    symbols = "".join(ALPHABET[number >> shift & 31] for shift in range(75, -1, -5))
    return parse_code(symbols + check_symbol(symbols))


def hash_of(ctx: Ctx, code: str) -> bytes:
    """What the register keeps of a code."""
    return code_hash(_key(ctx, "look-up-hash"), code)


def digest_of(ctx: Ctx, content: bytes) -> bytes:
    """A short keyed digest of what was sent."""
    return _keyed(ctx, "sent-digest", content)[:16]


def new_pass(ctx: Ctx, matter_id: UUID | None, kept: bytes) -> str:
    """A pass for a matter whose code was typed; for None one that looks the same and opens nothing."""
    until = int(ctx.clock.now().timestamp()) + PASS_SECONDS
    content = (matter_id or uuid4()).bytes + struct.pack(">I", until)
    mark = _keyed(ctx, "look-up-pass", content + kept) if matter_id else secrets.token_bytes(32)
    return _text(content + mark)


def read_pass(ctx: Ctx, token: str) -> UUID | None:
    """The matter a pass is for, while it is young enough; whether it opens it `opens` says."""
    content = _bytes(token)
    if len(content) != 52 or struct.unpack(">I", content[16:20])[0] < ctx.clock.now().timestamp():
        return None
    return UUID(bytes=content[:16])


def opens(ctx: Ctx, token: str, kept: bytes) -> bool:
    """Whether the pass was made for the code whose hash is `kept`: a new code ends the passes of the old one."""
    content = _bytes(token)
    return hmac.compare_digest(content[20:], _keyed(ctx, "look-up-pass", content[:20] + kept))


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode("ascii").rstrip("=")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text[:200] + "=" * (-len(text[:200]) % 4), altchars=b"-_", validate=True)
    except (ValueError, UnicodeEncodeError):
        return b""


def sample_key(ctx: Ctx) -> bytes:
    """The key of the draw of follow-up visits: the same on every node, and nobody can foresee what it draws."""
    return _key(ctx, "visit-sample")
