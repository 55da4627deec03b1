"""Scan residue out of a cell: tags, ticks in their many shapes, page marks, blanks inside Chinese words."""

from __future__ import annotations

import re
import unicodedata

TICKED = "\ue0f1"
EMPTY = "\ue0f0"
"""Private characters that stand for a ticked and an empty box between reading and parsing."""

_BLOCK = r"p|div|li|ul|ol|tr|table|tbody|thead|h[1-6]|hr"
_INLINE = r"span|b|i|u|strong|em|font|sup|sub|a|img|td|th|col|colgroup|label|input|o:p|center|small"
_INPUT = re.compile(r"<\s*input\b[^<>]*>", re.IGNORECASE)
_BLOCK_TAG = re.compile(rf"<\s*/?\s*(?:{_BLOCK})(?:\s[^<>]*|/)?>", re.IGNORECASE)
_BREAK_TAG = re.compile(r"<\s*/?\s*br\s*/?>", re.IGNORECASE)
_INLINE_TAG = re.compile(rf"<\s*/?\s*(?:{_INLINE})(?:\s[^<>]*|/)?>", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CHECKED = re.compile(r"\bchecked\b(?!\s*=\s*[\"']?(?:false|0|no)\b)", re.IGNORECASE)
_ENTITIES = {
    "&nbsp;": " ",
    "&lt;": "<",
    "&gt;": ">",
    "&amp;": "&",
    "&quot;": '"',
    "&ge;": "≥",
    "&le;": "≤",
    "&#160;": " ",
}
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\x00-\x08\x0e-\x1f\x7f\f\v]")
_RADICALS = re.compile(r"[\u2e80-\u2fdf\uf900-\ufaff]")
"""Radicals that PDF fonts give in place of the characters they look like."""
_BLANKS = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_IDEOGRAPH = r"\u3400-\u4dbf\u4e00-\u9fff"
_INNER_BLANK = re.compile(rf"(?<=[{_IDEOGRAPH}，。；、：）》”]) +(?=[{_IDEOGRAPH}，。；、：（《“])")
_PAGE_MARK = re.compile(
    r"^\s*(?:[-—–－_]+\s*\d{1,4}\s*[-—–－_]+|第\s*\d{1,4}\s*页(?:\s*[,，/／]?\s*共\s*\d{1,4}\s*页)?"
    r"|共\s*\d{1,4}\s*页\s*[,，/／]?\s*第\s*\d{1,4}\s*页|[Pp]age\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?)\s*$"
)
_BOX_TICKED = re.compile(
    r"[☑☒✓✔√■▣🗹✅☓✗✘þýü\uf0fe\uf0fd\uf0fc\uf052\uf053\uf054]|[\[【［]\s*[xX√✓vV]\s*[\]】］]|[(（]\s*[√✓✔☑■]\s*[)）]"
)
_BOX_EMPTY = re.compile(r"[☐□▢❏❑¨£\uf0a8\uf06f\uf0a3\uf0a6]|[\[【［]\s*[\]】］]|[(（]\s*[□☐]?\s*[)）]")
_BOX_PAIR = re.compile(rf"{EMPTY}\s?{TICKED}|{TICKED}\s?{EMPTY}")


def clean_cell(text: str) -> str:
    """The cell without tags and invisible characters, blanks folded; line breaks stay, block tags part paragraphs.

    Paragraphs come apart by an empty line. Boxes made by <input> become TICKED and EMPTY; characters such as ☑ stay as
    they are (see `boxes`).
    """
    text = _COMMENT.sub("", text)
    text = _INPUT.sub(_input_mark, text)
    text = _BLOCK_TAG.sub("\n\n", text)
    text = _BREAK_TAG.sub("\n", text)
    text = _INLINE_TAG.sub("", text)
    for entity, char in _ENTITIES.items():
        text = text.replace(entity, char)
    text = _INVISIBLE.sub("", text.replace("\r", "\n"))
    text = _RADICALS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    text = "\n".join(line for line in lines if not is_page_mark(line))
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


def _input_mark(found: re.Match[str]) -> str:
    tag = found[0]
    if not re.search(r"checkbox|radio", tag, re.IGNORECASE):
        return ""
    return TICKED if _CHECKED.search(tag) else EMPTY


def boxes(text: str) -> str:
    """Every shape of a box turned into TICKED or EMPTY; "□√" counts as one ticked box.

    Symbol fonts whose names got lost show R and £ (Wingdings 2) or þ and ¨ (Wingdings) for the two boxes.
    """
    if "£" in text:
        text = re.sub(r"(?<![A-Za-z])R(?![A-Za-z])", TICKED, text)
    text = _BOX_TICKED.sub(TICKED, text)
    text = _BOX_EMPTY.sub(EMPTY, text)
    return _BOX_PAIR.sub(TICKED, text)


def without_boxes(text: str) -> str:
    """The text without the private box characters, as it may be shown."""
    return text.replace(TICKED, "☑").replace(EMPTY, "☐")


def is_page_mark(line: str) -> bool:
    """True for a line that is only a page number: "— 2 —", "第2页", "第 2 页 共 5 页"."""
    return bool(_PAGE_MARK.match(line))


def join_blanks(text: str) -> str:
    """Blanks between two Chinese characters removed: what a broken cell leaves inside a word."""
    return _INNER_BLANK.sub("", text)


def half_width(text: str) -> str:
    """Full-width digits, letters, signs and brackets as half-width, for comparing and computing only."""
    return unicodedata.normalize("NFKC", text)


_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def narrow(text: str) -> str:
    """Full-width ASCII as ASCII, character by character, so that offsets stay those of the original text."""
    return text.translate(_NARROW)


def compact(text: str) -> str:
    """Half-width without any blank or line break: how labels and names are compared."""
    return re.sub(r"\s+", "", half_width(text))


_ENDS = re.compile(r"[。！？；：!?;:…”）)》】.]$")
_STARTS = re.compile(
    r"^(?:[（(]?[0-9一二三四五六七八九十]{1,3}[)）、.．]|[★●◆■—①-⑳]|第[一二三四五六七八九十0-9]+[阶步条期])"
)
_HEADING = 40


def join_lines(lines: list[tuple[str, bool]]) -> str:
    """Lines of one value put together; each comes with whether a gap stands before it.

    A line that goes on in the next (no closing mark, no list number after it) is joined without a break; a short line
    before a gap is a heading and keeps its own line.
    """
    out: list[str] = []
    last, length = "", 0
    for text, gap in lines:
        own_line = not out or _ENDS.match(last) or _STARTS.match(text) or (gap and length < _HEADING)
        letters = last.isascii() and last.isalnum() and text[:1].isascii() and text[:1].isalnum()
        joint = "" if not out else "\n" if own_line else " " if letters else ""
        out.append(joint + text)
        length = len(text) if own_line else length + len(text)
        last = text[-1:]
    return join_blanks("".join(out))


def without_note(plain: str) -> str:
    """A compact name without the brackets it ends with: 指标值(包含数字) gives 指标值."""
    start = plain.find("(")
    return plain[:start] if start >= 0 and plain.endswith(")") else plain
