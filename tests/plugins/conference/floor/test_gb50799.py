"""Every line of the standard names tests, and they are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1]
DOCUMENT = Path(__file__).parents[4] / "docs" / "conference" / "gb50799.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(test_\w+)`", TEXT)))
LINES = re.findall(r"^\| (\d+\.2\.\d+(?: \(\d\))?) \|.*\| (.*) \|$", TEXT, re.M)


def test_every_line_of_the_two_sections_is_there():
    sections = {number.split(" ")[0] for number, _ in LINES}
    assert sections == {f"6.2.{n}" for n in range(1, 9)} | {f"12.2.{n}" for n in range(1, 13)}
    assert all("::test_" in tests for _, tests in LINES)


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_the_test_that_is_named_exists(file, name):
    assert re.search(rf"^(async )?def {name}\(", (HERE / file).read_text(encoding="utf-8"), re.M)
