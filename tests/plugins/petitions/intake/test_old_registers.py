"""Taking over a register that was kept elsewhere: with its numbers, and as far on its way as every matter was."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from huitang_petitions import jobs
from huitang_petitions.clock.profiles import builtin_profiles
from huitang_petitions.events import MatterRegistered
from huitang_petitions.judging.remits import default_remits
from huitang_petitions.judging.tree import default_tree
from huitang_petitions.services import past, rules, steps
from huitang_petitions.services.exporting import export_register
from huitang_petitions.services.importing import look_at, take_over
from huitang_petitions.services.listing import Wanted
from huitang_petitions.services.past import DONE, WAYS
from huitang_petitions.services.submission import CHANNELS, KINDS
from huitang_petitions.services.way import way_of
from huitang_petitions.services.wording import word
from huitang_petitions.workflow import FINAL, TO_HANDLE
from huitang_sdk.contracts import Delivery, Run
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.i18n import TIMEZONE, use_locale
from huitang_sdk.testing import FixedClock
from tests.plugins.petitions.intake.letters import token_in

FIRST_DAY = date(1990, 1, 1)
REVIEWS = ("申请复查日期", "复查意见日期", "申请复核日期", "复核意见日期")
HEAD = ("原编号", "收到日期", "信访人", "事由", "信访类型", "办理状态", "承办单位", "答复日期", "办结日期")
COMMITTEE = "云江市人大城建环资委"


def workbook(*rows: tuple) -> bytes:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made)
    sheet = book.add_worksheet("登记簿")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return made.getvalue()


def ago(town, days: int) -> str:
    return str(town.ctx.clock.today() - timedelta(days=days))


def old(town, state: str = "办结", **changes: str) -> tuple[str, ...]:
    """A row of 400 days ago that was answered in time."""
    row = {
        **{"原编号": "信〔2025〕17号", "收到日期": ago(town, 400), "信访人": "王样例", "事由": "路灯不亮"},
        **{"信访类型": "申诉求决", "办理状态": state, "承办单位": COMMITTEE},
        **{"答复日期": ago(town, 360), "办结日期": ago(town, 350)},
    }
    return tuple((row | changes)[title] for title in HEAD)


async def taken(town, *rows: tuple[str, ...], head: tuple[str, ...] = HEAD) -> list[dict]:
    actor = town.actors["receptionist"]
    sheet = await look_at(town.ctx, actor, workbook(head, *rows))
    assert [row.errors for row in sheet.rows] == [()] * len(rows)
    assert (await take_over(town.ctx, actor, sheet.token)).count == len(rows)
    rows = await town.fetch("SELECT * FROM petitions.matter ORDER BY number")
    told = [MatterRegistered(matter_id=row["id"], channel=row["channel"]) for row in rows]
    await steps.begin(town.ctx, [(event, Delivery(new_id(), 1, None)) for event in told])
    return rows


async def wrong(town, *rows: tuple[str, ...], head: tuple[str, ...] = HEAD) -> list[str]:
    sheet = await look_at(town.ctx, town.actors["receptionist"], workbook(head, *rows))
    return [error for row in sheet.rows for error in row.errors]


WORDS = {
    **{"answered": "已答复", "reviewed": "已复查", "rechecked": "已复核", "refused": "不予受理"},
    **{"withdrawn": "撤回", "closed": "办结"},
}


async def night(town) -> None:
    """What the platform does by itself with a new day."""
    for job in (jobs.turn_day, jobs.draw_visits):
        await job(town.ctx, Run(id=new_id(), job="petitions.night", due=town.ctx.clock.now()))


async def left_to_do(town) -> dict[str, int]:
    """What anybody was told, or has to do."""
    counted = ("notifications.todo", "notifications.notice", "petitions.supervision", "petitions.visit")
    return {table: count for table in counted if (count := await town.one(f"SELECT count(*) FROM {table}"))}


async def test_what_was_closed_elsewhere_stands_there_closed_with_its_limits_kept(town):
    (matter,) = await taken(town, old(town))
    assert (matter["state"], matter["handler_id"]) == ("closed", town.units["committee"].id)
    assert str(matter["closed_at"].astimezone(TIMEZONE).date()) == ago(town, 350)
    assert matter["mark"] == ""
    events = await town.fetch("SELECT kind, at FROM petitions.event ORDER BY at, id")
    days = {event["kind"]: str(event["at"].astimezone(TIMEZONE).date()) for event in events}
    assert days["registered"] == days["accepted"] == ago(town, 400)
    assert (days["answered"], days["closed"]) == (ago(town, 360), ago(town, 350))
    (handled,) = await town.fetch("SELECT state, ended_on FROM petitions.deadline WHERE limit_id = 'handle'")
    assert (handled["state"], str(handled["ended_on"])) == ("met", ago(town, 360))
    way = await way_of(town.ctx, town.actors["officer"], matter["id"])
    assert (way.state, way.handler) == ("closed", COMMITTEE)
    assert [act.transition for act in way.acts] == ["reopen"]


@pytest.mark.parametrize("profile", builtin_profiles())
async def test_nobody_hears_of_what_was_done_elsewhere_and_nobody_climbs_a_ladder(town, profile):
    await rules.choose(town.ctx, SYSTEM, town.units["city"].id, FIRST_DAY, profile=profile)
    reviews = tuple(ago(town, day) for day in (340, 320, 310, 290))
    done = [(*old(town, WORDS[state], 办结日期=ago(town, 280)), *reviews, "") for state in DONE]
    lately = old(town, "办结", 收到日期=ago(town, 9), 答复日期=ago(town, 5), 办结日期=ago(town, 1))
    by_the_office = old(town, "已答复", 承办单位="")
    more = [(*row, *[""] * len(reviews), "紧急") for row in (lately, by_the_office)]
    rows = await taken(town, *done, *more, head=(*HEAD, *REVIEWS, "紧急"))
    assert {row["state"] for row in rows} == set(DONE)
    await night(town)
    assert await left_to_do(town) == {}


async def test_what_is_open_goes_on_from_where_it_was(town):
    (handled, given) = await taken(
        town,
        old(town, "办理中", 收到日期=ago(town, 10), 答复日期="", 办结日期=""),
        old(town, "交办", 收到日期=ago(town, 10), 答复日期="", 办结日期=""),
    )
    assert (handled["state"], given["state"]) == ("handling", "assigned")
    people = await town.fetch("SELECT assignee_id, kind FROM notifications.todo")
    assert town.actors["handler"].account_id in {row["assignee_id"] for row in people}
    assert {row["kind"] for row in people} == {TO_HANDLE}
    town.ctx.clock = FixedClock(town.ctx.clock.now() + timedelta(minutes=1))
    await steps.take(town.ctx, town.actors["handler"], given["id"], "take_up", steps.Wanted())
    for matter in (handled, given):
        await steps.take(town.ctx, town.actors["handler"], matter["id"], "answer", steps.Wanted(words="已安排维修。"))
    states = await town.fetch("SELECT DISTINCT state FROM petitions.deadline WHERE limit_id = 'handle'")
    assert states == [{"state": "met"}]


async def test_what_was_answered_elsewhere_can_be_closed_and_reviewed_here(town):
    recent = old(town, "已答复", 收到日期=ago(town, 30), 答复日期=ago(town, 3), 办结日期="")
    (first, second) = await taken(town, recent, recent)
    await steps.take(town.ctx, town.actors["officer"], first["id"], "close", steps.Wanted(note="无异议"))
    await steps.take(town.ctx, town.actors["head"], second["id"], "review", steps.Wanted())


async def test_the_old_number_is_kept_shown_and_found(town):
    numbers = ("信〔2025〕17号", "信〔2025〕18号")
    first, second = await taken(town, *(old(town, 原编号=number) for number in numbers))
    client = await town.sign_in("officer")
    found = await client.post("/petitions/find", data={"who": numbers[1]})
    assert found.headers["location"] == f"/petitions/matters/{second['id']}"
    assert numbers[0] in (await client.get(f"/petitions/matters/{first['id']}")).text
    await town.fetch(
        "UPDATE petitions.matter SET old_number = $1 WHERE id = $2 RETURNING id", second["number"], first["id"]
    )
    both = (await client.post("/petitions/find", data={"who": second["number"]})).text
    assert first["number"] in both
    assert second["number"] in both


async def test_every_mistake_names_its_column(town):
    told = await wrong(
        town,
        old(town, "搁置"),
        old(town, 承办单位="城建局"),
        old(town, 答复日期="去年"),
        old(town, 办结日期="", 答复日期=""),
        old(town, "已答复", 答复日期=""),
        old(town, 答复日期=ago(town, 500)),
        old(town, 答复日期=ago(town, -3)),
        old(town, 答复日期=ago(town, 350), 办结日期=ago(town, 360)),
        old(town, "登记", 答复日期="", 办结日期=""),
        old(town, "交办", 承办单位="", 答复日期="", 办结日期=""),
    )
    assert [message.partition("：")[0] for message in told] == [
        *("办理状态", "承办单位", "答复日期", "办结日期", "答复日期", "答复日期", "答复日期", "办结日期", "承办单位"),
        "承办单位",
    ]
    assert await town.one("SELECT count(*) FROM petitions.draft") == 0


async def test_categories_are_known_by_path_title_and_all_titles(town):
    head = ("事由", "类别", "紧急")
    tree = default_tree()
    path = tree.leaves[0]
    titles = tree.titles(path).zh
    rows = [("甲", path, "是"), ("乙", titles, ""), ("丙", titles.replace(" › ", "/"), "紧急")]
    matters = await taken(town, *rows, head=head)
    assert {row["category"] for row in matters} == {path}
    assert [row["urgent"] for row in matters] == [True, False, True]
    assert await wrong(town, ("丁", "天气", ""), head=head) == ["类别：没有“天气”这个类别。"]


async def test_columns_that_nobody_reads_are_named(town):
    client = await town.sign_in("receptionist")
    book = workbook(("事由", "备注", "经办人"), ("路灯不亮", "急", "张"))
    page = (await client.post("/petitions/import", files={"file": ("登记簿.xlsx", book)})).text
    assert "备注、经办人" in page
    assert "登记簿" in page


def a_register(town, chance: Random) -> list[tuple[Any, ...]]:
    """Forty matters anywhere on their way."""
    rows = []
    for number in range(40):
        state = chance.choice(list(WAYS))
        day = sorted(chance.sample(range(1, 900), 8), reverse=True)
        unit = "" if state in ("registered", "refused") else COMMITTEE
        if state not in past.NAMING_A_UNIT and chance.random() < 0.3:
            unit = ""
        channel, kind = chance.choice(list(CHANNELS)), chance.choice(("", *KINDS))
        with use_locale("zh-CN"):
            words = (word(channel), word(kind), word(f"state-{state}"))
        known = [ago(town, one) if state in (*DONE, "reviewing", "rechecking") else "" for one in day[1:7]]
        end = ago(town, day[7]) if state in FINAL else ""
        path = chance.choice(["", *default_tree().nodes])
        remit = chance.choice(["", *default_remits().ids])
        name = chance.choice(("王样例", ""))
        rows.append(
            (
                *(
                    f"信-{number}",
                    ago(town, day[0]),
                    *words,
                    name,
                    chance.randint(1, 30),
                    f"事由{number}",
                    path,
                    "高新区",
                ),
                *(
                    "市委",
                    unit,
                    *known,
                    end,
                    chance.choice(("是", "")),
                    "是" if not name and chance.random() < 0.3 else "",
                    remit,
                ),
            )
        )
    return rows


FULL = (
    *(
        "编号",
        "收到时间",
        "渠道",
        "信访类型",
        "状态",
        "信访人",
        "人数",
        "事由",
        "分类",
        "所属区域",
        "转来单位",
        "承办单位",
    ),
    *("受理日期", "答复日期", *REVIEWS, "办结日期", "紧急", "保密件", "职权归属"),
)


async def rows_of(town, actor: str) -> dict[str, dict[str, Any]]:
    """The rows that somebody takes out, by subject, without what is new in every office."""
    data = await export_register(town.ctx, town.actors[actor], Wanted())
    heads, *rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    found = [dict(zip(heads, row, strict=True)) for row in rows]
    return {row["事由"]: {title: value for title, value in row.items() if title != "编号"} for row in found}


@pytest.mark.parametrize("seed", range(3))
async def test_what_was_taken_out_can_be_taken_over_by_an_empty_office(town, seed):
    await town.add_person("reader", "office", "petitions.head", "office", "unit")
    for role in ("receptionist", "head"):
        await town.add_person(f"{role}2", "east", f"petitions.{role}", "east", "unit")
    await taken(town, *a_register(town, Random(seed)), head=FULL)
    before = await rows_of(town, "reader")
    numbers = {row["number"] for row in await town.fetch("SELECT number FROM petitions.matter")}
    elsewhere = town.actors["receptionist2"]
    with use_locale("en" if seed else "zh-CN"):
        data = await export_register(town.ctx, town.actors["reader"], Wanted())
    sheet = await look_at(town.ctx, elsewhere, data)
    assert (sheet.unread, [row for row in sheet.rows if row.errors]) == ((), [])
    assert (await take_over(town.ctx, elsewhere, sheet.token)).count == len(before)
    assert await rows_of(town, "head2") == before
    old_numbers = "SELECT old_number FROM petitions.matter WHERE organisation_id = $1"
    assert {row["old_number"] for row in await town.fetch(old_numbers, town.units["east"].id)} == numbers


async def test_the_codes_of_what_is_open_are_shown_once(town):
    client = await town.sign_in("receptionist")
    open_ = old(town, "办理中", 收到日期=ago(town, 10), 答复日期="", 办结日期="")
    page = await client.post("/petitions/import", files={"file": ("登记簿.xlsx", workbook(HEAD, old(town), open_))})
    token = {"token": token_in(page.text)}
    shown = (await client.post("/petitions/import/take-over", data=token)).text
    (code,) = re.findall(r'class="pt-code">([^<]+)<', shown)
    seen = await (await town.sign_in("")).post("/petitions/look-up", data={"code": code}, follow_redirects=True)
    number = await town.one("SELECT number FROM petitions.matter WHERE state = 'handling'")
    assert number in seen.text
    assert code not in (await client.post("/petitions/import/take-over", data=token)).text
    kept = "SELECT detail->>'codes' FROM kernel.audit_record WHERE action = 'petitions.register.imported'"
    assert await town.one(kept) == "1"


async def test_rows_that_would_be_late_at_once_are_counted_before_anything_is_taken_over(town):
    client = await town.sign_in("receptionist")
    head = ("收到日期", "事由")
    without = workbook(head, (ago(town, 400), "甲"), (ago(town, 1), "乙"))
    page = (await client.post("/petitions/import", files={"file": ("登记簿.xlsx", without)})).text
    assert "有 1 行尚未办结且按日期已经超期" in page
    with_state = workbook(HEAD, old(town))
    page = (await client.post("/petitions/import", files={"file": ("登记簿.xlsx", with_state)})).text
    assert "已经超期" not in page
