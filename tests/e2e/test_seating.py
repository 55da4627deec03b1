"""The seat plan by hand: a seat is dragged, moved by the arrow keys, and two people change places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
