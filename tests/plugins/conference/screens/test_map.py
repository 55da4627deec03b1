"""Where seats stand on the operator's map: as closely as the closest two in one row."""

from __future__ import annotations

from huitang_conference.services.hall_map import placed
from huitang_sdk.db import new_id


def seat(label: str, x: float, y: float) -> dict:
    empty = {"attendee_id": None, "name": "", "title": "", "role": "", "presence": "", "presence_how": ""}
    flags = dict.fromkeys(("is_chair", "is_remote", "has_fault", "has_pressed", "asks"), False)
    return {"id": new_id(), "label": label, "kind": "seat", "x": x, "y": y, **empty, **flags}


def test_a_row_that_is_set_off_by_half_a_seat_does_not_spread_the_others():
    rows = [seat(f"主席台{n}", n + 0.5, 0.0) for n in range(7)] + [seat(f"1排{n}", float(n), 2.0) for n in range(10)]
    seats, columns, lines = placed(rows, frozenset(), is_voting=False)
    assert (columns, lines) == (10, 2)
    assert seats[7].left < seats[0].left < seats[8].left


def test_seats_in_one_line_and_a_single_seat_have_their_place():
    assert placed([seat("1", 3.0, 1.0)], frozenset(), is_voting=False)[1:] == (1, 1)
    line = [seat(str(n), n * 40.0, 0.0) for n in range(4)]
    assert placed(line, frozenset(), is_voting=False)[1:] == (4, 1)
