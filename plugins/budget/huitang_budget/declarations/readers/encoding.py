"""Bytes to text without guessing wildly: BOM, UTF-8, UTF-16 by shape, GB18030; what is doubtful is said."""

from __future__ import annotations

import re

from huitang_budget.declarations.model import Place, Problem
from huitang_budget.declarations.readers.base import UnreadableFile

_PLAIN = re.compile(r"[\t\n\r\f\x20-\x7e·×±—‘’“”…★☆√☐☑☒□■●○◆◇①-⑳Ⅰ-Ⅻ≥≤≠≧≦￥]|[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_BAD_SHARE = 0.02
_MENDING = "请用“UTF-8”编码另存后再导入"


def decode(source: str, data: bytes) -> tuple[str, tuple[Problem, ...]]:
    """The text, and a Problem if its encoding is doubtful. Raises UnreadableFile: binary_file, bad_encoding."""
    for bom, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(bom):
            return _lenient(source, data, name)
    wide = _utf16_by_shape(data)
    if wide is not None:
        return wide, ()
    if _is_binary(data):
        raise UnreadableFile(
            "binary_file", f"{source}：内容是二进制数据，第 1 字节起就不是文字；请提供 .txt、.docx、.xlsx 或 .pdf 文件"
        )
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return _lenient(source, data, _likelier(data))
    if _plain_share(text) < 0.9:
        return _lenient(source, data, _likelier(data))
    return text, ()


def _lenient(source: str, data: bytes, encoding: str) -> tuple[str, tuple[Problem, ...]]:
    """Decode with replacement marks; few of them make a Problem, many a refusal."""
    text = data.decode(encoding, errors="replace")
    bad = text.count("\ufffd")
    line = text[: text.find("\ufffd")].count("\n") + 1 if bad else 1
    if bad > max(2, len(text) * _BAD_SHARE) or _plain_share(text) < 0.5:
        raise UnreadableFile(
            "bad_encoding", f"{source}：第{line}行起的文字按 UTF-8、UTF-16、GB18030 都读不出来；{_MENDING}"
        )
    if not bad:
        return text, ()
    message = f"文件按 {encoding} 编码读取，第{line}行起有 {bad} 处字符读不出来（显示为“\ufffd”）；{_MENDING}"
    return text, (Problem("doubtful_encoding", "form", "\ufffd", message, Place(line=line)),)


def _likelier(data: bytes) -> str:
    """UTF-8 or GB18030, whichever leaves fewer unreadable characters."""
    counts = {name: _strange(data.decode(name, errors="replace")) for name in ("utf-8", "gb18030")}
    return min(counts, key=lambda name: counts[name])


def _strange(text: str) -> int:
    return sum(1 for char in text[:200_000] if not _PLAIN.match(char))


def _plain_share(text: str) -> float:
    sample = text[:200_000]
    return 1.0 if not sample else 1 - _strange(sample) / len(sample)


def _is_binary(data: bytes) -> bool:
    sample = data[:65_536]
    controls = sum(1 for byte in sample if byte < 32 and byte not in b"\t\n\r\x0b\x0c\x1a\x1b")
    return controls > max(2, len(sample) * 0.005)


def _utf16_by_shape(data: bytes) -> str | None:
    """UTF-16 without a mark: NUL bytes, an even length and almost only ordinary characters."""
    if b"\x00" not in data[:4096] or len(data) % 2:
        return None
    for name in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if _plain_share(text) > 0.95:
            return text
    return None
