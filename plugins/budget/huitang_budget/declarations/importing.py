"""Files in, declarations out; and the fingerprints by which a second import of the same is known."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from huitang_budget.declarations.model import Declaration, Found, Place, Problem
from huitang_budget.declarations.parse import parse_document
from huitang_budget.declarations.parse.clean import compact
from huitang_budget.declarations.readers import DEFAULT_LIMITS, Limits, UnreadableFile, place_text, read_rows

__all__ = [
    "DEFAULT_LIMITS",
    "Limits",
    "UnreadableFile",
    "content_fingerprint",
    "file_fingerprint",
    "place_text",
    "read_declarations",
]

_SPLIT = "请拆分文件或压缩其中的图片后再导入"
_NOT_CONTENT = frozenset({"source", "form", "problems", "place"})


def read_declarations(source: str, data: bytes | Path, *, limits: Limits = DEFAULT_LIMITS) -> tuple[Declaration, ...]:
    """All forms in one file, in order; at least one. `source` is the name shown to users and stored.

    A path is measured before it is read. Raises UnreadableFile (and nothing else) with a zh-CN message.
    """
    content = _bytes(source, data, limits)
    try:
        return parse_document(read_rows(source, content, limits), limits)
    except UnreadableFile:
        raise
    except Exception as error:
        # A file nobody foresaw must not stop the others; the cause stays attached for the log.
        raise UnreadableFile(
            "cannot_parse", f"{source}：内容的结构出乎意料（{type(error).__name__}），没有读入；请另存为标准格式后再试"
        ) from error


def _bytes(source: str, data: bytes | Path, limits: Limits) -> bytes:
    if isinstance(data, bytes):
        _check_size(source, len(data), limits)
        return data
    try:
        _check_size(source, data.stat().st_size, limits)
        with data.open("rb") as stream:
            content = stream.read(limits.file_bytes + 1)
    except OSError as error:
        reason = "文件不存在" if isinstance(error, FileNotFoundError) else f"文件打不开（{error.strerror or error}）"
        raise UnreadableFile("cannot_open", f"{source}：{reason}；请核对路径和读取权限") from error
    _check_size(source, len(content), limits)
    return content


def _check_size(source: str, size: int, limits: Limits) -> None:
    if size > limits.file_bytes:
        raise UnreadableFile(
            "too_large", f"{source}：文件有 {_mb(size)}，超过 {_mb(limits.file_bytes)} 的上限，没有读取；{_SPLIT}"
        )


def _mb(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB"


def file_fingerprint(data: bytes) -> str:
    """SHA-256 of the bytes, in hex: the same file again."""
    return hashlib.sha256(data).hexdigest()


def content_fingerprint(declaration: Declaration) -> str:
    """SHA-256 over what the form says, in hex: the same form again, also from another file or format.

    Places, problems, the source and blanks do not count; values count where there are some, else the text.
    """
    return hashlib.sha256(msgspec.json.encode(_content(declaration))).hexdigest()


def _content(value: Any) -> Any:
    """The content of a model value as plain data, texts without blanks."""
    if isinstance(value, Found):
        return _content(value.text if value.value is None else value.value)
    if isinstance(value, (Place, Problem)):
        return None
    if isinstance(value, msgspec.Struct):
        names = (name for name in value.__struct_fields__ if name not in _NOT_CONTENT)
        return [_content(getattr(value, name)) for name in names]
    if isinstance(value, tuple):
        return [_content(item) for item in value]
    if isinstance(value, str):
        return compact(value)
    return str(value) if value is not None else None
