"""Scoped search over many Chinese documents, against whoosh asked directly on the same index with the same filter."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from whoosh import index, query

from huitang_kernel.app import Hall
from huitang_kernel.search.analysis import query_words
from huitang_sdk import PluginContext
from huitang_sdk.contracts import Actor, SearchDocument
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.declare import SearchSource
from tests.bench.table import Row

KIND = "bench.document"
WORDS = """
预算 审查 监督 绩效 目标 执行 决算 报告 代表 建议 项目 资金 支出 收入 财政 部门 单位 年度 计划 指标 采购 合同 验收
系统 平台 数据 服务 管理 评价 整改 公开 会议 议程 表决 主席团 常委会 委员 专家 信访 群众 意见 答复 办理 期限 机房
网络 设备 维护 巡检 空调 电源 老干部 活动 体检 慰问 党支部 档案 公文 教育 卫生 交通 水务 农业 文化 旅游 民政
"""
VOCABULARY = WORDS.split()
QUESTIONS = 60


class Documents:
    """Documents made of frequent words, the same for the same id; ten units own them in turn."""

    count = 0
    units: Sequence[UUID] = ()

    @classmethod
    async def read(cls, _ctx: PluginContext[Any], document_id: UUID) -> SearchDocument:
        number = document_id.int
        chance = random.Random(number)
        words = [chance.choice(VOCABULARY) for _ in range(110)]
        return SearchDocument(
            id=document_id,
            title="".join(words[:6]),
            body="，".join("".join(words[start : start + 5]) for start in range(6, 110, 5)),
            url=f"/bench/{document_id}",
            updated_at=cls.now,
            organisation_id=cls.units[number % len(cls.units)],
            facets={"year": str(2015 + number % 10)},
        )

    @classmethod
    async def ids(cls, _ctx: PluginContext[Any]) -> AsyncIterator[UUID]:
        for number in range(1, cls.count + 1):
            yield UUID(int=number)


SOURCE = SearchSource(KIND, "Documents", "bench.thing.read", Documents.read, Documents.ids)


def questions() -> list[str]:
    chance = random.Random(7)
    return [" ".join(chance.sample(VOCABULARY, 2)) for _ in range(QUESTIONS)]


async def reader_of(hall: Hall, units: int) -> Actor:
    """Somebody who may read the documents of a few units."""
    identity, rights = hall.services.identity, hall.services.permissions
    account = await identity.create_account(SYSTEM, "searcher", "检索者", "correct horse battery", Documents.units[0])
    for unit in Documents.units[:units]:
        await rights.grant(SYSTEM, "bench.reader", unit, "unit", account_id=account.id)
    grants, allowed, denied = await rights.grants_of(account.id)
    return Actor(account_id=account.id, name=account.name, grants=grants, allowed=allowed, denied=denied)


def ask_whoosh(folder: str, texts: Sequence[str], units: Sequence[UUID]) -> list[float]:
    """Seconds of every question, asked one after another of whoosh itself: best 20, counted, within the same units."""
    times: list[float] = []
    within = query.And([query.Term("kind", KIND), query.Or([query.Term("organisation", str(unit)) for unit in units])])
    with index.open_dir(folder).searcher() as searcher:
        for text in texts:
            words = [query.Or([query.Term("title", w.text), query.Term("body", w.text)]) for w in query_words(text)]
            started = time.perf_counter()
            found = searcher.search(query.And(words), limit=20, filter=within)
            len(found)
            [hit.fields() for hit in found]
            times.append(time.perf_counter() - started)
    return times


async def ask_ours(hall: Hall, actor: Actor, texts: Sequence[str]) -> list[float]:
    times: list[float] = []
    for text in texts:
        started = time.perf_counter()
        await hall.services.search.query(actor, text)
        times.append(time.perf_counter() - started)
    return times


async def measure(hall: Hall, documents: int) -> list[Row]:
    tree = await hall.services.identity.organisations()
    Documents.units = [node.id for node in tree if node.depth > 0][:10]
    Documents.count, Documents.now = documents, hall.core.clock.now()  # type: ignore[attr-defined]
    started = time.perf_counter()
    await hall.services.search.rebuild()
    built = time.perf_counter() - started
    actor = await reader_of(hall, 3)
    folder = str(hall.services.search.folder.current())
    texts = questions()
    await ask_ours(hall, actor, texts)
    await asyncio.to_thread(ask_whoosh, folder, texts, Documents.units[:3])
    ours, bare = [], []
    for _ in range(3):
        ours += await ask_ours(hall, actor, texts)
        bare += await asyncio.to_thread(ask_whoosh, folder, texts, Documents.units[:3])
    ratio = sum(bare) / sum(ours)
    p95 = sorted(ours)[len(ours) * 95 // 100] * 1000
    return [
        Row(
            work=f"search, {documents:,} Chinese documents, scoped",
            against="whoosh asked directly, same index and filter",
            ours=f"{len(ours) / sum(ours):.0f}/s, p95 {p95:.0f} ms",
            bare=f"{len(bare) / sum(bare):.0f}/s, p95 {sorted(bare)[len(bare) * 95 // 100] * 1000:.0f} ms",
            ratio=f"{ratio:.2f} ×",
            goal="≥ 0.7 × its rate, p95 < 100 ms",
            met=ratio >= 0.7 and p95 < 100,
            note=f"two common words a question, facets counted; built at {documents / built:.0f} documents/s",
        )
    ]
