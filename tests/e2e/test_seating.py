"""The seat plan by hand: a seat is dragged, moved by the arrow keys, and two people change places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect


def place(seat: Locator) -> tuple[float, float]:
    return float(seat.get_attribute("data-x") or ""), float(seat.get_attribute("data-y") or "")


def test_seats_are_dragged_moved_by_keys_and_swapped(visit: Callable[..., Any]):
    page = visit().sign_in("hall")
    page.goto("/conference/")
    address = page.locator("main a", has_text="第二十三次会议").first.get_attribute("href")
    page.goto(f"{address}/seats")
    said = page.locator("#plan-said")
    ids = [seat.get_attribute("id") for seat in page.locator("[data-seat]").all()]
    first, last = page.locator(f"#{ids[0]}"), page.locator(f"#{ids[-1]}")
    x, y = place(last)
    box = last.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 60, box["y"] + box["height"] / 2, steps=4)
    page.mouse.move(box["x"] + box["width"] / 2 + 160, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    expect(said).to_have_text("已保存")
    dragged = place(last)
    assert dragged == (x + 2, y)
    page.reload()
    assert place(last) == dragged
    last.focus()
    page.keyboard.press("ArrowLeft")
    expect(said).to_have_text("已保存")
    assert place(last) == (x + 1.5, y)
    names = [page.locator(f"#{one} .cf-seat-name").inner_text() for one in ids[:2]]
    first.click()
    expect(first).to_have_attribute("aria-pressed", "true")
    page.locator(f"#{ids[1]}").click()
    expect(page.locator(f"#{ids[1]} .cf-seat-name")).to_have_text(names[0])
    expect(first.locator(".cf-seat-name")).to_have_text(names[1])
    first.click()
    page.keyboard.press("Escape")
    expect(first).to_have_attribute("aria-pressed", "false")


def test_the_labels_of_the_operator_s_map_grow_with_the_text(visit: Callable[..., Any]):
    """As much as the rest of the page; the map is moved about where it has no room, and the page is not."""
    heights: dict[str, list[float]] = {}
    for display in ("", "size=24;contrast=high"):
        page = visit(display=display).sign_in("hall")
        page.goto("/conference/")
        address = page.locator("main a", has_text="第二十三次会议").first.get_attribute("href")
        page.goto(f"{address}/operator")
        seats = page.locator(".dk-seat")
        expect(seats.first).to_be_visible()
        sizes = "seats => seats.flatMap(seat => [...seat.children].map(part => getComputedStyle(part).fontSize))"
        heights[display] = [float(size.removesuffix("px")) for size in seats.evaluate_all(sizes)]
        cut = "seats => seats.filter(seat => seat.scrollHeight > seat.clientHeight + 1).map(seat => seat.textContent)"
        assert seats.evaluate_all(cut) == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    before, large = heights.values()
    assert large == pytest.approx([1.5 * size for size in before])
    assert min(large) >= 18
