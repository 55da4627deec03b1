"""Settings of the portal: section [plugins.portal]."""

from __future__ import annotations

from msgspec import Struct


class PortalSettings(Struct, frozen=True):
    """What the shell says about the body that runs the platform, and how patient it is with parts."""

    body_name_zh: str = "云江市人大常委会"
    """The body's name in the top bar, in Chinese."""
    body_name_en: str = "Yunjiang Municipal People's Congress"
    """The same in English."""
    emblem: str = ""
    """Path of the body's emblem (.svg, .png or .webp), shown in the top bar; empty: the platform's own sign."""
    contact: str = ""
    """Whom to ask for help (a telephone number, an office), shown at the foot of public pages."""
    health_timeout: float = 5.0
    """Seconds a health check may take."""
    slot_timeout: float = 3.0
    """Seconds a part of a page that a plugin fills may take."""
    ready_cache: float = 2.0
    """Seconds for which /health/ready repeats its last answer."""
