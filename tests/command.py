"""Commands in processes of their own, forked from one that has the platform's modules loaded.

A command of the platform begins by importing some 1,500 modules. The tests call it a hundred times; done once, that is
minutes less. What a command does after its imports is the same: its process, arguments, environment, folder, output and
exit status are its own. That commands start from nothing is seen by tests that start them so.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import entry_points
from multiprocessing.context import ForkServerContext
from pathlib import Path

from babel import Locale

PLATFORM = ("huitang_kernel.app", "huitang_kernel.cli", "tests.command")
PATIENCE = 110.0
Locale.parse("zh_CN")  # reads babel's data of all languages, as every command does


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
        process = _server().Process(
            target=_be_huitang, args=(list(arguments), str(folder), dict(environment), str(out), str(err))
        )
        process.start()
        process.join(PATIENCE)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(["huitang", *arguments], PATIENCE, out.read_bytes(), err.read_bytes())
        said = [path.read_text(encoding="utf-8") if path.exists() else "" for path in (out, err)]
        return subprocess.CompletedProcess(["huitang", *arguments], process.exitcode, *said)


def _be_huitang(arguments: list[str], folder: str, environment: dict[str, str], out: str, err: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for number, path in ((0, os.devnull), (1, out), (2, err)):
        opened = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(n, mode, encoding="utf-8") for n, mode in enumerate("rww"))
    sys.argv = ["huitang", *arguments]
    from huitang_kernel.cli import main

    try:
        main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
