"""The demo as a person starts and stops it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("demo")]
SECOND_START = 30.0
"""Ten on a machine that does nothing else; here other tests run on the same cores."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demo:
    """One demo in a folder, started as often as the test likes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data, self.port = folder, folder / "data", free_port()
        self.log = folder / "demo.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> float:
        """Start, wait until it is ready, and return the seconds that took."""
        began = time.monotonic()
        command = [sys.executable, "-m", "huitang_kernel.cli", "--language", "en", "demo", "--port", str(self.port)]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("HUITANG_")}
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [*command, "--data-dir", str(self.data), *options],
                cwd=self.folder,
                env={**clean, "PYTHONUTF8": "1", "COLUMNS": "120"},
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        while time.monotonic() - began < 200:
            assert self.process.poll() is None, self.log.read_text(errors="replace")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=2) as answer:
                    if answer.status == 200:
                        return time.monotonic() - began
            except (OSError, urllib.error.URLError):
                time.sleep(0.1)
        pytest.fail(self.log.read_text(errors="replace"))

    def interrupt(self) -> int:
        """Ctrl-C: the signal goes to every process of the terminal."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(40)

    def postgres(self) -> list[int]:
        """Servers that run on this data folder."""
        found = []
        for process in psutil.process_iter(["name", "cmdline"]):
            words = process.info["cmdline"] or []
            if process.info["name"] == "postgres" and str(self.data / "postgres") in words:
                found.append(process.pid)
        return found


@pytest.fixture
def demo() -> Iterator[Demo]:
    """Not below pytest's own folder: as root the server runs as another user, who may not enter there."""
    folder = Path(tempfile.mkdtemp(prefix="huitang-demo-"))
    folder.chmod(0o755)
    started = Demo(folder)
    yield started
    if started.process is not None and started.process.poll() is None:
        started.interrupt()
    for pid in started.postgres():
        os.kill(pid, signal.SIGINT)
    shutil.rmtree(folder, ignore_errors=True)


def test_it_starts_stops_cleanly_starts_again_quickly_and_survives_a_power_cut(demo: Demo):
    demo.start("--password", "another-password-1")
    said = demo.log.read_text()
    assert f"http://127.0.0.1:{demo.port}" in said
    assert "operator" in said
    assert "another-password-1" in said
    assert "Traceback" not in said
    assert demo.postgres()

    assert demo.interrupt() == 0
    assert not demo.postgres()
    assert "The data stay" in demo.log.read_text()

    again = demo.start()
    assert "Sample data" not in demo.log.read_text()
    assert again < SECOND_START

    # After a power cut it starts, and still stops its database.
    assert demo.process is not None
    os.killpg(demo.process.pid, signal.SIGKILL)
    demo.process.wait(10)
    demo.start()
    demo.interrupt()
    assert not demo.postgres()


def test_a_port_that_is_taken_is_named_with_the_way_out(huitang, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = huitang("demo", "--port", port, "--data-dir", str(tmp_path / "data"))
    assert result.returncode == 1
    assert f"Port {port}" in result.stderr
    assert "--port" in result.stderr
    assert not (tmp_path / "data").exists()
