"""One row of the table, and how the table is printed."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from rich.console import Console
from rich.table import Table


class Row(Struct):
    """`ours` and `bare` in the same unit; `ratio` is how we stand to the goal, which `goal` says in words.

    `met` says whether the goal was reached in this run.
    """

    work: str
    against: str
    ours: str
    bare: str
    ratio: str
    goal: str
    met: bool
    note: str = ""


def show(rows: Sequence[Row]) -> None:
    table = Table(title="Huitang beside bare counterparts, one run", show_lines=True)
    for title in ("work", "against", "ours", "bare", "ratio", "goal", "met"):
        table.add_column(title)
    for row in rows:
        work = f"{row.work}\n[dim]{row.note}[/dim]" if row.note else row.work
        table.add_row(work, row.against, row.ours, row.bare, row.ratio, row.goal, "yes" if row.met else "NO")
    Console().print(table)
