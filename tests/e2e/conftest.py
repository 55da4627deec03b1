"""A real demo in its own process and a real Chromium, once per test process."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest
from msgspec import Struct
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

PASSWORD = "sample-password-27"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
VIEWPORTS = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
ROOT = Path(__file__).parents[2]
CLOSE_WITHIN = 20.0
HOW = "Chromium is missing: `apt-get install chromium fonts-noto-cjk`, or set CHROMIUM to its path"


def chromium() -> str | None:
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser these tests cannot run.

    They run in a process of their own (`make test` does it so): Playwright keeps an event loop running in its thread,
    beside which no asynchronous test can start.
    """
    missing = chromium() is None
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(300))
            if missing and not os.environ.get("CI"):
                item.add_marker(pytest.mark.skip(reason=HOW))


class Demo(Struct):
    """Where the demo is and how it is entered."""

    url: str
    password: str
    folder: Path


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 120) -> None:
    """Until the address answers 200; fails with the log's end when the process stops or time runs out."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"{url} did not answer; the log ends with:\n{log.read_text(errors='replace')[-3000:]}")


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    with tempfile.TemporaryDirectory(prefix="huitang-e2e-", ignore_cleanup_errors=True) as name:
        yield from _serve(Path(name))


def _serve(folder: Path) -> Iterator[Demo]:
    folder.chmod(0o755)  # the database may run as another user
    port = free_port()
    log = folder / "demo.log"
    command = [sys.executable, "-m", "huitang_kernel.cli", "demo", "--port", str(port)]
    command += ["--data-dir", str(folder / "data"), "--password", PASSWORD]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=folder)
        try:
            wait_for(f"http://127.0.0.1:{port}/health/ready", process, log)
            yield Demo(f"http://127.0.0.1:{port}", PASSWORD, folder)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    assert path is not None, HOW
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        # A browser that does not close must not hold up everybody: it has nothing that is needed any more.
        late = threading.Timer(CLOSE_WITHIN, _kill_browsers)
        late.start()
        browser.close()
    late.cancel()


def _kill_browsers() -> None:
    """The browser, and the driver between it and this process."""
    for process in psutil.Process().children(recursive=True):
        if process.name().startswith(("chrom", "node")):
            process.kill()


class Visitor:
    """A person with a browser window of a certain size and language."""

    def __init__(self, demo: Demo, browser: Browser, width: str, locale: str, display: str = "") -> None:
        self.demo = demo
        self.context: BrowserContext = browser.new_context(
            viewport=VIEWPORTS[width], locale=locale, base_url=demo.url, has_touch=width == "phone"
        )
        if display:
            self.context.add_cookies([{"name": "huitang_display", "value": quote(display), "url": demo.url}])
        self.context.add_cookies([{"name": "huitang_locale", "value": locale, "url": demo.url}])
        self.page: Page = self.context.new_page()
        self.console: list[str] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.console.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        """Keep errors, but for the browser's own remark on a form that came back with something to mend (422)."""
        if message.type == "error" and "422" not in message.text:
            self.console.append(message.text)

    def sign_in(self, username: str) -> Page:
        self.page.goto("/identity/sign-in")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", self.demo.password)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(self.demo.url + "/")
        return self.page


@pytest.fixture
def visit(demo: Demo, browser: Browser) -> Iterator[object]:
    """`visit("phone", "en")` → a Visitor; its window is closed after the test."""
    visitors: list[Visitor] = []

    def open_window(width: str = "desktop", locale: str = "zh-CN", display: str = "") -> Visitor:
        visitors.append(Visitor(demo, browser, width, locale, display))
        return visitors[-1]

    yield open_window
    for visitor in visitors:
        visitor.context.close()
