"""Reads text out of docx, xlsx, pdf and text files. Runs in a worker process with a memory limit: files are hostile."""

from __future__ import annotations

import contextlib
import io
import re
import resource
import zipfile
from collections.abc import Callable, Iterator
from itertools import chain
from typing import NamedTuple
from xml.etree import ElementTree

from huitang_kernel.files.sniff import HEAD, OFFICE, text_encoding
from huitang_sdk.workbooks import ReachesTooFar, UnpacksTooMuch, check_workbook

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WORD_PARTS = re.compile(r"^word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml$")
MAX_PARTS = 10_000


class Limits(NamedTuple):
    """`characters` of text, bytes `unpacked` from one archive, bytes of `memory` for the process."""

    characters: int
    unpacked: int
    memory: int


MAX_CELLS = 5_000_000
"""To so many cells a sheet may reach: each takes memory, whether something stands in it or not."""


class Unpacks(Exception):
    """The archive would unpack to more than the limit."""


def extract(path: str, media_type: str, limits: Limits) -> tuple[str, str, str]:
    """(state, text, reason): state "read", or "unsupported", "too-large", "unreadable" with an empty text."""
    reader = READERS.get(media_type)
    if reader is None:
        return "unsupported", "", media_type
    _limit_memory(limits.memory)
    try:
        return "read", _gather(reader(path, limits), limits.characters), ""
    except Unpacks as error:
        return "too-large", "", str(error)
    except MemoryError:
        return "too-large", "", "out of memory"
    except Exception as error:
        return "unreadable", "", f"{type(error).__name__}: {error}"[:500]


def _limit_memory(size: int) -> None:
    with contextlib.suppress(ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = size if hard == resource.RLIM_INFINITY else min(size, hard)
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


def _gather(pieces: Iterator[str], characters: int) -> str:
    """Join until the limit; a null character, which PostgreSQL refuses, becomes a space."""
    found: list[str] = []
    room = characters
    for piece in pieces:
        found.append(piece[:room])
        room -= len(piece)
        if room <= 0:
            break
    text = "".join(found).replace("\0", " ").encode("utf-8", "replace").decode()
    return re.sub(r"[ \t\u3000]+", " ", re.sub(r"\s*\n\s*", "\n", text)).strip()


def _check_unpacked(path: str, limit: int) -> None:
    """What the archive says it holds; reading stops at the same limit should it lie."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        total = sum(part.file_size for part in parts)
        if total > limit or len(parts) > MAX_PARTS:
            raise Unpacks(f"unpacks to {total} bytes in {len(parts)} parts")


def _docx(path: str, limits: Limits) -> Iterator[str]:
    _check_unpacked(path, limits.unpacked)
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if WORD_PARTS.match(name)]
        for name in sorted(names, key=lambda name: (name != "word/document.xml", name)):
            with archive.open(name) as part:
                yield from _word_part(part)  # type: ignore[arg-type]


def _word_part(part: io.BufferedIOBase) -> Iterator[str]:
    # Entities that multiply are refused by expat itself, and the process may not use more than its memory limit.
    for _, element in ElementTree.iterparse(part, events=("end",)):  # noqa: S314
        if element.tag == f"{WORD}t":
            yield element.text or ""
        elif element.tag in (f"{WORD}tab", f"{WORD}tc"):
            yield "\t"
        elif element.tag in (f"{WORD}p", f"{WORD}br"):
            yield "\n"
            element.clear()


def _check_sheets(path: str, limit: int) -> None:
    try:
        check_workbook(path, cells=MAX_CELLS, unpacked=limit)
    except (ReachesTooFar, UnpacksTooMuch) as error:
        raise Unpacks(str(error)) from error


def _sheets(path: str, limits: Limits) -> Iterator[str]:
    from python_calamine import CalamineWorkbook

    if zipfile.is_zipfile(path):
        _check_sheets(path, limits.unpacked)
    with CalamineWorkbook.from_path(path) as book:
        for name in book.sheet_names:
            yield f"{name}\n"
            for row in book.get_sheet_by_name(name).iter_rows():
                cells = [str(cell) for cell in row if cell not in ("", None)]
                if cells:
                    yield "\t".join(cells) + "\n"


def _pdf(path: str, _limits: Limits) -> Iterator[str]:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        for index in range(len(document)):
            page = document[index]
            text = page.get_textpage()
            yield text.get_text_range().replace("\r\n", "\n") + "\n"
            text.close()
            page.close()
    finally:
        document.close()


def _plain(path: str, limits: Limits) -> Iterator[str]:
    with open(path, "rb") as file:
        content = file.read(limits.characters * 4)
    encoding = text_encoding(content[:HEAD]) or "utf-8"
    return chain([content.decode(encoding, "replace")])


Reader = Callable[[str, Limits], Iterator[str]]
READERS: dict[str, Reader] = {
    f"{OFFICE}.wordprocessingml.document": _docx,
    "application/vnd.ms-word.document.macroenabled.12": _docx,
    f"{OFFICE}.spreadsheetml.sheet": _sheets,
    "application/vnd.ms-excel.sheet.macroenabled.12": _sheets,
    "application/vnd.ms-excel": _sheets,
    "application/pdf": _pdf,
    "text/plain": _plain,
    "text/csv": _plain,
    "text/markdown": _plain,
}
