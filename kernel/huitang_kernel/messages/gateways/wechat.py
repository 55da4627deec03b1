"""The WeChat official account: template messages, and customer service messages for a kind without a template."""

from __future__ import annotations

import hashlib
import re
import time
from datetime import timedelta
from typing import Any

import httpx
import msgspec
from msgspec import Struct

from huitang_kernel.messages.gateways.outcome import Outgoing, PutOff, Refused, Unreachable, Unsure
from huitang_kernel.messages.gateways.sms import post
from huitang_kernel.messages.settings import WechatSettings

TEMPLATE, CUSTOMER, TOKEN = "/cgi-bin/message/template/send", "/cgi-bin/message/custom/send", "/cgi-bin/stable_token"
STALE = frozenset({40001, 40014, 42001})
"""Our access token is no good (any more): get a new one and ask again."""
OURS = frozenset({40002, 40013, 40125, 40164, 48001, 50002, 61024})
"""Account, secret, address or rights are not set up: all messages fail until an operator mends it."""
LATER = frozenset({-1, 45009, 45011, 45047})
"""Busy, or more than is allowed at a time."""
EARLY_SECONDS = 300
_FIELD = re.compile(r"^([a-z_]+\d*|first|remark|url)\s*[:：]\s*(.*)$")


class Answer(Struct, frozen=True):
    """What every call answers, as far as we read it."""

    errcode: int = 0
    msgid: int = 0
    access_token: str = ""
    expires_in: int = 0


def fields_of(text: str) -> dict[str, str]:
    """The fields of a template message, one a line: "thing1: …"; "url" is where a tap leads. Raises ValueError.

    >>> fields_of("character_string1: 7K2M\\ntime2：11月25日")
    {'character_string1': '7K2M', 'time2': '11月25日'}
    """
    found: dict[str, str] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        match = _FIELD.match(line)
        if match is None:
            raise ValueError("a line has no field's name before it")
        found[match[1]] = match[2]
    if not found.keys() - {"url"}:
        raise ValueError("there is no field")
    return found


class WechatGateway:
    """Every node keeps an access token of its own: stable_token gives all of them the same one."""

    def __init__(self, settings: WechatSettings) -> None:
        self._settings = settings
        self._client: httpx.AsyncClient | None = None
        self._token, self._token_until = "", 0.0

    def memory(self, message: Outgoing) -> timedelta:
        """WeChat knows the client_msg_id of template messages only."""
        return timedelta(minutes=self._settings.memory_minutes if message.wechat_template else 0)

    async def deliver(self, message: Outgoing) -> str:
        """See the protocol."""
        path, body = self._call(message)
        answer = await self._ask(path, body)
        if answer.errcode in STALE:
            self._token = ""
            answer = await self._ask(path, body)
        if answer.errcode == 0:
            return str(answer.msgid or "")
        code = f"wechat-{answer.errcode}"
        if answer.errcode in STALE | OURS:
            raise Unreachable(code)
        raise (PutOff if answer.errcode in LATER else Refused)(code)

    def _call(self, message: Outgoing) -> tuple[str, dict[str, Any]]:
        if not message.wechat_template:
            return CUSTOMER, {"touser": message.address, "msgtype": "text", "text": {"content": message.text}}
        try:
            fields = fields_of(message.text)
        except ValueError as error:
            raise Refused("no-fields") from error
        url = fields.pop("url", "")
        body = {
            "touser": message.address,
            "template_id": message.wechat_template,
            "client_msg_id": hashlib.sha256(message.reference.encode()).hexdigest()[:32],
            "data": {name: {"value": value} for name, value in fields.items()},
        }
        return TEMPLATE, body | ({"url": url} if url else {})

    async def _ask(self, path: str, body: dict[str, Any]) -> Answer:
        client = self._open()
        if not self._token or time.monotonic() > self._token_until:
            await self._renew(client)
        return await self._post(client, f"{path}?access_token={self._token}", body)

    async def _renew(self, client: httpx.AsyncClient) -> None:
        """A failure here is certain: the message was not even sent off."""
        s = self._settings
        body = {"grant_type": "client_credential", "appid": s.app_id, "secret": s.app_secret.reveal()}
        try:
            answer = await self._post(client, TOKEN, body)
        except Unsure as error:
            raise Unreachable(f"token-{error.code}") from error
        if answer.errcode or not answer.access_token:
            raise Unreachable(f"wechat-{answer.errcode}")
        self._token = answer.access_token
        self._token_until = time.monotonic() + max(answer.expires_in - EARLY_SECONDS, 60)

    async def _post(self, client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> Answer:
        content = msgspec.json.encode(body)
        response = await post(client, path, content, {"content-type": "application/json"})
        if response.status_code != 200:
            raise Unsure(f"http-{response.status_code}")
        try:
            return msgspec.json.decode(response.content, type=Answer)
        except msgspec.DecodeError as error:
            raise Unsure("answer-unreadable") from error

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
