"""What a file is, told by its first bytes; the name only helps to word the refusal."""

from __future__ import annotations

import io
import zipfile

from huitang_budget.declarations.readers.base import Kind, UnreadableFile

_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "PNG 图片"),
    (b"\xff\xd8\xff", "JPEG 图片"),
    (b"GIF87a", "GIF 图片"),
    (b"GIF89a", "GIF 图片"),
    (b"BM", "BMP 图片"),
    (b"II*\x00", "TIFF 图片"),
    (b"MM\x00*", "TIFF 图片"),
)
_OTHERS = (
    (b"Rar!\x1a\x07", "RAR 压缩包"),
    (b"7z\xbc\xaf\x27\x1c", "7z 压缩包"),
    (b"\x1f\x8b", "GZIP 压缩包"),
    (b"{\\rtf", "RTF 文档"),
    (b"\x7fELF", "可执行程序"),
    (b"MZ", "可执行程序"),
    (b"OFD", "OFD 文档"),
)
_SHORT = frozenset({b"OFD", b"MZ"})
"""Beginnings that a text may have as well: they count only where NUL bytes follow."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ADVICE = "请提供 .txt、.docx、.xlsx 或 .pdf（带文字层）的申报表"


def sniff(source: str, data: bytes) -> Kind:
    """The kind of `data`. Raises UnreadableFile: empty_file, wrong_type, password_protected, corrupt_file."""
    if not data.strip(b"\x00 \t\r\n\x0c\xef\xbb\xbf\xff\xfe"):
        raise UnreadableFile(
            "empty_file", f"{source}：文件是空的（{len(data)} 字节，没有任何文字）；请重新导出后再导入"
        )
    _refuse_pictures(source, data)
    if data.startswith(b"PK"):
        return _zip_kind(source, data)
    if data.startswith(_OLE):
        return _ole_kind(source, data)
    if b"%PDF-" in data[:1024]:
        return "pdf"
    return "text"


def _refuse_pictures(source: str, data: bytes) -> None:
    for magic, name in _PICTURES:
        if data.startswith(magic) and not (magic == b"BM" and data[6:10] != b"\0\0\0\0"):
            raise UnreadableFile(
                "wrong_type", f"{source}：文件开头表明这是{name}，不是申报表文件（改扩展名不能改变内容）；{_ADVICE}"
            )
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        raise UnreadableFile("wrong_type", f"{source}：文件开头表明这是 WEBP 图片；{_ADVICE}")
    for magic, name in _OTHERS:
        if data.startswith(magic) and (magic not in _SHORT or b"\x00" in data[:64]):
            raise UnreadableFile("wrong_type", f"{source}：文件开头表明这是{name}，不能读取；{_ADVICE}")


def _zip_kind(source: str, data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError, EOFError) as error:
        raise UnreadableFile(
            "corrupt_file", f"{source}：文件尾部的压缩目录读不出来，文件已损坏或没有传完整；请重新保存后再导入"
        ) from error
    if "word/document.xml" in names or any(n.startswith("word/") for n in names):
        return "docx"
    if any(n.startswith("xl/") for n in names):
        return "workbook"
    if "OFD.xml" in names:
        raise UnreadableFile("wrong_type", f"{source}：这是 OFD 文档，暂不能读取；{_ADVICE}")
    raise UnreadableFile("wrong_type", f"{source}：这是普通压缩包，里面没有 Word 或 Excel 内容；请解压后逐个导入")


def _ole_kind(source: str, data: bytes) -> Kind:
    """An OLE container: an encrypted docx/xlsx, an old .doc, or an old .xls (read by calamine)."""
    if _utf16("EncryptedPackage") in data or _utf16("EncryptionInfo") in data:
        raise UnreadableFile(
            "password_protected", f"{source}：文件设有打开密码，内容从第一个字节起就是加密的；请取消密码后再导入"
        )
    if _utf16("WordDocument") in data:
        raise UnreadableFile("wrong_type", f"{source}：这是旧版 Word 文档（.doc）；请另存为 .docx 后再导入")
    if _utf16("Workbook") in data or _utf16("Book") in data:
        return "workbook"
    raise UnreadableFile("wrong_type", f"{source}：这是旧版 Office 容器，里面没有表格；{_ADVICE}")


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le")
