"""A list from elsewhere says whose remit a matter is, who came for the others, and who is complained of."""

from __future__ import annotations

import io

import pytest
from python_calamine import CalamineWorkbook

from huitang_petitions.services.import_template import template, titles
from huitang_petitions.services.importing import look_at, take_over
from huitang_petitions.services.sheets import HEADS
from huitang_petitions.services.submission import CHANNELS
from huitang_sdk.i18n import use_locale
from tests.plugins.petitions.intake.test_old_registers import COMMITTEE, ago, taken, workbook, wrong

HEAD = (
    "收到日期",
    "信访形式",
    "信访人",
    "人数",
    "其他信访人",
    "代表",
    "事由",
    "被反映人",
    "被反映单位",
    "去向",
    "承办单位",
)


def row(town, **changes: object) -> tuple[object, ...]:
    known: dict[str, object] = dict.fromkeys(HEAD, "")
    known |= {"收到日期": ago(town, 3), "信访形式": "来访", "信访人": "王样例", "事由": "路灯不亮"}
    return tuple((known | changes)[title] for title in HEAD)


async def people_in(town) -> list[tuple[str, str, str]]:
    """(name, telephone, role) of everybody, in order."""
    found = await town.fetch(
        "SELECT t.id, t.name, t.phone, p.role FROM petitions.party p JOIN petitions.petitioner t"
        " ON t.id = p.petitioner_id ORDER BY p.position"
    )
    unseal = town.ctx.personal.unseal
    return [
        (
            unseal("petitioner.name", one["id"], one["name"]),
            unseal("petitioner.phone", one["id"], one["phone"]),
            one["role"],
        )
        for one in found
    ]


async def test_everybody_who_is_named_is_registered_once_with_their_part(town):
    joint = row(town, 人数=30, 其他信访人="李示范（13800000001）、赵例子", 代表="李示范、王样例；钱代表 13800000002")
    (matter,) = await taken(town, joint, head=HEAD)
    assert matter["people"] == 30
    assert await people_in(town) == [
        ("王样例", "", "representative"),
        ("李示范", "13800000001", "representative"),
        ("赵例子", "", "petitioner"),
        ("钱代表", "13800000002", "representative"),
    ]


async def test_those_complained_of_are_kept_away_from_the_first_moment(town):
    accused = town.actors["handler"]
    name = (await town.ctx.identity.accounts([accused.account_id]))[accused.account_id].name
    sheet = await look_at(
        *(
            town.ctx,
            town.actors["receptionist"],
            workbook(HEAD, row(town, 被反映人=f"{name}、没有这人", 被反映单位=COMMITTEE)),
        )
    )
    assert [one.errors for one in sheet.rows] == [()]
    await take_over(town.ctx, town.actors["receptionist"], sheet.token)
    marks = await town.fetch("SELECT account_id, organisation_id FROM petitions.accused")
    assert {one["account_id"] for one in marks} == {accused.account_id, None}
    assert {one["organisation_id"] for one in marks} == {town.units["committee"].id, None}
    assert len(marks) == 3
    assert await town.one("SELECT count(*) FROM notifications.todo WHERE assignee_id = $1", accused.account_id) == 0


async def test_an_open_matter_cannot_be_in_the_hands_of_whom_it_complains_of(town):
    assert await wrong(town, row(town, 被反映单位=COMMITTEE, 承办单位=COMMITTEE), head=HEAD) == [
        "承办单位：该单位是本事项的被反映对象，不得将材料转给被检举控告的单位（条例第三十条）。"
    ]


async def test_the_remit_is_known_by_its_title_or_id(town):
    matters = await taken(
        *(town, row(town, 去向="转同级人民政府"), row(town, 去向="own"), row(town, 去向="")), head=HEAD
    )
    assert [one["remit"] for one in matters] == ["government", "own", ""]


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"代表": "甲一、乙二、丙三、丁四、戊五、己六"}, "代表"),
        ({"代表": "李示范 110105194912310021"}, "代表"),
        ({"其他信访人": "12"}, "其他信访人"),
        ({"其他信访人": "很长的姓名" * 20}, "其他信访人"),
        ({"人数": 1, "其他信访人": "李示范"}, "人数"),
        ({"信访人": "匿名", "其他信访人": "李示范"}, "信访人"),
        ({"被反映人": "很长的名字" * 30}, "被反映人"),
        ({"被反映单位": "、".join(f"单位{number}" for number in range(21))}, "被反映单位"),
        ({"去向": "天上"}, "去向"),
    ],
)
async def test_every_mistake_is_told_at_its_column(town, changes, column):
    told = await wrong(town, row(town), row(town, **changes), head=HEAD)
    assert [message.partition("：")[0] for message in told] == [column]


async def test_mistakes_name_sheet_row_and_column_on_the_page(town):
    client = await town.sign_in("receptionist")
    book = workbook(HEAD, row(town), row(town, 去向="天上"))
    page = (await client.post("/petitions/import", files={"file": ("登记簿.xlsx", book)})).text
    told = page.split('<th scope="row">3</th>')[1].split("</td>")[0]
    assert "“登记簿”第 3 行" in told
    assert "去向：" in told


async def test_sheets_that_are_left_out_are_named(town):
    import xlsxwriter

    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        for name in ("2024", "2025", "空"):
            sheet = book.add_worksheet(name)
            if name != "空":
                sheet.write_row(0, 0, ("事由",))
                sheet.write_row(1, 0, ("路灯不亮",))
        chart = book.add_chart({"type": "pie"})
        chart.add_series({"values": "='2024'!$A$1:$A$2"})
        book.add_chartsheet("图").set_chart(chart)
    found = await look_at(town.ctx, town.actors["receptionist"], made.getvalue())
    assert found.beside == ("2025",)


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
async def test_the_template_has_every_column_and_is_read_again(town, locale):
    client = await town.sign_in("receptionist")
    assert "/petitions/import/template.xlsx" in (await client.get("/petitions/import")).text
    assert (await client.get("/petitions/import/template.xlsx")).content[:2] == b"PK"
    assert list(dict.fromkeys(titles())) == list(titles())
    assert set(titles()) == set(HEADS)
    with use_locale(locale):
        book = CalamineWorkbook.from_filelike(io.BytesIO(await template(town.ctx)))
        first, legend = (sheet.to_python() for sheet in map(book.get_sheet_by_index, (0, 1)))
        columns = titles()
    allowed: dict[str, list[str]] = {}
    for title, value, _note in legend[1:]:
        allowed.setdefault(title, []).append(value)
    assert {columns[name] for name in ("remit", "representatives", "accused", "accused_unit")} <= set(allowed)
    values = {columns["subject"]: "路灯不亮", columns["received"]: ago(town, 3), columns["name"]: "王样例"}
    values |= {
        columns[name]: [one for one in allowed[columns[name]] if one][-1] for name in ("kind", "gender", "remit")
    }
    values |= {columns["category"]: allowed[columns["category"]][-1]}
    filled = workbook(first[0], [values.get(title, "") for title in first[0]])
    sheet = await look_at(town.ctx, town.actors["receptionist"], filled)
    assert (sheet.unread, [one.errors for one in sheet.rows]) == ((), [()])
    assert sheet.rows[0].past.remit
    assert len(allowed[columns["channel"]]) == len(CHANNELS)
