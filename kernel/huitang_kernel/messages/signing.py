"""Signed webhooks, as https://www.standardwebhooks.com has them: HMAC-SHA256 over id, time and body.

webhook-id: 0199f…                   the same when a delivery is repeated
webhook-timestamp: 1795600000        seconds since 1970, at most five minutes off
webhook-signature: v1,<base64>       several, with spaces between, while a secret is being changed
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

FRESH_SECONDS = 300
PREFIX = "whsec_"


class NotSigned(Exception):
    """The signature is missing, old, or not of this secret and body."""


def key_of(secret: str) -> bytes:
    """The key of a secret: "whsec_" and base64, or any other text as it is."""
    if secret.startswith(PREFIX):
        return base64.b64decode(secret.removeprefix(PREFIX))
    return secret.encode()


def signature_of(secret: str, identifier: str, timestamp: str, body: bytes) -> str:
    """What stands in webhook-signature."""
    content = f"{identifier}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key_of(secret), content, hashlib.sha256)).decode()


def sign(secret: str, identifier: str, now: float, body: bytes) -> dict[str, str]:
    """The three headers."""
    timestamp = str(int(now))
    signature = signature_of(secret, identifier, timestamp, body)
    return {"webhook-id": identifier, "webhook-timestamp": timestamp, "webhook-signature": signature}


def check(secret: str, headers: Mapping[str, str], body: bytes, *, now: float) -> None:
    """Raise NotSigned unless the headers sign this body, now."""
    identifier, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (secret and identifier and timestamp.isascii() and timestamp.isdigit()):
        raise NotSigned("missing")
    expected = signature_of(secret, identifier, timestamp, body).encode()
    given = headers.get("webhook-signature", "").split(" ")
    if not any(hmac.compare_digest(expected, one.encode()) for one in given):
        raise NotSigned("wrong")
    if abs(now - int(timestamp)) > FRESH_SECONDS:
        raise NotSigned("old")
