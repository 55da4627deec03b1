"""The SMS gateway: our HTTP contract, described in docs/operate/messages.md."""

from __future__ import annotations

from datetime import timedelta

import httpx
import msgspec
from msgspec import Struct

from huitang_kernel.messages.gateways.outcome import Outgoing, PutOff, Refused, Unreachable, Unsure, safe_code
from huitang_kernel.messages.settings import SmsSettings


class NewSms(Struct, frozen=True):
    """The body of POST /messages."""

    reference: str
    to: str
    text: str

    def __repr__(self) -> str:
        """Without number and text."""
        return f"NewSms({self.reference})"


class TakenSms(Struct, frozen=True):
    """The answer 200, 201 or 202."""

    id: str


class Problem(Struct, frozen=True):
    """The answer of any other status, as far as we read it."""

    code: str = ""


class SmsGateway:
    """Keeps its connections open from one message to the next."""

    def __init__(self, settings: SmsSettings) -> None:
        self._settings = settings
        self._client: httpx.AsyncClient | None = None

    def memory(self, message: Outgoing) -> timedelta:
        """The same for all."""
        return timedelta(hours=self._settings.memory_hours)

    async def deliver(self, message: Outgoing) -> str:
        """See the protocol."""
        sign = self._settings.signature
        text = f"【{sign}】{message.text}" if sign else message.text
        content = msgspec.json.encode(NewSms(message.reference, message.address, text))
        headers = {"content-type": "application/json", "idempotency-key": message.reference}
        token = self._settings.token.reveal()
        if token:
            headers["authorization"] = f"Bearer {token}"
        answer = await post(self._open(), "/messages", content, headers)
        if answer.status_code in (200, 201, 202):
            try:
                return msgspec.json.decode(answer.content, type=TakenSms).id[:200]
            except msgspec.DecodeError as error:
                raise Unsure("answer-unreadable") from error
        raise _failure(answer)

    def _open(self) -> httpx.AsyncClient:
        if self._client is None:
            s = self._settings
            self._client = httpx.AsyncClient(base_url=s.url, timeout=s.timeout, trust_env=False)
        return self._client

    async def close(self) -> None:
        """See the protocol."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


async def post(client: httpx.AsyncClient, path: str, content: bytes, headers: dict[str, str]) -> httpx.Response:
    """One request. Raises Unreachable when no connection was made, Unsure when it broke or the answer did not come."""
    try:
        return await client.post(path, content=content, headers=headers)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
        raise Unreachable("unreachable") from error
    except httpx.TimeoutException as error:
        raise Unsure("no-answer") from error
    except httpx.HTTPError as error:
        raise Unsure("connection-lost") from error


def _failure(answer: httpx.Response) -> Exception:
    """What a status means: see the table in docs/operate/messages.md."""
    status = answer.status_code
    try:
        code = safe_code(msgspec.json.decode(answer.content, type=Problem).code, f"http-{status}")
    except msgspec.DecodeError:
        code = f"http-{status}"
    if status in (401, 403, 404, 405):
        return Unreachable(code)
    if status == 429:
        after = answer.headers.get("retry-after", "")
        return PutOff(code, min(float(after), 86400.0) if after.isascii() and after.isdigit() else 0.0)
    if status in (408, 409) or status >= 500 or status < 400:
        return Unsure(code)
    return Refused(code)
