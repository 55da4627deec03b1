"""`python -m tests.plugins.petitions.matching.background`: in how many of 1,000 synthetic letters what stands.

A register of twenty letters does not tell which words are rare; these counts go with its own, as background.json.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import huitang_petitions.matching
from huitang_petitions.letters import letters
from huitang_petitions.matching.features import pieces

TARGET = Path(huitang_petitions.matching.__file__).with_name("background.json")
LETTERS, FEWEST = 1_000, 4
SECTIONS = ("pairs", "meanings", "characters")


def main() -> None:
    counted: dict[str, Counter[str]] = {section: Counter() for section in SECTIONS}
    for one in letters(LETTERS, seed=31):
        found = pieces(one.letter)
        for section in SECTIONS:
            counted[section].update(found[section])
    kept = {
        section: {piece: count for piece, count in sorted(of.items()) if count >= FEWEST}
        for section, of in counted.items()
    }
    written = {name: json.dumps(of, ensure_ascii=False, separators=(",", ":")) for name, of in kept.items()}
    lines = ",\n".join(f'"{name}": {of}' for name, of in written.items())
    TARGET.write_text(f'{{"letters": {LETTERS},\n{lines}\n}}\n', encoding="utf-8")
    print({name: len(of) for name, of in kept.items()})


if __name__ == "__main__":
    main()
