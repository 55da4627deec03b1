"""A list from elsewhere says whose remit a matter is, who came for the others, and who is complained of."""

from __future__ import annotations

import io
import time

import pytest
from msgspec import structs
from python_calamine import CalamineWorkbook

from huitang_petitions.services import rows
from huitang_petitions.services.import_template import template, titles
from huitang_petitions.services.importing import look_at, take_over
from huitang_petitions.services.row_people import people_of
from huitang_petitions.services.sheets import HEADS
from huitang_petitions.services.submission import CHANNELS, Person
from huitang_petitions.services.validating import MOST_PERSONS
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


async def test_an_empty_cell_is_no_remit_whatever_a_title_may_be(town):
    given = await rows.known(town.ctx, town.units["office"].id)
    assert "" not in given.remits
    untitled = structs.replace(given, remits={**given.remits, "": "own"})
    assert rows.read({"subject": "路灯不亮", "remit": " "}, untitled)[1].remit == ""


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


MOBILE, RESIDENT = "13800000000", "11010519491231002X"


def named(text: str) -> list[tuple[str, str, str]]:
    """(name, telephone, ID number) of each whom a cell of a list names; without a mistake."""
    found = people_of({"others": text}, Person(), None)
    assert not found.wrong
    return [(one.name, one.phone, one.id_number) for one in found.persons]


@pytest.mark.parametrize(
    ("text", "name", "phone", "id_number"),
    [
        *((f"王样例{form}", "王样例", MOBILE, "") for form in (MOBILE, f" {MOBILE}", f"-{MOBILE}", f"/{MOBILE}")),
        *((f"王样例{form}", "王样例", MOBILE, "") for form in (f"[{MOBILE}]", f"【{MOBILE}】", f"（手机{MOBILE}）")),
        *((f"王样例{form}", "王样例", MOBILE, "") for form in ("（１３８００００００００）", f"：{MOBILE}（手机）")),
        *((f"王样例{form}", "王样例", "", RESIDENT) for form in (RESIDENT, f"（身份证号：{RESIDENT.lower()}）")),
        ("王样例（110105491231002）", "王样例", "", "110105491231002"),
        ("王样例（E12345678）", "王样例", "", "E12345678"),
        ("王样例（证件12345678）", "王样例", "", "12345678"),
        ("王样例 (0571)88888888", "王样例", "0571-88888888", ""),
        (f"王样例2 {MOBILE}", "王样例2", MOBILE, ""),
        (f"David {MOBILE}", "David", MOBILE, ""),
        (f"John Smith {MOBILE}", "John Smith", MOBILE, ""),
        ("王　伟", "王 伟", "", ""),
        ("李示范等30人", "李示范等30人", "", ""),
    ],
)
def test_numbers_are_understood_in_whatever_way_they_are_written(text, name, phone, id_number):
    assert named(text) == [(name, phone, id_number)]


@pytest.mark.parametrize("text", ["李示范 赵例子 钱某某", "李示范\t赵例子\t钱某某", "李示范　赵例子、钱某某"])
def test_names_that_spaces_set_apart_are_several_people(text):
    assert [name for name, _phone, _id in named(text)] == ["李示范", "赵例子", "钱某某"]


@pytest.mark.parametrize(
    "text",
    [
        f"王样例{MOBILE}李",
        "王样例138-0000-0000李",
        f"王样例 {MOBILE} 李示范",
        f"王样例（{MOBILE} 13900000000）",
        f"王样例1{MOBILE}",
        "王样例（身份证110105194912310021）",
        "王样例（身份证1101051949123100）",
        f"手机{MOBILE}",
        MOBILE,
        "A123456(3)",
        "王样例（男，45岁）",
        "王 伟 李 明",
        f"李示范 赵例子 {MOBILE}",
    ],
)
async def test_no_number_becomes_part_of_a_name_unsaid(town, text):
    told = await wrong(town, row(town, 其他信访人=text), head=HEAD)
    assert [message.partition("：")[0] for message in told] == ["其他信访人"]


async def test_a_number_in_the_own_column_of_the_name_is_a_mistake_there(town):
    told = await wrong(town, row(town, 信访人=f"王样例{MOBILE}"), head=HEAD)
    assert [message.partition("：")[0] for message in told] == ["信访人"]


def test_telephones_that_differ_in_their_marks_only_are_of_one_person():
    first = Person(name="王样例", phone=MOBILE)
    found = people_of({"representatives": "王样例（+86 138-0000-0000）"}, first, 5)
    assert [(one.phone, one.role) for one in found.persons] == [(MOBILE, "representative")]
    assert len(people_of({"others": "王样例（13900000000）"}, first, 5).persons) == 2


@pytest.mark.parametrize("text", ["王样例（110105194912310021）", "很长的姓名" * 20])
async def test_a_mistake_of_somebody_else_is_told_once_and_at_no_column_that_is_missing(town, text):
    head = tuple(title for title in HEAD if title != "信访人")
    without = tuple(cell for title, cell in zip(HEAD, row(town, 其他信访人=text), strict=True) if title in head)
    for told in (await wrong(town, without, head=head), await wrong(town, row(town, 代表=text), head=HEAD)):
        assert [message.partition("：")[0] for message in told] in (["其他信访人"], ["代表"])


async def test_yes_and_no_of_the_workbook_itself_are_understood(town):
    book = workbook((*HEAD, "紧急", "是否公开"), (*row(town), True, False))
    sheet = await look_at(town.ctx, town.actors["receptionist"], book)
    assert [(one.errors, one.intake.urgent, one.intake.publish) for one in sheet.rows] == [((), True, False)]


def test_more_people_than_a_matter_may_have_are_refused_before_they_are_read():
    text = "、".join(f"王样例{13800000000 + number}" for number in range(MOST_PERSONS + 1))
    found = people_of({"others": text}, Person(name="李示范"), None)
    assert [one.name for one in found.persons] == ["李示范"]
    assert list(found.wrong) == ["others"]
    assert len(people_of({"others": text.rpartition("、")[0]}, Person(), None).persons) == MOST_PERSONS


@pytest.mark.parametrize(
    "text",
    ["王 " * 4000, "1" * 8000, "王1-" * 2700, "王" + "(" * 8000, "王样例13800000000" * 500, "王 " + "1 " * 8000 + "王"],
)
def test_a_very_long_cell_is_read_at_once(text):
    before = time.process_time()
    assert people_of({"others": text}, Person(), None).wrong
    assert time.process_time() - before < 0.5
