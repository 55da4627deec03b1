"""What every part of the kernel stands on, made once per process."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from huitang_kernel.background import Background
from huitang_kernel.clock import SystemClock
from huitang_kernel.config import Settings
from huitang_kernel.db import Listener, PostgresDatabase
from huitang_kernel.drain import Drain
from huitang_kernel.keys import Keys
from huitang_kernel.limits import LimitBook
from huitang_kernel.load import Load
from huitang_kernel.plugins.registry import Registry


class Core(Struct, frozen=True, kw_only=True):
    """Services take this and their own settings; each other they meet through the contracts in their context."""

    settings: Settings
    database: PostgresDatabase
    listener: Listener
    background: Background
    drain: Drain
    load: Load
    registry: Registry
    keys: Keys
    limits: LimitBook
    clock: SystemClock

    @property
    def data_dir(self) -> Path:
        return self.settings.data_dir
