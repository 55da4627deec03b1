"""The one Piccolo engine of this process, found by every table.

Piccolo looks for a module named by PICCOLO_CONF at a table's first query and keeps the engine from then on. So there is
one engine object for the life of the process; connecting only points it somewhere.
"""

from __future__ import annotations

import os
import sys
from types import ModuleType

from piccolo.conf.apps import AppRegistry
from piccolo.engine.postgres import PostgresEngine

CONF_MODULE = "huitang_piccolo_conf"


class QuietEngine(PostgresEngine):
    """Piccolo's engine asks the server for its version when it is made; there is no server to ask yet."""

    async def check_version(self) -> None:
        return


def _install() -> PostgresEngine:
    engine = QuietEngine(config={}, extensions=())
    module = ModuleType(CONF_MODULE)
    module.DB = engine  # type: ignore[attr-defined]
    module.APP_REGISTRY = AppRegistry(apps=[])  # type: ignore[attr-defined]
    sys.modules[CONF_MODULE] = module
    os.environ["PICCOLO_CONF"] = CONF_MODULE
    return engine


ENGINE = _install()
