"""Downloads through the SDK, and the store in the console."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from saving import save

from huitang_kernel.files.health import health_checks
from huitang_kernel.identity.service import IdentityService
from huitang_kernel.testing import client_of
from huitang_sdk import Manifest, Plugin, PluginContext, hookimpl
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.http import file_response, public


class Downloads(Plugin):
    """A plugin with one page: a file."""

    manifest = Manifest(id="downloads", title={"en": "Downloads", "zh-CN": "下载"}, version="1.0", sdk=">=0.1,<1")
    package = "huitang_sdk"

    @hookimpl
    def pages(self):
        return [download]


@get("/{file_id:uuid}", guards=[public])
async def download(
    request: Request[Any, Any, Any],
    ctx: NamedDependency[PluginContext[Any]],
    file_id: FromPath[UUID],
    inline: FromQuery[bool] = False,
) -> Response[Any]:
    return file_response(request, ctx.files, await ctx.files.get(file_id), inline=inline)


async def test_downloads_have_ranges_and_a_tag(open_hall):
    hall = await open_hall(Downloads())
    content = bytes(range(256)) * 10_000
    stored = await save(hall, "预算 附表.bin", content, plugin="downloads")
    async with client_of(hall) as client:
        whole = await client.get(f"/downloads/{stored.id}")
        part = await client.get(f"/downloads/{stored.id}", headers={"range": "bytes=1048570-1048580"})
        tail = await client.get(f"/downloads/{stored.id}", headers={"range": "bytes=-7"})
        beyond = await client.get(f"/downloads/{stored.id}", headers={"range": "bytes=9999999-"})
        same = await client.get(f"/downloads/{stored.id}", headers={"if-none-match": whole.headers["etag"]})
    assert (whole.status_code, whole.content) == (200, content)
    assert whole.headers["etag"] == f'"{stored.sha256}"'
    assert "filename*=UTF-8''%E9%A2%84" in whole.headers["content-disposition"]
    assert (part.status_code, part.content) == (206, content[1048570:1048581])
    assert part.headers["content-range"] == f"bytes 1048570-1048580/{len(content)}"
    assert (tail.status_code, tail.content) == (206, content[-7:])
    assert (beyond.status_code, same.status_code) == (416, 304)


async def test_only_harmless_types_are_shown_in_place(open_hall):
    hall = await open_hall(Downloads())
    page = await save(hall, "a.txt", b"<script>alert(1)</script>", plugin="downloads")
    picture = await save(hall, "a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, plugin="downloads")
    async with client_of(hall) as client:
        shown = await client.get(f"/downloads/{picture.id}?inline=true")
        kept = await client.get(f"/downloads/{page.id}?inline=true")
    assert shown.headers["content-disposition"].startswith("inline")
    assert kept.headers["content-disposition"].startswith("attachment")
    assert kept.headers["content-type"].startswith("text/html")


async def test_a_file_of_another_plugin_cannot_be_downloaded(open_hall):
    hall = await open_hall(Downloads())
    stored = await save(hall, "secret.txt", b"secret", plugin="cadres")
    async with client_of(hall) as client:
        assert (await client.get(f"/downloads/{stored.id}")).status_code == 404


async def test_the_console_page(open_hall, monkeypatch):
    async def authenticate(_self, _connection):
        return SYSTEM

    monkeypatch.setattr(IdentityService, "authenticate", authenticate)
    hall = await open_hall(plugins={"files": {"quotas_mb": {"downloads": 10}}})
    async with client_of(hall) as client:
        assert "还没有文件" in (await client.get("/files/")).text
        stored = await save(hall, "<b>最大的.txt", b"x" * 5_000_000, plugin="downloads")
        hall.services.files.store.path_of(stored.sha256).write_bytes(b"y")
        await hall.services.files.verify()
        await hall.services.files.sweep()
        page = (await client.get("/files/")).text
    assert "&lt;b&gt;最大的.txt" in page
    assert "4.8 MB" in page
    assert "内容被改动" in page
    assert "47 %" in page


async def test_the_console_page_needs_its_permission(open_hall):
    hall = await open_hall()
    async with client_of(hall) as client:
        assert (await client.get("/files/")).status_code in (303, 401, 403)


@pytest.mark.parametrize("kind", ["permissions", "menu", "jobs", "health_checks"])
async def test_what_is_declared_is_translated(open_hall, kind):
    hall = await open_hall()
    declared = getattr(hall.registry.get("files").declarations, kind)
    assert declared
    assert len(health_checks(hall.services.files)) == 3
    for one in declared:
        assert hall.catalogues.lookup("files", "zh-CN", one.title) != one.title
