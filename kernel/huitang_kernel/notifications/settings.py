"""Settings of notifications: section [plugins.notifications]."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Literal

from msgspec import Struct

from huitang_kernel.config import Secret

PORTS = {"none": 25, "starttls": 587, "tls": 465}


class SmtpSettings(Struct, frozen=True):
    """The mail server; no `host`: no e-mail. `tls`: none, starttls (upgrade) or tls (from the first byte)."""

    host: str = ""
    port: int = 0
    """0: 25, 587 or 465, by `tls`."""
    tls: Literal["none", "starttls", "tls"] = "starttls"
    user: str = ""
    password: Secret = Secret("")
    sender: str = ""
    """The address e-mail comes from: "noreply@example.org" or "Huitang <noreply@example.org>"."""
    timeout: float = 20.0
    """Seconds for one step of the conversation with the server."""

    @property
    def real_port(self) -> int:
        return self.port or PORTS[self.tls]


class NotificationsSettings(Struct, frozen=True):
    """`retry_seconds`: the pauses before an e-mail is tried again; after the last one it is given up (dead)."""

    smtp: SmtpSettings = SmtpSettings()
    retry_seconds: tuple[float, ...] = (30.0, 120.0, 600.0, 1800.0, 7200.0, 21600.0, 43200.0)
    lease_seconds: float = 90.0
    """How long one process may take over one e-mail before another one tries; at least three times `smtp.timeout`."""

    def problems(self) -> list[str]:
        """What does not fit together, one line each, naming the setting."""
        if not self.smtp.host:
            return []
        found = []
        if "@" not in parseaddr(self.smtp.sender)[1]:
            found.append("plugins.notifications.smtp.sender: an address is needed when smtp.host is set")
        if self.smtp.user and not self.smtp.password.reveal():
            found.append("plugins.notifications.smtp.password: missing, but smtp.user is set")
        if self.lease_seconds < 3 * self.smtp.timeout:
            found.append("plugins.notifications.lease_seconds: must be at least three times smtp.timeout")
        return found
