"""The map of districts on the situation page, and the page on which outlines are given."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from huitang_petitions.services import office_data, situation
from huitang_petitions.services.situation import Wanted
from huitang_petitions.tables import Accused
from tests.plugins.petitions.register.matters import put
from tests.plugins.petitions.situation.test_outlines import feature, text

RECENT = timedelta(days=8)
CITY = text(feature("东区", aliases=["城东"]), feature("西区"))


async def give(client, content: str, version: int = 0, **more):
    upload = {"file": ("city.geojson", content.encode(), "application/geo+json")}
    return await client.post("/petitions/data/districts", data={"version": str(version), **more}, files=upload)


async def test_outlines_make_a_map_whose_numbers_lead_to_as_many_rows(town):
    received = datetime.now(UTC) - RECENT
    for district in ("东区", "城 东", "西区", "", "外乡"):
        for _count in range(3 if district == "东区" else 1):
            await put(town, received, district=district)
    hidden = await put(town, received, district="西区")
    await Accused(matter_id=hidden, account_id=town.actors["analyst"].account_id, marked_at=received).save()
    analyst, head = await town.sign_in("analyst"), await town.sign_in("head")
    before = (await analyst.get("/petitions/situation")).text
    assert "<path d=" not in before
    assert "/petitions/data" not in before
    assert "/petitions/data#districts" in (await head.get("/petitions/situation")).text
    assert (await give(head, CITY)).status_code == 303
    page = (await analyst.get("/petitions/situation")).text
    drawn = dict(re.findall(r'href="([^"]+)" aria-label="([^"]+)"><title>', page))
    assert sorted(drawn.values()) == ["东区：4 件", "西区：1 件"]
    ctx, actor = town.ctx, town.actors["analyst"]
    for address, said in drawn.items():
        asked = parse_qs(urlsplit(address.replace("&amp;", "&")).query)["district"][0]
        wanted = Wanted(period=situation.period_of(ctx, 12), district=asked)
        assert (await situation.lines(ctx, actor, wanted))[1] == int(re.search(r"\d+", said)[0])
        assert (await analyst.get(address.replace("&amp;", "&"))).status_code == 200
    assert "外乡" in page.partition("不在地图上")[2].partition("</p>")[0]


async def test_a_new_file_is_checked_kept_told_and_brought_back(town):
    head = await town.sign_in("head")
    assert (await head.get("/petitions/data")).status_code == 200
    bent = text(feature("歪区", "Polygon", [[[0, 0], [1, 1], [2, 2], [0, 0]]]))
    for wrong, said in (
        (bent, "歪区"),
        ("{", "JSON"),
        ("\x00", "UTF-8"),
        (" ", "请先选择文件"),
        (" " * (office_data.MOST_BYTES + 1) + "x", "4 MB"),
    ):
        answer = await give(head, wrong)
        assert (answer.status_code, said in answer.text) == (422, True), said
    assert await office_data.drawing(town.ctx) is None
    assert (await give(head, CITY)).status_code == 303
    assert (await give(head, CITY)).status_code == 409
    other = text(feature("北区"))
    assert (await give(head, other, 1)).status_code == 303
    assert [place.name for place in (await office_data.drawing(town.ctx)).places] == ["北区"]
    taken = await head.get("/petitions/data/districts/1")
    assert json.loads(taken.text) == json.loads(CITY)
    again = await head.post("/petitions/data/districts", data={"version": "2", "again": "1"})
    assert again.status_code == 303
    assert [place.name for place in (await office_data.drawing(town.ctx)).places] == ["东区", "西区"]
    gone = await head.post("/petitions/data/districts", data={"version": "3", "act": "shipped"})
    assert gone.status_code == 303
    assert await office_data.drawing(town.ctx) is None
    assert (await head.get("/petitions/data")).text.count("下载第") == 3
    audited = "SELECT count(*) FROM kernel.audit_record WHERE action = 'petitions.office_data.replaced'"
    assert await town.one(audited) == 4


async def test_only_those_who_keep_the_rules_reach_the_files(town):
    head, analyst = await town.sign_in("head"), await town.sign_in("analyst")
    for address in (
        "/petitions/data/nothing/1",
        "/petitions/data/districts/0",
        "/petitions/data/districts/99999999999",
    ):
        assert (await head.get(address)).status_code == 404
    assert (await head.post("/petitions/data/nothing", data={})).status_code == 404
    for address in ("/petitions/data", "/petitions/data/districts/1"):
        assert (await analyst.get(address)).status_code == 403
    assert (await give(analyst, CITY)).status_code == 403
