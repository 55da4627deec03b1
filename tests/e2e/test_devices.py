"""A device from invitation to revocation in two real browsers, and its pages in every look."""

from __future__ import annotations

import pytest

from tests.e2e.axe import SEEN, violations
from tests.e2e.test_pages import LOOKS, problems_of

ENROL = "/identity/devices/enrol"


@pytest.mark.parametrize("look", LOOKS)
def test_an_operator_enrols_a_screen_and_shuts_it_out(visit, look):
    rules = () if look == "desktop" else SEEN
    operator, screen = visit(*LOOKS[look]), visit(*LOOKS[look])
    page, name = operator.sign_in("operator"), f"大屏{look}"
    assert problems_of(page, "/identity/devices/invite", rules) == []
    page.fill("input[name=name]", name)
    page.fill("input[name=place]", "主席台")
    page.select_option("select[name=role]", "noticeboard.reader")
    page.click("main form button[type=submit]")
    link = page.inner_text("#device-link")
    assert len(page.inner_text("#device-code")) == 13
    assert page.locator("main .ht-qr").bounding_box()["width"] > 100
    assert violations(page, rules) == []
    page.click("main a.btn-primary")
    assert name in page.inner_text("h1")
    device = page.url

    screen.page.goto(link)
    screen.page.click("main form button[type=submit]")
    screen.page.wait_for_selector("text=" + name)
    assert problems_of(screen.page, ENROL, rules) == []
    assert screen.page.goto("/noticeboard/").status == 200

    for address in (device, "/identity/devices"):
        assert problems_of(page, address, rules) == []
    page.goto(device)
    page.click("details.ht-confirm:last-of-type summary")
    page.fill("input[name=reason]", "测试结束")
    page.click("details[open] button[type=submit]")
    page.wait_for_url("**done=revoked")
    assert "测试结束" in page.inner_text("main")
    screen.page.goto(ENROL)
    assert name not in screen.page.inner_text("main")
    assert operator.console == []
