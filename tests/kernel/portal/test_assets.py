"""Pages stay light, and every icon that is named is there."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from huitang_kernel.portal.shell import Icons
from huitang_kernel.testing import client_of

ROOT = Path(__file__).parents[3]
BUDGET = 200 * 1024
HTML_BUDGET = 100 * 1024
NAMED = re.compile(
    r"""\bicon\(["']([a-z0-9-]+)["']|\bicon(?:_name)?=["']([a-z0-9-]+)["']|["']icon["']: ["']([a-z0-9-]+)["']"""
)


async def test_the_first_view_is_light(open_hall, readers, lamps, operator):
    hall = await open_hall(lamps)
    async with client_of(hall, headers=operator) as client:
        page = await client.get("/")
        names = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js)[^"]*)"', page.text)
        assets = {name: await client.get(name) for name in names}
    assert len(assets) == 5
    assert all(answer.status_code == 200 for answer in assets.values())
    assert all("immutable" in answer.headers["cache-control"] for answer in assets.values())
    sizes = {name: len(gzip.compress(answer.content)) for name, answer in assets.items()}
    assert sum(sizes.values()) <= BUDGET, sizes
    assert len(page.content) <= HTML_BUDGET
    assert "echarts" not in page.text


def test_every_icon_that_is_named_is_in_the_sprite():
    known = Icons(str).names
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for folder in ("kernel/huitang_kernel", "plugins", "examples")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".html", ".py") and "node_modules" not in path.parts
        for match in NAMED.finditer(path.read_text(encoding="utf-8"))
        for name in match.groups()
        if name and name not in known
    }
    assert not missing


async def test_a_phone_can_keep_the_portal(open_hall, readers):
    hall = await open_hall()
    async with client_of(hall) as client:
        manifest = (await client.get("/manifest.webmanifest")).json()
        icon = await client.get(manifest["icons"][0]["src"])
    assert manifest["start_url"] == "/"
    assert icon.headers["content-type"].startswith("image/svg")
