"""Templates of plugins that operators replace: what is taken over, what is refused, what is recorded."""

from __future__ import annotations

import asyncio
import io

import pytest
from docx import Document

from huitang_kernel.documents import filling
from huitang_kernel.documents.health import health_checks
from huitang_kernel.identity.testing import PASSWORD, sign_in
from huitang_kernel.testing import client_of
from huitang_sdk import hookimpl
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.declare import DocumentTemplate
from huitang_sdk.documents import BrokenTemplate
from huitang_sdk.errors import Invalid, NotFound
from tests.sdk.demo_plugin import Demo, city_in

LETTER, SHEET = "demo.letter", "demo.sheet"
PAGE = "/documents/templates/"
OURS = '#import "huitang.typ": *\n#show: paper\n我们的 #values.title'.encode()
CHEAP = {"identity": {"argon2_memory_kib": 64, "argon2_time": 1}}
VALUES = {"title": "通知", "day": "2026-11-25", "lines": [{"text": "一"}]}


def word(*lines: str) -> bytes:
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.fixture
async def hall(open_hall):
    return await open_hall(Demo(), plugins={**CHEAP, "documents": {"max_template_mb": 1}})


@pytest.fixture
def service(hall):
    return hall.services.documents


@pytest.fixture
def documents(hall):
    return hall.registry.get("demo").context.documents


async def somebody(hall, name: str, *permissions: str):
    """A signed-in client that holds exactly these permissions."""
    identity, rights = hall.services.identity, hall.services.permissions
    root = await identity.organisation_named("云江市") or await identity.create_organisation(SYSTEM, "云江市")
    account = await identity.create_account(SYSTEM, name, name, PASSWORD, root.id)
    role = await rights.create_role(SYSTEM, name, name, allows=permissions or ("demo.thing.read",))
    await rights.grant(SYSTEM, role, root.id, "all", account_id=account.id)
    client = client_of(hall)
    await sign_in(hall, client, name)
    return client


async def test_versions_are_kept_and_chosen(hall, service, documents):
    await service.replace(SYSTEM, SHEET, "一.typ", OURS)
    await service.replace(SYSTEM, SHEET, "二.typ", OURS + b" 2")
    assert (await documents.fill(SHEET, VALUES)).template_version == 2
    await service.use(SYSTEM, SHEET, 1)
    assert (await documents.fill(SHEET, VALUES)).template_version == 1
    await service.use(SYSTEM, SHEET, 0)
    await service.use(SYSTEM, SHEET, 0)
    assert (await documents.fill(SHEET, VALUES)).template_version == 0
    with pytest.raises(NotFound):
        await service.use(SYSTEM, SHEET, 3)
    found = [(entry.action, entry.detail["version"]) for entry in await hall.audit.entries(action="documents.")]
    assert found == [
        ("documents.template.reset", 0),
        ("documents.template.replaced", 1),
        ("documents.template.replaced", 2),
        ("documents.template.replaced", 1),
    ]


async def test_two_operators_at_the_same_moment_leave_one_in_use(hall, service):
    await asyncio.gather(*(service.replace(SYSTEM, SHEET, f"{n}.typ", OURS + b" %d" % n) for n in range(5)))
    rows = await hall.core.database.fetch("SELECT version, is_current FROM documents.version ORDER BY version")
    assert [row["version"] for row in rows] == [1, 2, 3, 4, 5]
    assert [row["version"] for row in rows if row["is_current"]] == [5]


@pytest.mark.parametrize(
    ("template", "name", "content", "said"),
    [
        (SHEET, "x.typ", b"#let x = (\n", "1"),
        (SHEET, "x.typ", b"\xff\xfe\x00", "UTF-8"),
        (SHEET, "x.typ", b'#import "@preview/cetz:0.3.1"', "@"),
        (SHEET, "x.typ", b'#import "huitang.typ": *\n#values.other', "other"),
        (SHEET, "x.docx", OURS, ".typ"),
        (SHEET, "x.typ", b"", "文件"),
        (SHEET, "x.typ", b"a" * (1024 * 1024 + 1), "1 MB"),
        (LETTER, "x.docx", word("{{ other }}"), "other"),
        (LETTER, "x.docx", OURS, "Word"),
        (LETTER, "x.docx", word("{% for a in range(9) %}没有结尾"), "没有结尾"),
        (LETTER, "x.docx", word("{{ ''.__class__ }}"), "unsafe"),
    ],
)
async def test_what_cannot_be_filled_changes_nothing(hall, service, template, name, content, said):
    with pytest.raises(Invalid) as refused:
        await service.replace(SYSTEM, template, name, content)
    assert said in refused.value.message
    assert await hall.core.database.fetch("SELECT 1 FROM documents.version") == []
    assert await hall.audit.entries(action="documents.") == []


async def test_a_word_template_without_end_is_stopped(service, monkeypatch):
    monkeypatch.setattr(filling, "MAX_SECONDS", 2)
    endless = (
        "{% set r = range(99999) %}{% for a in r %}{% for b in r %}{% for c in r %}{% endfor %}{% endfor %}{% endfor %}"
    )
    with pytest.raises(BrokenTemplate, match="2"):
        await service.replace(SYSTEM, LETTER, "x.docx", word(endless))


async def test_a_word_template_that_eats_memory_is_stopped(service):
    with pytest.raises(BrokenTemplate, match="1024 MB"):
        await service.replace(SYSTEM, LETTER, "x.docx", word('{{ ("a" * 3000000000) | length }}'))
    await service.replace(SYSTEM, LETTER, "x.docx", word("{{ title }}"))


