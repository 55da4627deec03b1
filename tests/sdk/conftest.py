"""A hall with the plugin of `demo_plugin.py`."""

from __future__ import annotations

import pytest

from tests.sdk.demo_plugin import Demo


@pytest.fixture
def plugin():
    return Demo()


@pytest.fixture
async def hall(open_hall, plugin):
    files = {"max_file_mb": 1, "refused_types": ["image/png"]}
    return await open_hall(plugin, plugins={"files": files})


@pytest.fixture
def ctx(hall):
    return hall.registry.get("demo").context
