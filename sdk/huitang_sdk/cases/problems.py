"""What is wrong with a case, and where."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from huitang_sdk.cases.texts import Text


class Problem(Struct, frozen=True):
    """One mistake: the JSON path of its place ("$.events[1].at") and what is wrong there.

    >>> str(Problem("$.seats", Text("至少为 1", "must be at least 1")))
    '$.seats: 至少为 1 / must be at least 1'
    """

    path: str
    text: Text

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


class CaseError(ValueError):
    """A case that cannot be decided; `problems` names every mistake found.

    >>> CaseError([Problem("$", Text("文件是空的", "the file is empty"))]).problems[0].path
    '$'
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))
