"""What a scanner makes of a letter: characters that look alike, lost ones, merged and split ones, stray spaces."""

from __future__ import annotations

import random
import tomllib
from importlib.resources import files

_ALIKE = tomllib.loads(files("huitang_petitions.letters").joinpath("lookalikes.toml").read_text(encoding="utf-8"))[
    "alike"
].split()
_LOOKS: dict[str, str] = {}
for _group in _ALIKE:
    for _character in _group:
        _LOOKS[_character] = _LOOKS.get(_character, "") + _group.replace(_character, "")
_LOOKS |= {
    "0": "O〇o",
    "1": "lI|",
    "2": "Z",
    "5": "S",
    "8": "B",
    "6": "b",
    "9": "g",
    "，": ",.",
    "。": ".·",
    "：": ":;",
}
_SPLIT = {
    "明": "日月",
    "林": "木木",
    "好": "女子",
    "村": "木寸",
    "朋": "月月",
    "的": "白勺",
    "行": "彳亍",
    "加": "力口",
    "和": "禾口",
    "岩": "山石",
}
_MERGED = {parts: whole for whole, parts in _SPLIT.items()}


def ocr(rng: random.Random, text: str, rate: float = 0.06) -> str:
    """`text` as read from a scan: about `rate` of its characters wrong.

    >>> ocr(random.Random(3), "人民路12号电梯", 0.0)
    '人民路12号电梯'
    """
    if not rate:
        return text
    for parts, whole in _MERGED.items():
        text = text.replace(parts, whole)
    out = []
    for character in text:
        if rng.random() >= rate:
            out.append(character)
            continue
        chance = rng.random()
        if character in _LOOKS and chance < 0.6:
            out.append(rng.choice(_LOOKS[character]))
        elif character in _SPLIT and chance < 0.8:
            out.append(_SPLIT[character])
        elif chance < 0.8:
            out.append(character + rng.choice(" \n"))
        elif chance < 0.92:
            out.append("")
        else:
            out.append(rng.choice("口□■一丶"))
    return "".join(out)
