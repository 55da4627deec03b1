"""What a file is, from its content; the name only decides between kinds that look the same inside."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePath

import puremagic

HEAD = 64 * 1024
UNKNOWN = "application/octet-stream"
ZIP = "application/zip"
OFFICE = "application/vnd.openxmlformats-officedocument"
INSIDE_ZIP = (
    ("word/vbaProject.bin", "application/vnd.ms-word.document.macroenabled.12"),
    ("xl/vbaProject.bin", "application/vnd.ms-excel.sheet.macroenabled.12"),
    ("ppt/vbaProject.bin", "application/vnd.ms-powerpoint.presentation.macroenabled.12"),
    ("word/document.xml", f"{OFFICE}.wordprocessingml.document"),
    ("xl/workbook.xml", f"{OFFICE}.spreadsheetml.sheet"),
    ("xl/workbook.bin", "application/vnd.ms-excel.sheet.binary.macroenabled.12"),
    ("ppt/presentation.xml", f"{OFFICE}.presentationml.presentation"),
    ("OFD.xml", "application/ofd"),
    ("AndroidManifest.xml", "application/vnd.android.package-archive"),
    ("META-INF/MANIFEST.MF", "application/java-archive"),
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_BY_NAME = {
    ".doc": "application/msword",
    ".wps": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".et": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
}
TEXT_BY_NAME = {".csv": "text/csv", ".json": "application/json", ".xml": "application/xml", ".md": "text/markdown"}
EXACT = (
    (b"%PDF-", "application/pdf"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-executable"),
    (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (b"\xce\xfa\xed\xfe", "application/x-mach-binary"),
)
ODD = frozenset(map(chr, range(32))) - frozenset("\t\n\r\f\x1b") | {"\x7f"}
"""Characters that no text has."""
SURE = 0.3
"""puremagic's confidence below which its guess says less than looking at the text itself."""


def sniff(path: Path, name: str) -> str:
    """The media type of the file at `path`, which calls itself `name`. Reads at most 64 KiB and a zip's directory."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    suffix = PurePath(name).suffix.lower()
    if not head:
        return "text/plain"
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _inside_zip(path)
    if head.startswith(OLE):
        return OLE_BY_NAME.get(suffix, "application/x-ole-storage")
    for start, kind in EXACT:
        if head.startswith(start) and not (start == b"MZ" and text_encoding(head)):
            return kind
    encoding = text_encoding(head)
    return _text_kind(head.decode(encoding, "replace"), suffix) if encoding else _by_magic(head)


def _inside_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                return archive.read("mimetype").decode("ascii", "replace").strip() or ZIP
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
        return ZIP
    return next((kind for name, kind in INSIDE_ZIP if name in names), ZIP)


def text_encoding(head: bytes) -> str | None:
    """The encoding if this is the beginning of a text, else None: UTF-8, UTF-16 with a mark, or GB18030."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16" if _readable(head[: len(head) // 2 * 2], "utf-16") else None
    if b"\0" in head:
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        if _readable(head, encoding):
            return encoding
    return None


def _readable(head: bytes, encoding: str) -> bool:
    """Decodes but for a character cut off at the end, without control characters or private ones."""
    for cut in range(4):
        try:
            text = head[: len(head) - cut].decode(encoding)
        except UnicodeDecodeError:
            if len(head) < HEAD:
                return False
            continue
        odd = sum(1 for character in text if character in ODD)
        private = sum(1 for character in text if "\ue000" <= character <= "\uf8ff")
        return odd == 0 and private * 20 <= len(text)
    return False


def _text_kind(text: str, suffix: str) -> str:
    start = text.lstrip("\ufeff \t\r\n")[:2000].lower()
    if start.startswith(("<!doctype html", "<html", "<script", "<body", "<head", "<iframe")) or "<html" in start[:500]:
        return "text/html"
    if "<svg" in start and start.startswith(("<?xml", "<svg", "<!doctype svg", "<!--")):
        return "image/svg+xml"
    if start.startswith("<?xml"):
        return "application/xml"
    return TEXT_BY_NAME.get(suffix, "text/plain")


def _by_magic(head: bytes) -> str:
    try:
        guesses = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    sure = [guess for guess in guesses if guess.mime_type and guess.confidence >= SURE]
    return str(max(sure, key=lambda guess: guess.confidence).mime_type) if sure else UNKNOWN
