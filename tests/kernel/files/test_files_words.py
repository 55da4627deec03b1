"""Every word that files shows has its Chinese."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from babel.messages.pofile import read_po

import huitang_kernel.files

FOLDER = Path(huitang_kernel.files.__file__).parent
IN_TEMPLATES = re.compile(r"""\b_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
DECLARED = {"Permission", "MenuItem", "Job", "HealthCheck", "Role"}


def in_python(path: Path) -> set[str]:
    """First words of `_("…")` and the titles of declarations."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            place = 0 if node.func.id in ("_", "MenuItem") else 1 if node.func.id in DECLARED else None
            if place is not None and len(node.args) > place and isinstance(node.args[place], ast.Constant):
                found.add(node.args[place].value)
    return found


def used() -> set[str]:
    found = {
        ast.literal_eval(m[1]) for p in FOLDER.rglob("*.html") for m in IN_TEMPLATES.finditer(p.read_text("utf-8"))
    }
    return found.union(*(in_python(path) for path in FOLDER.rglob("*.py")))


def test_the_catalogue_is_complete():
    with (FOLDER / "locale" / "zh-CN.po").open("rb") as file:
        catalogue = {message.id: message.string for message in read_po(file) if message.id}
    assert len(used()) > 30
    assert used() - catalogue.keys() == set()
    for text, chinese in catalogue.items():
        assert chinese, text
        assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", chinese)), text
