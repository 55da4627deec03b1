"""WeChat's interface of an official account, as far as the platform uses it.

huitang messages wechat-simulator
"""

from __future__ import annotations

import itertools
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

from msgspec import Struct

from huitang_kernel.messages.gateways import wechat_push
from huitang_kernel.messages.gateways.wechat import CUSTOMER, TEMPLATE, TOKEN
from huitang_kernel.messages.simulators.base import Answer, Simulator, Taken

LIFE = 7200


class Account(Struct, frozen=True):
    """What the operator writes into the account's server configuration."""

    app_id: str = "wx0000000000000000"
    app_secret: str = "a secret for trying out"  # noqa: S105 - the simulator's, no real one
    token: str = "for trying out"  # noqa: S105
    aes_key: str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


class WechatSimulator(Simulator):
    """stable_token, template messages with client_msg_id, customer service messages, sealed pushes."""

    def __init__(self, port: int, webhook: str = "", account: Account | None = None) -> None:
        super().__init__(port)
        self._webhook, self._account = webhook, account or Account()
        self._numbers = itertools.count(3_000_000_001)
        self._token = uuid4().hex

    def new_id(self) -> str:
        """WeChat's msgid is a number."""
        return str(next(self._numbers))

    def handle_request_to(self, method: str, path: str, headers: Any, body: bytes) -> Answer:
        """Errors are answers with 200 and an errcode, as WeChat has it."""
        parts = urlsplit(path)
        told = json.loads(body)
        if parts.path == TOKEN:
            known = (told.get("appid"), told.get("secret")) == (self._account.app_id, self._account.app_secret)
            return Answer(200, {"access_token": self._token, "expires_in": LIFE} if known else {"errcode": 40125})
        if parts.path not in (TEMPLATE, CUSTOMER):
            return Answer(404)
        if parse_qs(parts.query).get("access_token") != [self._token]:
            return Answer(200, {"errcode": 40001, "errmsg": "invalid credential"})
        if self.uses_up("busy"):
            return Answer(200, {"errcode": -1, "errmsg": "system error"})
        if self.faults.refuse:
            return Answer(200, {"errcode": int(self.faults.refuse), "errmsg": "refused"})
        return self._send(parts.path, told)

    def forget_tokens(self) -> None:
        """As when somebody fetches a new one by force."""
        self._token = uuid4().hex

    def _send(self, path: str, told: dict[str, Any]) -> Answer:
        if path == CUSTOMER:
            self.take(told["touser"], told["text"]["content"], "")
            return self.end(Answer(200, {"errcode": 0, "errmsg": "ok"}))
        text = "\n".join(f"{name}: {field['value']}" for name, field in told["data"].items())
        key = told["touser"] + told["client_msg_id"] if told.get("client_msg_id") else ""
        taken, _is_new = self.take(told["touser"], text, key)
        return self.end(Answer(200, {"errcode": 0, "errmsg": "ok", "msgid": int(taken.id)}))

    def tell_receipt(self, taken: Taken, status: str) -> None:
        """Template messages only."""
        if taken.key:
            said = "success" if status == "delivered" else "failed:user block"
            event = {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "MsgID": taken.id, "Status": said}
            self._push(taken.to, event)

    def tell_incoming(self, sender: str, text: str, identifier: str) -> None:
        message = {"MsgType": "text", "Content": text, "MsgId": identifier}
        self.later(0, lambda: self._push(sender, message))

    def tell_other(self, sender: str, fields: dict[str, str], identifier: str) -> None:
        """Somebody sends no text: `fields` are those of WeChat's interface, without sender, time and id."""
        more = fields if fields.get("MsgType") == "event" else {"MsgId": identifier, **fields}
        self.later(0, lambda: self._push(sender, more))

    def _push(self, sender: str, more: dict[str, str]) -> None:
        if self._webhook:
            one, nonce = self._account, uuid4().hex[:10]
            facts = {"ToUserName": "gh_0000", "FromUserName": sender, "CreateTime": str(int(time.time()))}
            sealed = wechat_push.seal(one.aes_key, one.app_id, wechat_push.write(facts | more))
            timestamp = str(int(time.time()))
            signature = wechat_push.signed(one.token, timestamp, nonce, sealed)
            query = {"timestamp": timestamp, "nonce": nonce, "encrypt_type": "aes", "msg_signature": signature}
            body = wechat_push.write({"ToUserName": "gh_0000", "Encrypt": sealed}).encode()
            self.tell(f"{self._webhook}?{urlencode(query)}", body, lambda: {"content-type": "text/xml"})
