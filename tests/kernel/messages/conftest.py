"""A simulator of each gateway, and a hall that sends by them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from outside import Sms, Wechat, serving, settings_for

from tests.sdk.demo_plugin import Demo


@pytest.fixture
def sms():
    with serving(Sms()) as simulator:
        yield simulator


@pytest.fixture
def wechat():
    with serving(Wechat()) as simulator:
        yield simulator


@pytest.fixture
def open_town(open_hall):
    """`hall = await open_town(sms, wechat, background=True)`."""

    async def start(sms=None, wechat=None, *, background: bool = True, **more):
        return await open_hall(Demo(), background=background, plugins=settings_for(sms, wechat, **more))

    return start
