"""What the docs show is code that runs: pieces of tested files, commands that work, tests that pass.

`<!-- from: path -->` before a block: it stands in that file as it is. `<!-- run -->`: a shell block that ends well.
`<!-- test -->`: a module of tests.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import Struct

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"<!-- (from: (?P<file>\S+)|run|test) -->\n```\w+\n(?P<code>.*?)```", re.S)


class Snippet(Struct, frozen=True):
    page: str
    number: int
    kind: str
    code: str

    def __str__(self) -> str:
        return f"{self.page}:{self.number}"


def snippets() -> list[Snippet]:
    found = []
    for path in sorted((ROOT / "docs").rglob("*.md")):
        for number, match in enumerate(BLOCK.finditer(path.read_text(encoding="utf-8")), 1):
            page = str(path.relative_to(ROOT))
            found.append(Snippet(page, number, match["file"] or match[1], match["code"]))
    return found


ALL = snippets()
SHOWN = [snippet for snippet in ALL if snippet.kind not in ("run", "test")]
RUN = [snippet for snippet in ALL if snippet.kind == "run"]
TESTS = [snippet for snippet in ALL if snippet.kind == "test"]


def test_the_docs_show_code():
    assert len(SHOWN) >= 8
    assert RUN
    assert TESTS


@pytest.mark.parametrize("snippet", SHOWN, ids=str)
def test_shown_code_is_part_of_its_file(snippet):
    text = (ROOT / snippet.kind).read_text(encoding="utf-8")
    assert snippet.code in text, f"{snippet.kind} has changed: show what it says now"


@pytest.mark.parametrize("snippet", RUN, ids=str)
def test_commands_work(snippet):
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", snippet.code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("snippet", TESTS, ids=str)
async def test_tests_of_the_docs_pass(snippet, open_hall):
    names: dict[str, object] = {}
    exec(compile(snippet.code, str(snippet), "exec", dont_inherit=True), names)
    for name, function in names.items():
        if name.startswith("test_"):
            await function(open_hall)  # type: ignore[operator]
