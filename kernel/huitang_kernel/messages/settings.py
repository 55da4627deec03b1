"""Settings of messages: section [plugins.messages]."""

from __future__ import annotations

import base64
import binascii
import re

from msgspec import Struct

from huitang_kernel.config import Secret

WECHAT = "https://api.weixin.qq.com"


class SmsSettings(Struct, frozen=True):
    """The SMS gateway (docs/operate/messages.md says what it must speak); no `url`: no SMS."""

    url: str = ""
    """Where it listens, without /messages at the end: "https://sms.example.org/v1"."""
    token: Secret = Secret("")
    """What we show it: `Authorization: Bearer …`."""
    webhook_secret: Secret = Secret("")
    """What it signs receipts and incoming messages with, 16 characters or more; none: they are refused."""
    signature: str = ""
    """Put before every message as 【…】, as networks want it: the body's registered name."""
    memory_hours: float = 24.0
    """How long it knows an Idempotency-Key; 0 for a gateway without, then each kind says what is to be done."""
    timeout: float = 10.0
    """Seconds to wait for its answer."""


class WechatSettings(Struct, frozen=True):
    """The WeChat official account; no `app_id`: no WeChat."""

    app_id: str = ""
    app_secret: Secret = Secret("")
    """The account's AppSecret."""
    token: Secret = Secret("")
    """The Token written into the account's server configuration."""
    aes_key: Secret = Secret("")
    """The EncodingAESKey written there, 43 characters; only the safe mode (安全模式) is understood."""
    url: str = WECHAT
    """Where the interface is: WeChat's own address, a proxy's, or a simulator's."""
    memory_minutes: float = 10.0
    """How long WeChat knows the client_msg_id of a template message; customer service messages have none."""
    timeout: float = 10.0
    """Seconds to wait for its answer."""


class MessagesSettings(Struct, frozen=True):
    """Messages to people outside."""

    sms: SmsSettings = SmsSettings()
    wechat: WechatSettings = WechatSettings()
    retry_seconds: tuple[float, ...] = (10.0, 60.0, 300.0, 1800.0, 7200.0, 21600.0)
    """The pauses before a message is tried again; after the last one it is given up (dead)."""
    lease_seconds: float = 60.0
    """How long one process may take over a message before another one tries; at least three times the timeouts."""
    parallel: int = 8
    """How many messages one node sends at the same time on one channel."""
    keep_days: int = 180
    """How long recipients and texts are kept; then they are erased, and what remains says that something was sent."""

    def problems(self) -> list[str]:
        """What does not fit together, one line each, naming the setting."""
        found, here = [], "plugins.messages"
        if self.sms.url and not re.match(r"https?://", self.sms.url):
            found.append(f"{here}.sms.url: must begin with https:// or http://")
        if 0 < len(self.sms.webhook_secret.reveal()) < 16:
            found.append(f"{here}.sms.webhook_secret: needs 16 characters or more")
        if self.wechat.app_id:
            missing = [n for n in ("app_secret", "token", "aes_key") if not getattr(self.wechat, n).reveal()]
            found += [f"{here}.wechat.{name}: missing, but wechat.app_id is set" for name in missing]
            if not missing and not is_aes_key(self.wechat.aes_key.reveal()):
                found.append(f"{here}.wechat.aes_key: is no EncodingAESKey (43 letters and digits)")
        if self.lease_seconds < 3 * max(self.sms.timeout, self.wechat.timeout):
            found.append(f"{here}.lease_seconds: must be at least three times sms.timeout and wechat.timeout")
        if self.parallel < 1:
            found.append(f"{here}.parallel: must be 1 or more")
        return found


def is_aes_key(text: str) -> bool:
    """Whether a text is the 43 characters of an EncodingAESKey."""
    try:
        return len(text) == 43 and len(base64.b64decode(text + "=", validate=True)) == 32
    except binascii.Error:
        return False
