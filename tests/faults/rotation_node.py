"""Changes the key of personal data as a process of its own, to be killed.

python -m tests.faults.rotation_node DSN DATA_DIR
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from huitang_kernel.app import Hall
from huitang_kernel.config import load_settings
from huitang_kernel.testing import TEST_KEY
from huitang_sdk.contracts.identity import SYSTEM
from tests.kernel.personal.conftest import QUICK
from tests.sdk.demo_plugin import Demo


async def main(dsn: str, folder: Path) -> None:
    """Finish what was begun, or begin and finish."""
    hall = Hall(
        load_settings(None, {"data_dir": str(folder), "key": TEST_KEY, "plugins": QUICK}),
        plugins=[Demo()],
        installed=(),
    )
    await hall.connect(dsn)
    personal = hall.services.personal
    if not await personal.states.is_unfinished():
        await personal.rotation.begin(SYSTEM)
    await personal.rotation.finish(SYSTEM)
    await hall.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
