"""The file that says which terminals there are: a code for one use, or the token that it was turned into."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from pathlib import Path

import msgspec
from msgspec import Struct

AT_ONCE = 8


class Terminal(Struct):
    """One seat's terminal: `code` until it is enrolled, `token` from then on."""

    label: str
    code: str = ""
    token: str = ""


class Hall(Struct):
    """What `huitang conference rehearse` writes and `simulate` reads."""

    meeting: str = ""
    terminals: list[Terminal] = []


def read_hall(path: Path) -> Hall:
    """Raises ValueError for a file that is none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Hall)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error


def write_hall(path: Path, hall: Hall) -> None:
    """Whoever reads the file can sit at these seats: nobody but its owner may."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(hall)))


async def enrol(url: str, hall: Hall) -> int:
    """Turn the codes into tokens; how many were. Raises OSError when the server refuses one."""
    waiting = [terminal for terminal in hall.terminals if not terminal.token]
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(terminal: Terminal) -> None:
        async with gate:
            terminal.token = await asyncio.to_thread(_enrol, url, terminal.code)
            terminal.code = ""

    await asyncio.gather(*(one(terminal) for terminal in waiting))
    return len(waiting)


def _enrol(url: str, code: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError(url)
    request = urllib.request.Request(  # noqa: S310 - checked above
        f"{url}/api/identity/devices/enrol",
        data=json.dumps({"code": code}).encode(),
        headers={"Content-Type": "application/json", "Accept": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return str(json.load(answer)["token"])
