"""Questions about live topics that the console asks."""

from __future__ import annotations

from huitang_kernel.db import Listener
from huitang_sdk.declare import HealthStatus
from huitang_sdk.i18n import Translator

_ = Translator("live")


def check_listening(listener: Listener) -> HealthStatus:
    """This node hears what the others say."""
    if listener.is_listening:
        return HealthStatus(ok=True)
    return HealthStatus(
        ok=False,
        message=_("This node has lost the connection over which nodes tell each other what has changed."),
        remedy=_("It connects again by itself. If it does not, look whether PostgreSQL takes further connections."),
    )
