"""PDF from a Typst template, typeset in a process of its own with limits on time and memory."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from huitang_sdk.documents.broken import BrokenTemplate, _
from huitang_sdk.documents.fonts import font_folders
from huitang_sdk.errors import Unavailable

PDF_TYPE = "application/pdf"
MAX_SECONDS = 20
"""The longest a PDF may take."""
MAX_MEMORY = 1024 * 1024 * 1024
"""The most bytes of memory a PDF may take, with the program that makes it and its typefaces."""
OWN_FILES = ("main.typ", "values.json", "huitang.typ")
"""Names in the template's folder that are taken."""

_HERE = Path(__file__).parent
# Typst asks a proxy for packages. This address refuses at once, so that no template can reach the network.
_ENVIRONMENT = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
_PLACE = re.compile(r"┌─ (?:[^\n]*/)?([^/\n]+?):(\d+):(\d+)")


def pdf_from_typst(
    source: str, values: Mapping[str, Any], *, at: datetime, files: Mapping[str, bytes] | None = None
) -> bytes:
    """Typeset a Typst template and return the PDF.

    The template reads `values` from the file values.json, or takes `values` from huitang.typ: they are data, never
    part of its source, so text stays text. `files` are more files it may read or import, by names relative to it. It
    sees no other file, no network and none of the machine's own typefaces. `at` (aware) is the date of making: the
    same arguments give the same bytes.

        #import "huitang.typ": *
        #show: paper
        #title[#values.title]

    Raises BrokenTemplate for a mistake, with line and column, and for a template that takes more than MAX_SECONDS or
    MAX_MEMORY; Unavailable when no typefaces are installed.
    """
    fonts = [str(folder) for folder in font_folders()]
    if not fonts:
        raise Unavailable(_("No typefaces are installed, so no PDF can be made. Tell the operator."))
    with tempfile.TemporaryDirectory(prefix="huitang-pdf-") as name:
        root = Path(name)
        _lay_out(root, source, values, files or {})
        request = {
            "root": name,
            "fonts": fonts,
            "at": int(at.timestamp()),
            "memory": MAX_MEMORY,
            "seconds": MAX_SECONDS,
        }
        head, _newline, body = _run(json.dumps(request).encode()).partition(b"\n")
    answer: dict[str, str] = json.loads(head)
    if "message" in answer:
        raise BrokenTemplate(_reason(answer["message"], answer["diagnostic"], root))
    return body


def _lay_out(root: Path, source: str, values: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
    """Write everything the template may see into its folder. Raises ValueError for a file name that leaves it."""
    for name, content in files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or name in OWN_FILES or "\\" in name:
            raise ValueError(f"not a name for a file of a template: {name!r}")
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    (root / "main.typ").write_text(source, encoding="utf-8", newline="")
    (root / "values.json").write_bytes(msgspec.json.encode(dict(values)))
    (root / "huitang.typ").write_bytes((_HERE / "huitang.typ").read_bytes())


def _run(request: bytes) -> bytes:
    """Run typesetter.py. A process that was ended by its limits says so by how it ended."""
    command = [sys.executable, "-I", "-X", "utf8", str(_HERE / "typesetter.py")]
    slow = _("The template takes more than {seconds} s. Does it repeat something without end?", seconds=MAX_SECONDS)
    try:
        done = subprocess.run(  # noqa: S603 - our own script
            command, input=request, capture_output=True, timeout=MAX_SECONDS, env=_ENVIRONMENT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise BrokenTemplate(slow) from error
    if done.returncode == 0:
        return done.stdout
    if done.returncode > 0:
        raise RuntimeError(f"the typesetter failed: {done.stderr.decode(errors='replace')[-2000:]}")
    if done.returncode == -24:  # SIGXCPU
        raise BrokenTemplate(slow)
    raise BrokenTemplate(_("The template needs more than {size} MB of memory.", size=MAX_MEMORY // 1024 // 1024))


def _reason(message: str, diagnostic: str, root: Path) -> str:
    """What is wrong and where, as the person who edits the template sees it."""
    if "failed to download package" in message or "package not found" in message:
        return _(
            "The template imports a package (“@…”). Packages are not available here: only the template's own files."
        )
    reason = message.replace(str(root), "").strip()
    found = _PLACE.search(diagnostic)
    if not found:
        return _("The template has a mistake: {reason}", reason=reason)
    name, line, column = found.groups()
    if name != "main.typ":
        return _(
            "The template has a mistake in {file}, line {line}, column {column}: {reason}",
            file=name,
            line=line,
            column=column,
            reason=reason,
        )
    return _(
        "The template has a mistake in line {line}, column {column}: {reason}", line=line, column=column, reason=reason
    )
