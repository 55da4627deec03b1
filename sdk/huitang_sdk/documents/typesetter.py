"""The process that typesets: reads a request from stdin, writes a line of JSON and the PDF to stdout.

It is run as a script and imports nothing of Huitang, so that it starts in a moment.
"""

from __future__ import annotations

import json
import resource
import sys
from contextlib import suppress
from typing import Any

import typst


def main() -> None:
    """One request, one answer."""
    request = json.load(sys.stdin)
    limit(request["memory"], request["seconds"])
    answer, pdf = typeset(request)
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + pdf)


def limit(memory: int, seconds: int) -> None:
    """No more memory, no more seconds on any of the processor's cores, no core dump; as far as the system has these."""
    for what, wanted in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds * 2),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (wanted, wanted))


def typeset(request: dict[str, Any]) -> tuple[dict[str, str], bytes]:
    """An empty answer and the PDF, or what is wrong."""
    root = request["root"]
    try:
        fonts = typst.Fonts(include_system_fonts=False, font_paths=request["fonts"])
        pdf = typst.compile(
            f"{root}/main.typ",
            root=root,
            font_paths=fonts,
            ignore_system_fonts=True,
            timestamp=request["at"],
            package_path=f"{root}/.packages",
            package_cache_path=f"{root}/.packages",
            format="pdf",
        )
    except typst.TypstError as error:
        return {"message": error.message, "diagnostic": error.diagnostic}, b""
    return {}, pdf


if __name__ == "__main__":
    main()