async def test_an_operator_at_work(hall, service):
    client = await somebody(hall, "operator", "documents.template.manage")
    assert PAGE + LETTER in (await client.get("/documents/")).text
    page = (await client.get(PAGE + SHEET)).text
    assert "#values.title" in page
    assert "<code>text</code>" in page
    upload = {"template": ("新.typ", OURS)}
    tried = await client.post(PAGE + SHEET, data={"act": "try"}, files=upload)
    assert tried.content.startswith(b"%PDF")
    assert await hall.core.database.fetch("SELECT 1 FROM documents.version") == []
    taken = await client.post(PAGE + SHEET, data={"act": "replace"}, files=upload)
    assert (taken.status_code, taken.headers["location"]) == (303, PAGE + SHEET)
    assert "新.typ" in (await client.get("/documents/")).text
    shown = await client.get(f"{PAGE}{SHEET}/preview")
    assert shown.content.startswith(b"%PDF")
    assert shown.headers["content-disposition"].startswith("inline")
    assert (await client.get(f"{PAGE}{SHEET}/versions/1")).content == OURS
    own = (await client.get(f"{PAGE}{SHEET}/versions/0")).content
    assert b"lines.typ" in own
    refused = await client.post(PAGE + SHEET, files={"template": ("坏.typ", b"#let x = (\n")})
    assert refused.status_code == 422
    assert "第 1 行" in refused.text
    assert (await client.post(PAGE + SHEET)).status_code == 422
    await client.post(f"{PAGE}{SHEET}/use/0")
    assert (await service.preview(SYSTEM, SHEET)).template_version == 0
    assert (await client.get(f"{PAGE}{SHEET}/versions/9")).status_code == 404


async def test_only_operators_and_those_whom_the_plugin_names_may_replace(hall):
    writer = await somebody(hall, "writer", "demo.thing.write")
    assert (await writer.post(PAGE + LETTER, files={"template": ("x.docx", word("{{ title }}"))})).status_code == 303
    listed = (await writer.get("/documents/")).text
    assert LETTER in listed
    assert SHEET not in listed
    reader = await somebody(hall, "reader", "demo.thing.read")
    for client, template in ((writer, SHEET), (reader, SHEET), (reader, LETTER)):
        ending = template_ending(template)
        for method, path, files in (
            ("GET", "", None),
            ("POST", "", {"template": (f"x{ending}", OURS)}),
            ("GET", "/preview", None),
            ("GET", "/versions/0", None),
            ("GET", "/versions/1", None),
            ("POST", "/use/0", None),
            ("POST", "/use/1", None),
        ):
            answer = await client.request(method, PAGE + template + path, files=files)
            assert answer.status_code == 404, (template, method, path)
    rows = await hall.core.database.fetch("SELECT template, is_current FROM documents.version")
    assert [tuple(row.values()) for row in rows] == [(LETTER, True)]


def template_ending(template: str) -> str:
    return ".docx" if template == LETTER else ".typ"


class Grown(Demo):
    """The same plugin after an upgrade: a value has another name."""

    @hookimpl
    def document_templates(self):
        return [DocumentTemplate(SHEET, "Sheet", "documents/sheet.typ", {"heading": "示例", "day": "", "lines": []})]


async def test_a_template_that_an_upgrade_broke_is_named(hall, service, documents):
    (check,) = health_checks(service)
    assert (await check.check(service.context)).ok
    await service.replace(SYSTEM, SHEET, "x.typ", OURS)
    assert (await check.check(service.context)).ok
    record = hall.registry.get("demo")
    record.declarations = type(record.declarations)(document_templates=Grown().document_templates())
    status = await check.check(service.context)
    assert not status.ok
    assert "title" in status.message
    with pytest.raises(BrokenTemplate):
        await documents.fill(SHEET, {"heading": "通知"})
    with pytest.raises(BrokenTemplate):
        await service.use(SYSTEM, SHEET, 1)


async def test_a_plugin_fills_its_own_templates_only(open_hall):
    hall = await open_hall(Demo())
    await city_in(hall)
    other = hall.services.documents.scoped("other")
    with pytest.raises(ValueError, match=SHEET):
        await other.fill(SHEET, VALUES)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (DocumentTemplate("demo.x", "X", "documents/none.typ", {}), "no file"),
        (DocumentTemplate("demo.x", "X", "documents/lines.typ", {}, files=("documents/none.typ",)), "no file"),
        (DocumentTemplate("demo.x", "X", "templates/demo/notices/published/en.body.txt", {}), "neither"),
        (DocumentTemplate("other.x", "X", "documents/sheet.typ", {}), "must start with"),
        (DocumentTemplate("demo.x", "X", "documents/sheet.typ", {}, "demo.none"), "not declared"),
    ],
)
async def test_a_wrong_declaration_is_refused(open_hall, template, said):
    plugin = Demo()
    plugin.document_templates = hookimpl(lambda: [template])
    hall = await open_hall(plugin)
    assert said in hall.registry.get("demo").cause


async def test_typefaces_of_one_s_own(open_hall, tmp_path, monkeypatch):
    from huitang_sdk.documents import font_folders, fonts

    monkeypatch.setattr(fonts, "_added", [])
    await open_hall(plugins={"documents": {"fonts_folder": str(tmp_path)}})
    assert font_folders()[0] == tmp_path
