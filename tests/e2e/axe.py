"""axe-core in the page at hand."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

import huitang_kernel.portal

SOURCE = Path(huitang_kernel.portal.__file__).parent / "static" / "portal" / "vendor" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def violations(page: Page) -> list[str]:
    """One line per violation of WCAG 2.2 AA: rule, what it asks, and the first elements concerned."""
    page.evaluate(SOURCE.read_text(encoding="utf-8"))
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    result = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{found['id']}: {found['help']}: " + "; ".join(node["html"][:160] for node in found["nodes"][:3])
        for found in result["violations"]
    ]
