"""Health for machines."""

from __future__ import annotations

import asyncio

from huitang_kernel.portal.health import ask_all
from huitang_kernel.testing import client_of
from huitang_sdk import hookimpl
from huitang_sdk.declare import HealthCheck, HealthStatus
from tests.kernel.portal.samples import Lamps


class Sick(Lamps):
    """Its critical check answers what the test wants."""

    well = False

    @hookimpl
    def health_checks(self):
        async def check(_ctx):
            return HealthStatus(self.well, "secret cause")

        return [HealthCheck("lamps.critical", "Power is on", check, critical=True)]


class Slow(Lamps):
    @hookimpl
    def health_checks(self):
        async def check(_ctx):
            await asyncio.sleep(60)

        return [HealthCheck("lamps.slow", "Slow", check, critical=True)]


async def test_a_healthy_node_is_live_and_ready(open_hall, readers):
    hall = await open_hall()
    async with client_of(hall) as client:
        live, ready = await client.get("/health/live"), await client.get("/health/ready")
    assert live.json() == {"status": "live"}
    assert ready.status_code == 200
    assert ready.json()["checks"]["portal.database"] is True


async def test_a_failing_critical_check_takes_the_node_out_without_saying_why(open_hall, readers, lamps):
    sick = Sick(lamps.folder)
    hall = await open_hall(sick, plugins={"portal": {"ready_cache": 0.0}})
    async with client_of(hall) as client:
        out = await client.get("/health/ready")
        sick.well = True
        back = await client.get("/health/ready")
    assert (out.status_code, back.status_code) == (503, 200)
    assert out.json()["checks"]["lamps.critical"] is False
    assert "secret" not in out.text


async def test_a_hanging_check_is_cut_off(open_hall, readers, lamps):
    hall = await open_hall(Slow(lamps.folder))
    findings = await ask_all(hall.registry, 0.05, only_critical=True)
    assert findings[0].id == "lamps.slow"
    assert not findings[0].status.ok
    assert "0.05" in findings[0].status.message
