"""Which cells of a workbook are shown as per cent: calamine gives 0.95 and not that it reads 95% on the sheet."""

from __future__ import annotations

import re
import zipfile
from typing import Any

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_BUILT_IN = frozenset({9, 10})
_ADDRESS = re.compile(r"^([A-Z]{1,3})(\d{1,7})$")


def percent_cells(archive: zipfile.ZipFile) -> dict[str, frozenset[tuple[int, int]]]:
    """Sheet name → (row, column) from 0 of its per-cent cells; {} where the parts are missing or odd.

    Only a help for reading numbers: a workbook whose styles cannot be read is still read by calamine.
    """
    from lxml import etree  # type: ignore[import-untyped,unused-ignore]

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        styles = _percent_styles(etree.fromstring(archive.read("xl/styles.xml"), parser))
        if not styles:
            return {}
        out: dict[str, frozenset[tuple[int, int]]] = {}
        for name, path in _sheet_paths(archive, parser):
            out[name] = frozenset(_cells(etree.fromstring(archive.read(path), parser), styles))
        return out
    except (KeyError, ValueError, etree.XMLSyntaxError):
        return {}


def _percent_styles(root: Any) -> frozenset[int]:
    """Numbers of the cell styles whose number format holds a per-cent sign."""
    custom = {
        int(fmt.get("numFmtId", "0"))
        for fmt in root.iter(f"{_S}numFmt")
        if "%" in re.sub(r'"[^"]*"', "", fmt.get("formatCode", ""))
    }
    cell_styles = root.find(f"{_S}cellXfs")
    if cell_styles is None:
        return frozenset()
    wanted = custom | _BUILT_IN
    return frozenset(i for i, xf in enumerate(cell_styles) if int(xf.get("numFmtId", "0")) in wanted)


def _sheet_paths(archive: zipfile.ZipFile, parser: Any) -> list[tuple[str, str]]:
    from lxml import etree  # type: ignore[import-untyped,unused-ignore]

    links = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), parser)
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    book = etree.fromstring(archive.read("xl/workbook.xml"), parser)
    out = []
    for sheet in book.iter(f"{_S}sheet"):
        target = targets.get(sheet.get(f"{_R}id"), "")
        if "worksheets/" in target:
            out.append((sheet.get("name", ""), target.lstrip("/") if target.startswith("/") else f"xl/{target}"))
    return out


def _cells(root: Any, styles: frozenset[int]) -> list[tuple[int, int]]:
    out = []
    for cell in root.iter(f"{_S}c"):
        if cell.get("t", "n") != "n" or int(cell.get("s", "0")) not in styles:
            continue
        found = _ADDRESS.match(cell.get("r", ""))
        if found:
            out.append((int(found[2]) - 1, _column(found[1]) - 1))
    return out


def _column(letters: str) -> int:
    """A → 1, AA → 27."""
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column
