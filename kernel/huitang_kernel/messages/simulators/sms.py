"""An SMS gateway that speaks the contract of docs/operate/messages.md.

huitang messages sms-simulator
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec

from huitang_kernel.messages import signing
from huitang_kernel.messages.gateways.sms import NewSms
from huitang_kernel.messages.simulators.base import Answer, Simulator, Taken

DEFAULT_SECRET = "a secret for trying out"  # noqa: S105 - the simulator's, no real one


class SmsSimulator(Simulator):
    """POST /messages, signed webhooks, and the faults of `base`."""

    def __init__(self, port: int, webhook: str = "", secret: str = DEFAULT_SECRET, token: str = "") -> None:
        super().__init__(port)
        self._webhook, self._secret, self._token = webhook, secret, token

    def handle_request_to(self, method: str, path: str, headers: Any, body: bytes) -> Answer:
        """See the table in docs/operate/messages.md."""
        if (method, path) != ("POST", "/messages"):
            return Answer(404, {"code": "no-such-address"})
        if self._token and headers.get("authorization") != f"Bearer {self._token}":
            return Answer(401, {"code": "not-signed-in"})
        if self.uses_up("busy"):
            return Answer(429, {"code": "busy"}, {"retry-after": "0"})
        if self.faults.refuse:
            return Answer(422, {"code": self.faults.refuse})
        new = msgspec.json.decode(body, type=NewSms)
        taken, is_new = self.take(new.to, new.text, headers.get("idempotency-key", ""))
        if (taken.to, taken.text) != (new.to, new.text):
            return Answer(422, {"code": "key-reused"})
        return self.end(Answer(202 if is_new else 200, {"id": taken.id}))

    def tell_receipt(self, taken: Taken, status: str) -> None:
        code = "" if status == "delivered" else "phone-off"
        event = {"type": "receipt", "id": taken.id, "reference": taken.key, "status": status, "code": code}
        self._tell(event)

    def tell_incoming(self, sender: str, text: str, identifier: str) -> None:
        self.later(0, lambda: self._tell({"type": "message", "id": identifier, "from": sender, "text": text}))

    def _tell(self, event: dict[str, str]) -> None:
        if self._webhook:
            body = msgspec.json.encode({"events": [event | {"at": datetime.now(UTC).isoformat()}]})
            name = uuid4().hex
            self.tell(self._webhook, body, lambda: signing.sign(self._secret, name, time.time(), body))
