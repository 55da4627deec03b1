"""Settings of live topics: section [plugins.live]."""

from __future__ import annotations

from msgspec import Struct


class LiveSettings(Struct, frozen=True):
    """Times in seconds. Whoever was away longer than `keep_seconds`, or missed more than `replay`, reads again."""

    keep_seconds: float = 300.0
    """How long messages are kept for clients that were away for a moment."""
    replay: int = 200
    """How many missed messages a client is sent at most; with more it is told to read again."""
    queue: int = 256
    """How many messages may wait for one slow client; with more they are dropped and it is told to read again."""
    topics: int = 50
    """How many topics one client may hear at the same time."""
    heartbeat: float = 15.0
    """How often a client that is told nothing is sent a sign of life."""
    recheck: float = 15.0
    """How often it is asked anew whether a client may still hear its topics; changes known here are asked at once."""
