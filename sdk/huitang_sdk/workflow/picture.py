"""The picture of a workflow as SVG: states in rows, moves between them, the present state marked."""

from __future__ import annotations

from collections.abc import Callable, Collection
from unicodedata import east_asian_width

from markupsafe import Markup, escape
from msgspec import Struct

from huitang_sdk.workflow.declaring import Workflow

Say = Callable[[str], str]
HEIGHT, GAP, ROW, EDGE, TEXT, LEAST = 38, 24, 82, 48, 16, 96
"""Measures at the usual size of letters. The picture is as many rem wide, so that it grows with them."""


class Box(Struct, frozen=True):
    """Where a state stands."""

    x: int
    y: int
    width: int

    @property
    def middle(self) -> int:
        """Where lines meet it."""
        return self.x + self.width // 2


def picture(workflow: Workflow, current: str, say: Say, *, visited: Collection[str] = ()) -> Markup:
    """Safe SVG. `say` translates titles: `Translator("petitions")`. `visited` are states that lie behind.

    Its colours are those of the page (classes `ht-wf-…` of the portal's style sheet), so it follows light and dark. Its
    title names the present state and its description lists every move, for those who cannot see it.
    """
    boxes = _boxes(workflow, say)
    width = max(box.x + box.width for box in boxes.values()) + EDGE
    height = max(box.y for box in boxes.values()) + HEIGHT + 24
    titles = {state.id: say(state.title) for state in workflow.states}
    here = titles.get(current, "")
    name = f"{say(workflow.title)}: {here}" if here else say(workflow.title)
    moves = "; ".join(
        f"{titles[source]} → {say(transition.title)} → {titles[transition.to]}"
        for transition in workflow.transitions
        for source in transition.from_
        if source != transition.to
    )
    parts = [
        f'<svg class="ht-wf" viewBox="0 0 {width} {height}" width="{width / TEXT}rem"'
        f' height="{height / TEXT}rem" role="img"'
        f' aria-label="{escape(name)}" xmlns="http://www.w3.org/2000/svg">',
        f"<title>{escape(name)}</title><desc>{escape(moves)}</desc>",
        *_lines(workflow, boxes, say, set(visited) | {current}, width),
    ]
    for state in workflow.states:
        parts.append(_state(boxes[state.id], titles[state.id], state.final, state.id == current, state.id in visited))
    return Markup("".join(parts) + "</svg>")  # noqa: S704 - every text in it is escaped


def rows_of(workflow: Workflow) -> list[list[str]]:
    """States one below another as the declaration orders them; moves back up do not count."""
    places = {state.id: number for number, state in enumerate(workflow.states)}
    row = dict.fromkeys(places, 0)
    forward = sorted(
        (places[source], places[transition.to], source, transition.to)
        for transition in workflow.transitions
        for source in transition.from_
        if places[source] < places[transition.to]
    )
    for _source_place, _target_place, source, target in forward:
        row[target] = max(row[target], row[source] + 1)
    rows: list[list[str]] = [[] for _ in range(max(row.values()) + 1)]
    for state in workflow.states:
        rows[row[state.id]].append(state.id)
    return rows


def _boxes(workflow: Workflow, say: Say) -> dict[str, Box]:
    titles = {state.id: say(state.title) for state in workflow.states}
    rows = rows_of(workflow)
    sizes = [[max(LEAST, _length(titles[state]) + 24) for state in row] for row in rows]
    widest = max(sum(row) + GAP * (len(row) - 1) for row in sizes)
    boxes: dict[str, Box] = {}
    for number, (row, widths) in enumerate(zip(rows, sizes, strict=True)):
        x = EDGE + (widest - sum(widths) - GAP * (len(row) - 1)) // 2
        for state, width in zip(row, widths, strict=True):
            boxes[state] = Box(x, 4 + number * ROW, width)
            x += width + GAP
    return boxes


def _length(text: str) -> int:
    """About how wide a text is in pixels: Chinese characters are square, others about half of it."""
    return sum(TEXT if east_asian_width(letter) in "WF" else TEXT * 6 // 10 for letter in text)


def _lines(workflow: Workflow, boxes: dict[str, Box], say: Say, known: Collection[str], width: int) -> list[str]:
    """One line for each pair of states, however many moves lead along it; their names are its tooltip."""
    pairs: dict[tuple[str, str], list[str]] = {}
    for transition in workflow.transitions:
        for source in transition.from_:
            if source != transition.to:
                pairs.setdefault((source, transition.to), []).append(say(transition.title))
    lines = []
    for lane, ((source, target), names) in enumerate(pairs.items(), 1):
        path, tip = _path(boxes[source], boxes[target], lane, width)
        seen = " ht-wf-done" if source in known and target in known else ""
        lines.append(
            f'<g class="ht-wf-move{seen}"><title>{escape(" / ".join(names))}</title>'
            f'<path d="{path}" fill="none"/><path class="ht-wf-tip" d="{tip}"/></g>'
        )
    return lines


def _path(one: Box, two: Box, lane: int, width: int) -> tuple[str, str]:
    """Down the middle to a later row, over the top within a row, and round the outside back up or past a row."""
    shift = (lane % 5 - 2) * 7
    start, end = one.middle + shift, two.middle + shift
    if two.y - one.y == ROW:
        y1, y2 = one.y + HEIGHT, two.y
        half = (y1 + y2) // 2
        return f"M{start} {y1}C{start} {half} {end} {half} {end} {y2 - 5}", _tip_down(end, y2)
    if two.y == one.y:
        y1, y2 = one.y + HEIGHT, two.y + HEIGHT
        low = y1 + 18
        return f"M{start} {y1}C{start} {low} {end} {low} {end} {y2 + 5}", _tip_up(end, y2)
    left = lane % 2 == 0
    side = 6 + lane % 6 * 6 if left else width - 6 - lane % 6 * 6
    x1, x2 = (one.x, two.x) if left else (one.x + one.width, two.x + two.width)
    y1, y2 = one.y + HEIGHT // 2 + shift // 2, two.y + HEIGHT // 2 + shift // 2
    gap = -5 if left else 5
    return f"M{x1} {y1}C{side} {y1} {side} {y2} {x2 + gap} {y2}", _tip_side(x2, y2, left)


def _tip_down(x: int, y: int) -> str:
    return f"M{x - 4} {y - 7}L{x} {y}L{x + 4} {y - 7}Z"


def _tip_up(x: int, y: int) -> str:
    return f"M{x - 4} {y + 7}L{x} {y}L{x + 4} {y + 7}Z"


def _tip_side(x: int, y: int, left: bool) -> str:
    back = -7 if left else 7
    return f"M{x + back} {y - 4}L{x} {y}L{x + back} {y + 4}Z"


def _state(box: Box, title: str, final: bool, here: bool, seen: bool) -> str:
    kind = " ht-wf-here" if here else " ht-wf-done" if seen else ""
    inner = (
        f'<rect x="{box.x + 3}" y="{box.y + 3}" width="{box.width - 6}" height="{HEIGHT - 6}" rx="5" fill="none"/>'
        if final
        else ""
    )
    return (
        f'<g class="ht-wf-state{kind}">'
        f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{HEIGHT}" rx="7"/>{inner}'
        f'<text x="{box.middle}" y="{box.y + HEIGHT // 2 + 5}" text-anchor="middle" font-size="{TEXT}">'
        f"{escape(title)}</text>"
        "</g>"
    )
