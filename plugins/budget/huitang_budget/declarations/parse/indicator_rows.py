"""Where the three-level indicator table begins, which columns it has, and what its level names look like."""

from __future__ import annotations

import re
from functools import cache

from huitang_budget.declarations.parse.clean import compact, without_note
from huitang_budget.declarations.parse.labels import HEAD
from huitang_budget.declarations.parse.pieces import Grid, Piece, cell_text, grids, whole_cells

_LONGEST_NAME = 60
_LEVEL1 = re.compile(
    r"^(?:投入(?:[和与及、]?管理)?|过程|决策|产出|效果|效益|影响力|成本|满意度|管理|结果|预算执行|产出与效益)(?:类)?(?:目标|指标)$"
)
_LEVEL2 = re.compile(
    r"^(?:(?:数量|质量|时效|进度|成本|经济成本|社会成本|生态(?:环境)?成本|经济|社会|生态|环境|经济效益|社会效益|生态效益|环境效益|生态环境效益|"
    r"社会效应|可持续|可持续影响|可持续发展|影响力|满意度|服务对象满意度|受益对象满意度|社会公众(?:或服务对象)?满意度|"
    r"社会公众满意度|对象满意度|长效管理|人力资源|部门协助|部门协作|配套设施|信息共享|能力建设|效益)(?:目标|指标)(?:值)?|"
    r"财务管理|投入管理|项目管理|资金投入管理|项目实施管理|实施管理|预算管理|组织管理|业务管理|资产管理|预算执行管理|资金管理|"
    r"预算执行情况|制度建设)(?:目标|指标)?$"
)
_NUMBERING = re.compile(r"^(?:[(（]?[一二三四五六七八九十\d]{1,2}[)）]?[、.．:：])")

PARENT: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...] = (
    ("产出", re.compile(r"^(?:数量|质量|时效|进度)"), re.compile(r"^产出")),
    (
        "效果",
        re.compile(r"^(?:经济效益|社会效益|生态|环境效益|社会效应)(?!.*成本)"),
        re.compile(r"^(?:效果|效益|产出与效益)"),
    ),
    ("影响力", re.compile(r"^(?:可持续|长效管理|人力资源)"), re.compile(r"^(?:影响力|效益|效果)")),
    ("满意度", re.compile(r"满意度"), re.compile(r"^(?:影响力|满意度|效益|效果)")),
    ("产出", re.compile(r"^成本"), re.compile(r"^产出")),
)
"""Level-2 names, and the level-1 names that may stand above them in the printed forms."""


def is_level1(text: str) -> bool:
    """True for 产出目标, 效益指标, 投入和管理目标 …"""
    return len(text) <= _LONGEST_NAME and bool(_LEVEL1.match(_plain(text)))


def is_level2(text: str) -> bool:
    """True for 数量目标, 社会效益指标, 财务管理 …"""
    return len(text) <= _LONGEST_NAME and bool(_LEVEL2.match(_plain(text)))


def is_level(text: str) -> bool:
    """True for a name of either level."""
    return is_level1(text) or is_level2(text)


def _plain(text: str) -> str:
    return _NUMBERING.sub("", without_note(compact(text)))


@cache
def _roles() -> dict[str, str]:
    return {compact(name): role for role, names in HEAD.items() for name in names}


def head_role(text: str) -> str | None:
    """Which column a heading names: level1, level2, level3, target, operator, unit, skip, or None."""
    plain = compact(text).strip(":*")
    return _roles().get(plain) or _roles().get(without_note(plain))


def is_head(row: Grid) -> bool:
    """True for a heading row of the table (also the one a new page repeats)."""
    roles = [head_role(text) for _, text in row.filled]
    return "level3" in roles and sum(1 for role in roles if role) >= max(2, (len(roles) + 1) // 2)


def split_head_line(text: str) -> list[str]:
    """A heading that lost its tabs: "一级指标 二级指标 三级指标 指标目标值" as its parts, [] when it is none."""
    parts = text.split()
    return parts if len(parts) >= 3 and sum(1 for p in parts if head_role(p)) >= 3 else []


def find_indicator_start(pieces: list[Piece]) -> int | None:
    """Index of the table's first piece: its heading, the label 分解目标, or (heading lost) its first level-1 row."""
    for index, piece in enumerate(pieces):
        role = None if piece.field not in (None, "indicators") else head_role(cell_text(pieces, index))
        if split_head_line(piece.text) or (role in ("level1", "level3") and _head_follows(pieces, index)):
            return _with_label(pieces, index)
    for index, piece in enumerate(pieces):
        if piece.field is None and is_level1(piece.text) and _row_follows(pieces, index):
            return _with_label(pieces, index)
    return None


def _head_follows(pieces: list[Piece], index: int) -> bool:
    """At least two more headings within the row, or on the next lines."""
    roles = {head_role(p.text) for p in whole_cells(pieces[index : index + 12])[:6]}
    return len(roles & {"level1", "level2", "level3", "target"}) >= 3


def _row_follows(pieces: list[Piece], index: int) -> bool:
    """A level-1 name with a row of the table behind it, and another level name soon after."""
    row = pieces[index].row
    same = [p for p in pieces[index : index + 6] if p.row == row]
    near = sum(1 for p in pieces[index + 1 : index + 12] if is_level(p.text))
    return (len(same) >= 3 and near >= 1) or (len(same) == 1 and near >= 2)


def _with_label(pieces: list[Piece], index: int) -> int:
    """The label 分解目标 directly before belongs to the table; so do cells of the same row."""
    while index > 0 and (pieces[index - 1].row == pieces[index].row or pieces[index - 1].field == "indicators"):
        if pieces[index - 1].field not in (None, "indicators"):
            break
        index -= 1
    return index


def head_columns(pieces: list[Piece]) -> dict[int, str]:
    """Column → role of the first heading row; {} where the table has no heading row of several cells.

    A table with two groups of columns side by side (中期 | 年度) counts from its last group.
    """
    for row in grids(pieces):
        if is_head(row):
            roles = {column: head_role(text) or "skip" for column, text in row.filled}
            return _last_group(roles)
    return {}


def _last_group(roles: dict[int, str]) -> dict[int, str]:
    out: dict[int, str] = {}
    for column in sorted(roles):
        role = roles[column]
        for old in [c for c, r in out.items() if r == role and role not in ("skip", "level1")]:
            out[old] = "skip"
        out[column] = role
    return out
