"""Zip containers (docx, xlsx) looked through before anything unpacks them, and unpacked once with the brakes on."""

from __future__ import annotations

import io
import zipfile
import zlib

from huitang_budget.declarations.readers.base import Limits, UnreadableFile

_CHUNK = 1024 * 1024
_SMALL = 1024 * 1024


def checked_archive(source: str, data: bytes, limits: Limits) -> bytes:
    """`data` once every entry has been measured by its directory and by really inflating it.

    Raises UnreadableFile: zip_bomb, corrupt_file, password_protected.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_directory(source, entries, len(data), limits)
            _check_content(source, archive, entries, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError) as error:
        raise corrupt(source) from error
    return data


def corrupt(source: str, where: str = "") -> UnreadableFile:
    """The refusal of a damaged file; `where` names the part (zh-CN)."""
    return UnreadableFile(
        "corrupt_file", f"{source}：文件{where or '内部的压缩数据'}已损坏或没有传完整，读不出内容；请重新保存后再导入"
    )


def _check_directory(source: str, entries: list[zipfile.ZipInfo], packed: int, limits: Limits) -> None:
    if len(entries) > limits.zip_entries:
        raise _bomb(source, f"压缩目录有 {len(entries)} 项，超过 {limits.zip_entries} 项的上限")
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise _bomb(source, "压缩目录里有重复的文件名")
    for entry in entries:
        if entry.flag_bits & 1:
            raise UnreadableFile(
                "password_protected", f"{source}：内部文件“{entry.filename}”设有密码；请取消密码后再导入"
            )
        if entry.file_size > limits.zip_entry_bytes:
            raise _bomb(source, f"内部文件“{entry.filename}”解压后有 {_mb(entry.file_size)}，超过上限")
        if entry.file_size > _SMALL and entry.file_size > entry.compress_size * limits.zip_ratio:
            raise _bomb(source, f"内部文件“{entry.filename}”的压缩比异常（{_mb(entry.file_size)}）")
    total = sum(entry.file_size for entry in entries)
    if total > limits.zip_total_bytes or (total > _SMALL and total > packed * limits.zip_ratio):
        raise _bomb(source, f"解压后共有 {_mb(total)}，超过上限")


def _check_content(source: str, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Inflate every entry in small pieces and throw it away: the directory may lie about sizes."""
    total = 0
    for entry in entries:
        size = 0
        with archive.open(entry) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                total += len(chunk)
                if size > limits.zip_entry_bytes or total > limits.zip_total_bytes:
                    raise _bomb(source, f"内部文件“{entry.filename}”解压后超过上限，与目录所写的大小不符")


def _bomb(source: str, what: str) -> UnreadableFile:
    return UnreadableFile(
        "zip_bomb", f"{source}：{what}，像是“压缩炸弹”，没有打开；请用 Word 或 Excel 重新另存后再导入"
    )


def _mb(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB"
