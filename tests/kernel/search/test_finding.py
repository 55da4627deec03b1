"""What is found by which words."""

from __future__ import annotations

import pytest
from search_things import put, titles


@pytest.fixture
def examples():
    return {
        "budget": ("云江市2026年预算审查报告", "市人大常委会预算工作委员会对部门预算草案进行了初步审查。"),
        "cadre": ("关于张云帆同志任职的通知", "任命张云帆为云江市档案局副局长。"),
        "meeting": ("第三次会议纪要", "会议听取了GDP增长情况的汇报，文号云办〔2026〕12号。"),
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("预算", ["budget"]),
        ("预算审查", ["budget"]),
        ("审查 草案", ["budget"]),
        ("张云帆", ["cadre"]),
        ("云帆", ["cadre"]),
        ("常委会", ["budget"]),
        ("gdp", ["meeting"]),
        ("ＧＤＰ", ["meeting"]),
        ("yusuan", ["budget"]),
        ("ys", ["budget"]),
        ("yusuanshencha", ["budget"]),
        ("huiyijiyao", ["meeting"]),
        ("hyjy", ["meeting"]),
        ("2026 12", ["meeting"]),
        ("云江市", ["budget", "cadre"]),
        ("纪", ["meeting"]),
        ("不存在的词组", []),
        ("预蒜", ["budget"]),
        ("", ["budget", "cadre", "meeting"]),
        ("!!??", ["budget", "cadre", "meeting"]),
    ],
)
async def test_words_names_numbers_and_pinyin(hall, examples, text, found):
    for title, body in examples.values():
        await put(hall, title, body)
    await hall.services.search.rebuild()
    assert sorted(await titles(hall, text)) == sorted(examples[name][0] for name in found)
