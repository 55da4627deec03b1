"""axe-core in the page at hand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

import huitang_kernel.portal

SOURCE = Path(huitang_kernel.portal.__file__).parent / "static" / "portal" / "vendor" / "axe.min.js"

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

SEEN = ["color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block"]
"""Rules whose answer depends on colours and sizes; what the others ask of a page is the same in every look."""

SHELL = "body > :not(main)"
"""What stands around every page."""

ROWS, ROWS_AGAIN = 24, 8
"""So many rows of a table are looked at, the second figure where only some rules are asked: the rest are made alike."""

OF_STYLES = "css-orientation-lock"
"""A rule about the style sheets, which all pages share. Only for it they have to be fetched once more."""

ASK = """async ([where, options]) => {
    const changes = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.all(changes.map((change) => change.finished.catch(() => {})));
    // From the top: what has been scrolled half under a bar that stays would be called too small to touch. A page that
    // was opened at a place of its own may go there only now.
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    scrollTo({ top: 0, behavior: "instant" });
    return axe.run(where, options);
}"""
"""A colour on its way to another is not looked at."""


@cache
def _source() -> str:
    return SOURCE.read_text(encoding="utf-8")


def violations(page: Page, rules: Sequence[str] = (), *, shell: bool = True) -> list[str]:
    """One line per violation of WCAG 2.2 AA, or of these rules: rule, what it asks, the first elements concerned.

    Without `shell` what stands around every page is left out: it was seen on another one.
    """
    page.evaluate(_source())
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": TAGS}
    options = {"runOnly": only, "resultTypes": ["violations"], "selectors": False, "preload": OF_STYLES in rules}
    rows = ROWS_AGAIN if rules else ROWS
    repeated = [[f"tbody tr:nth-child(n+{rows + 1})"], *([] if shell else [[SHELL]])]
    where = {"include": [["html"]], "exclude": repeated}
    result = page.evaluate(ASK, [where, options])
    return [
        f"{found['id']}: {found['help']}: " + "; ".join(node["html"][:160] for node in found["nodes"][:3])
        for found in result["violations"]
    ]
