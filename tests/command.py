"""Commands in processes of their own, forked from one that has the platform's modules loaded.

A command of the platform begins by importing some 1,500 modules. The tests start it two hundred times; imported once,
that is minutes less. What a command does after its imports is the same: its process, arguments, environment, folder,
output and exit status are its own. That commands start from nothing is seen by the tests of `huitang demo` and `serve`.

done = call(["users", "list"], folder, environment)      # runs to its end
server = start(["serve"], folder, environment, log)      # goes on; server.pid, await server.wait()
node = start([dsn], folder, environment, log, module="tests.faults.rotation_node")
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import entry_points
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from babel import Locale
from msgspec import Struct

PLATFORM = ("huitang_kernel.app", "huitang_kernel.cli", "huitang_kernel.cli.serving", "tests.command")
PATIENCE = 110.0
Locale.parse("zh_CN")  # reads babel's data of all languages, as every command does


HUITANG = "huitang_kernel.cli"


class Command(Struct, frozen=True):
    """What is run, where, and where its output goes."""

    module: str
    arguments: tuple[str, ...]
    folder: str
    environment: dict[str, str]
    out: str
    err: str


@cache
def _server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    plugins = (point.module for point in entry_points(group="huitang.plugins"))
    context.set_forkserver_preload([*PLATFORM, *plugins])
    return context


def call(arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """`huitang` with these arguments, in this folder and environment; fails when it does not end in time."""
    with tempfile.TemporaryDirectory(prefix="huitang-command-") as name:
        out, err = Path(name) / "out", Path(name) / "err"
        process = _begin(Command(HUITANG, (*arguments,), str(folder), {**environment}, str(out), str(err)))
        process.join(PATIENCE)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(["huitang", *arguments], PATIENCE, out.read_bytes(), err.read_bytes())
        said = [path.read_text(encoding="utf-8") if path.exists() else "" for path in (out, err)]
        return subprocess.CompletedProcess(["huitang", *arguments], process.exitcode, *said)


class Started:
    """A command that goes on, in a session of its own: `os.killpg(started.pid, …)` reaches all its processes."""

    def __init__(self, process: ForkServerProcess) -> None:
        assert process.pid is not None
        self._process = process
        self.pid = process.pid

    @property
    def returncode(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        return self._process.exitcode

    async def wait(self) -> int:
        """Its exit status, once it has ended."""
        while self._process.exitcode is None:  # noqa: ASYNC110 - its end can be asked for, but is not told
            await asyncio.sleep(0.02)
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)


def start(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path, *, module: str = HUITANG
) -> Started:
    """`huitang`, or another module that runs as a program, with these arguments; what it says is added to the log."""
    log.touch()
    return Started(_begin(Command(module, (*arguments,), str(folder), {**environment}, str(log), str(log))))


def _begin(command: Command) -> ForkServerProcess:
    process = _server().Process(target=_become, args=(command,))
    process.start()
    return process


def _become(command: Command) -> None:
    os.setsid()
    os.environ.clear()
    os.environ.update(command.environment)
    sys.path[:0] = filter(None, command.environment.get("PYTHONPATH", "").split(os.pathsep))
    os.chdir(command.folder)
    for number, path in enumerate((os.devnull, command.out, command.err)):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND), number)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, buffering=1, encoding="utf-8") for number, mode in enumerate("rww")
    )
    sys.argv = [command.module, *command.arguments]
    try:
        runpy.run_module(command.module, run_name="__main__", alter_sys=True)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
