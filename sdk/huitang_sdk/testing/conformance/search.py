"""What search must do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from huitang_sdk.contracts import Search, SearchDocument, SearchPage
from huitang_sdk.contracts.identity import ANONYMOUS, SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.testing.people import actor

Things = dict[UUID, SearchDocument]
Settle = Callable[[], Awaitable[None]]
THING, REPORT = "demo.thing", "demo.report"
READER = "demo.reader"
EAST, WEST = new_id(), new_id()


def thing(title: str, body: str = "", **more: Any) -> SearchDocument:
    """Something to be found."""
    values = {"id": new_id(), "url": "/demo/1", "updated_at": datetime(2026, 11, 23, tzinfo=UTC)}
    return SearchDocument(**{**values, "title": title, "body": body, **more})


def ids(page: SearchPage) -> set[UUID]:
    """What was found."""
    return {hit.id for hit in page.hits}


class SearchContract:
    """Give `search` over two sources that read the dictionaries `things` (kind demo.thing) and `reports` (demo.report),
    both with the permission demo.thing.read, which the role demo.reader has; and `settle`, which waits until the index
    has what was refreshed.
    """

    @pytest.fixture
    def search(self) -> Search:
        """The implementation."""
        raise NotImplementedError

    @pytest.fixture
    def things(self) -> Things:
        """What the source demo.thing reads."""
        raise NotImplementedError

    @pytest.fixture
    def reports(self) -> Things:
        """What the source demo.report reads."""
        raise NotImplementedError

    @pytest.fixture
    def settle(self) -> Settle:
        """Waits for the index."""
        raise NotImplementedError

    @pytest.fixture
    def put(self, search: Search) -> Callable[..., Awaitable[None]]:
        """Fill a source and build the index."""

        async def put(source: Things, *documents: SearchDocument) -> None:
            source.update({document.id: document for document in documents})
            assert await search.rebuild() >= len(documents)

        return put

    async def test_words_are_found_and_marked(self, search: Search, things: Things, put: Any) -> None:
        """In titles and bodies; what is shown is safe HTML."""
        draft = thing("预算草案", "<b>路灯</b>改造")
        await put(things, draft, thing("会议纪要"))
        (hit,) = (await search.query(SYSTEM, "预算")).hits
        assert (hit.kind, hit.id, hit.url, hit.updated_at) == (THING, draft.id, "/demo/1", draft.updated_at)
        assert hit.title_html == "<mark>预算</mark>草案"
        (hit,) = (await search.query(SYSTEM, "路灯")).hits
        assert "&lt;b&gt;<mark>路灯</mark>" in hit.excerpt_html

    async def test_only_what_the_reader_may_see_is_found_and_counted(
        self, search: Search, things: Things, put: Any
    ) -> None:
        """By unit, by owner, by single rows; what has neither is for those who may see everything."""
        me = actor("读者", (READER, EAST, "own"))
        east = thing("预算东", organisation_id=EAST, facets={"year": "2026"})
        west = thing("预算西", organisation_id=WEST, facets={"year": "2025"})
        mine, loose = thing("预算我", organisation_id=WEST, owner_id=me.account_id), thing("预算散")
        await put(things, east, west, mine, loose)
        everybody = [
            (actor("东", (READER, EAST, "unit")), {east.id}),
            (actor("全", (READER, EAST, "all")), {east.id, west.id, mine.id, loose.id}),
            (actor("客", allowed={"demo.thing.read": (west.id,)}), {west.id}),
            (actor("拒", (READER, EAST, "all"), denied={"demo.thing.read": (east.id,)}), {west.id, mine.id, loose.id}),
            (me, {mine.id}),
            (actor("无"), set()),
            (ANONYMOUS, set()),
        ]
        for reader, found in everybody:
            page = await search.query(reader, "预算")
            assert (ids(page), page.total) == (found, len(found)), reader.name
        page = await search.query(actor("东", (READER, EAST, "unit")), "预算")
        assert page.facets["year"] == {"2026": 1}

    async def test_whoever_a_thing_names_finds_it_whatever_the_scope(
        self, search: Search, things: Things, put: Any
    ) -> None:
        """With the permission, and unless refused: it opens nothing to anybody else."""
        meeting_id = new_id()
        named = [actor("本人", (READER, EAST, "own")), actor("东", (READER, EAST, "unit"))]
        others = [
            actor("拒", (READER, EAST, "own"), denied={"demo.thing.read": (meeting_id,)}),
            actor("无"),
        ]
        readers = tuple(who.account_id for who in (*named, *others) if who.account_id)
        meeting = thing("预算会议", id=meeting_id, organisation_id=WEST, reader_ids=readers)
        await put(things, meeting, thing("预算西", organisation_id=WEST))
        unnamed = actor("他", (READER, EAST, "own"))
        for reader, found in [(who, {meeting_id}) for who in named] + [(who, set()) for who in (*others, unnamed)]:
            page = await search.query(reader, "预算")
            assert (ids(page), page.total) == (found, len(found)), reader.name

    async def test_kinds_and_facets_choose(self, search: Search, things: Things, reports: Things, put: Any) -> None:
        """Nothing chosen means everything."""
        old, new = thing("预算", facets={"year": "2025"}), thing("预算", facets={"year": "2026"})
        report = thing("预算报告")
        await put(things, old, new)
        await put(reports, report)
        assert ids(await search.query(SYSTEM, "预算")) == {old.id, new.id, report.id}
        assert ids(await search.query(SYSTEM, "预算", kinds=[REPORT])) == {report.id}
        assert ids(await search.query(SYSTEM, "预算", facets={"year": "2026"})) == {new.id}

    async def test_pages_share_out_the_hits(self, search: Search, things: Things, put: Any) -> None:
        """Each of them once."""
        await put(things, *(thing(f"预算{n}") for n in range(5)))
        pages = [await search.query(SYSTEM, "预算", page=n, size=2) for n in (1, 2, 3, 4)]
        assert [len(page.hits) for page in pages] == [2, 2, 1, 0]
        assert set().union(*map(ids, pages)) == set(things)
        assert {(page.total, page.size) for page in pages} == {(5, 2)}

    async def test_refreshing_follows_the_source(
        self, search: Search, things: Things, put: Any, settle: Settle
    ) -> None:
        """What is new, what changed, what is gone."""
        changed, gone, new = thing("旧题目"), thing("旧文件"), thing("新来的")
        await put(things, changed, gone)
        things.update({changed.id: thing("改过的", id=changed.id), new.id: new})
        del things[gone.id]
        await search.refresh(THING, [changed.id, gone.id, new.id])
        await settle()
        assert ids(await search.query(SYSTEM, "旧")) == set()
        assert ids(await search.query(SYSTEM, "改过")) == {changed.id}
        assert ids(await search.query(SYSTEM, "新来")) == {new.id}
        with pytest.raises(ValueError):
            await search.refresh("demo.undeclared", [new.id])

    async def test_rebuilding_counts_and_tells(self, search: Search, things: Things, put: Any) -> None:
        """How many documents there are, and how far it is."""
        told: list[tuple[str, int, int]] = []
        await put(things, thing("一"), thing("二"))
        assert await search.rebuild(lambda *step: told.append(step)) == 2
        assert (THING, 2, 2) in told
