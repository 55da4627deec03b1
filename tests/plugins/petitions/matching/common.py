"""`python -m tests.plugins.petitions.matching.common`: which pairs of characters say little, written to common.toml.

Those that several matters have of which the letters are known (the synthetic ones, and the half of those by hand that
is for learning), and those that the Chinese pages of the documentation often have.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import huitang_petitions.matching
from huitang_petitions.letters import matters
from huitang_petitions.matching import places, words
from huitang_petitions.matching.normal import plain
from tests.plugins.petitions.matching.measure import hard

TARGET = Path(huitang_petitions.matching.__file__).with_name("common.toml")
ROOT = Path(__file__).parents[4]
PARAGRAPHS = 12
"""A pair in so many paragraphs of the documentation is everyday Chinese."""


def pairs_of(text: str) -> set[str]:
    return set(places.pairs(words.bare(re.sub(r"[0-9.]+", " ", plain(text)))))


def _several(texts: Iterable[str], least: int) -> set[str]:
    counted = Counter(pair for text in texts for pair in pairs_of(text))
    return {pair for pair, count in counted.items() if count >= least}


def main() -> None:
    made_up = [re.sub(r"\{\w+\}", "。", "。".join((*one.subjects, *one.facts, *one.asks))) for one in matters()]
    by_matter: dict[str, str] = {}
    for one in hard("learn"):
        by_matter[one.group] = by_matter.get(one.group, "") + f"。{one.letter.subject}。{one.letter.text}"
    pages = sorted(ROOT.glob("docs/**/*.zh-CN.md"))
    paragraphs = [part for page in pages for part in page.read_text(encoding="utf-8").split("\n\n")]
    found = _several([*made_up, *by_matter.values()], 3) | _several(paragraphs, PARAGRAPHS)
    found = {pair for pair in found if re.fullmatch(r"[\u4e00-\u9fff]{2}", pair)}
    lines = "\n".join(" ".join(sorted(found)[at : at + 40]) for at in range(0, len(found), 40))
    TARGET.write_text(
        "# Pairs of characters, folded, that letters about any matter have; written by"
        " `python -m tests.plugins.petitions.matching.common`.\n"
        f'pairs = """\n{lines}\n"""\n',
        encoding="utf-8",
    )
    print(len(found))


if __name__ == "__main__":
    main()
