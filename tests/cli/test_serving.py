"""`huitang serve` and `huitang worker` in their own processes, stopped as a service manager stops them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(200)
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path, fresh_dsn: str) -> Iterator[Start]:
    """`start("serve", "--port", "8000")` → the running process, on a database of its own."""
    running: list[subprocess.Popen[str]] = []

    def run(*arguments: str) -> subprocess.Popen[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("HUITANG_")}
        here = {"HUITANG_DATABASE__DSN": fresh_dsn, "HUITANG_DATA_DIR": str(tmp_path / "data"), "LANG": "en_US.UTF-8"}
        with (tmp_path / "log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "huitang_kernel.cli", *arguments],
                env={**clean, **here, "PYTHONUTF8": "1"},
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )
        running.append(process)
        return process

    yield run
    for process in running:
        if process.poll() is None:
            process.terminate()
            process.wait(40)


def wait_for(happened: Callable[[], bool], process: subprocess.Popen[str], log: Path) -> None:
    ends = time.monotonic() + 120
    while time.monotonic() < ends:
        assert process.poll() is None, log.read_text()
        if happened():
            return
        time.sleep(0.2)
    pytest.fail(log.read_text())


def test_two_web_processes_serve_and_stop_at_sigterm(start: Start, tmp_path: Path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = start("serve", "--port", str(port), "--workers", "2")

    def ready() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    wait_for(ready, process, tmp_path / "log")
    process.send_signal(signal.SIGTERM)
    assert process.wait(40) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()
    assert not ready()


def test_a_worker_works_without_pages_and_stops_at_sigterm(start: Start, tmp_path: Path):
    process = start("worker")
    log = tmp_path / "log"
    wait_for(lambda: "Working" in log.read_text() and "this node leads" in log.read_text(), process, log)
    process.send_signal(signal.SIGTERM)
    assert process.wait(40) == 0
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize(
    ("before", "said"),
    [("", "fork"), ("threading.Thread(target=time.sleep, args=(60,), daemon=True).start()", "spawn")],
)
def test_web_processes_are_forked_unless_a_thread_would_be_missing_in_them(before: str, said: str):
    script = (
        f"import threading, time\n{before}\nfrom huitang_kernel.cli.serving import start_method\nprint(start_method())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == said
