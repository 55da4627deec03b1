"""A meeting in browsers: a server of its own with four deputies, and a window for everybody who looks at it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.conftest import ROOT, free_port, wait_for
from tests.e2e.meeting import PASSWORD

SIZES = {"desk": (1440, 900), "tablet": (1024, 768), "phone": (390, 844), "hall": (1280, 720)}
LOOKS = {
    "zh": ("zh-CN", ""),
    "en": ("en", ""),
    "large": ("zh-CN", "size=24;contrast=high"),
}


class Hall:
    """The server, and the pages that are open on it."""

    def __init__(self, url: str, made: dict[str, Any], browser: Browser) -> None:
        self.url, self.made, self.browser = url, made, browser
        self.pages: dict[str, Page] = {}
        self.contexts: list[BrowserContext] = []
        self.console: list[str] = []
        self.sessions: dict[str, Any] = {}

    def at(self, desk: str) -> str:
        return f"/conference/meetings/{self.made['meeting']}/{desk}"

    def open(self, size: str, look: str = "zh", *, user: str = "", device: str = "") -> Page:
        """A window of somebody who is signed in, or of a device, on an empty page."""
        locale, display = LOOKS[look]
        width, height = SIZES[size]
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            locale=locale,
            base_url=self.url,
            has_touch=size == "phone",
            storage_state=self.sessions.get(user),
        )
        self.contexts.append(context)
        cookies = {"huitang_locale": locale, "huitang_display": quote(display), "huitang_device": ""}
        cookies["huitang_device"] = self.made["tokens"].get(device, "")
        context.add_cookies([{"name": k, "value": v, "url": self.url} for k, v in cookies.items() if v])
        page = context.new_page()
        page.on("pageerror", lambda error: self.console.append(str(error)))
        page.on("console", lambda said: self.console.append(said.text) if self._is_wrong(said) else None)
        if user and user not in self.sessions:
            page.goto("/identity/sign-in")
            page.fill("input[name=username]", user)
            page.fill("input[name=password]", PASSWORD)
            page.click("main button[type=submit]")
            page.wait_for_url(self.url + "/")
            self.sessions[user] = context.storage_state()
        return page

    def _is_wrong(self, said: Any) -> bool:
        """The browser remarks by itself on a refused act (422) and on a connection that a test has cut."""
        return said.type == "error" and "422" not in said.text and "ERR_INTERNET_DISCONNECTED" not in said.text

    def __getattr__(self, name: str) -> Page:
        return self.pages[name]


@contextmanager
def open_hall_in_browsers(browser: Browser) -> Iterator[Hall]:
    """The meeting's server, and everybody in their places; all of it ends with the block."""
    with tempfile.TemporaryDirectory(prefix="huitang-meeting-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        data, log, port = folder / "data", folder / "serve.log", free_port()
        made = subprocess.run(
            [sys.executable, "-m", "tests.e2e.meeting", str(data)], cwd=ROOT, check=True, capture_output=True, text=True
        )
        command = [sys.executable, "-m", "huitang_kernel.cli", "serve", "--data-dir", str(data), "--port", str(port)]
        with log.open("wb") as out:
            process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=folder)
            try:
                wait_for(f"http://127.0.0.1:{port}/health/ready", process, log)
                hall = Hall(f"http://127.0.0.1:{port}", json.loads(made.stdout.splitlines()[-1]), browser)
                yield take_places(hall)
                for context in hall.contexts:
                    context.close()
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(30)


def take_places(hall: Hall) -> Hall:
    """Everybody opens the page they will look at for the whole meeting."""
    for name, device in (("seat1", "seat1"), ("seat2", "seat2")):
        hall.pages[name] = hall.open("tablet", device=device)
        hall.pages[name].goto("/conference/seat")
    hall.pages["phone"] = hall.open("phone", user="deputy")
    hall.pages["phone"].goto("/conference/seat")
    hall.pages["screen"] = hall.open("hall", device="screen")
    hall.pages["screen"].goto(hall.at("hall"))
    for name in ("chair", "operator", "teller"):
        hall.pages[name] = hall.open("desk", user=name)
        hall.pages[name].goto(hall.at(name))
    return hall


def seats(hall: Hall) -> list[Page]:
    return [hall.seat1, hall.seat2, hall.phone]


def primary(hall: Hall, text: str) -> None:
    """The chair does what the desk proposes next."""
    button = hall.chair.locator(".dk-act.is-big button, .dk-more.is-big > summary").first
    expect(button).to_contain_text(text)
    button.click()


def act(page: Page, name: str) -> None:
    page.locator(f"[id^=act-{name}]").first.click()


def everywhere(hall: Hall, tone: str) -> None:
    """The verdict stands on every screen."""
    for page in (hall.chair, hall.screen):
        expect(page.locator(f"[data-verdict={tone}]")).to_be_visible()
    for page in seats(hall):
        expect(page.locator(f"#result-verdict[data-tone={tone}]")).to_be_visible()
