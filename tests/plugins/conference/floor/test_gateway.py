"""An old controller that speaks lines of text, a gateway, and the platform: a key's lamp is lit by what is stored."""

from __future__ import annotations

import asyncio
import contextlib
import re
from pathlib import Path

import msgspec
import pytest

from huitang_conference.gateway.adapters import CardShown, FloorAsked, KeyPressed, Lost
from huitang_conference.gateway.bridge import Bridge
from huitang_conference.gateway.lines import Dialect, LineAdapter, read_dialect
from tests.plugins.conference.floor.scene import make_scene
from tests.plugins.conference.floor.seats import until

DOCUMENT = Path(__file__).parents[4] / "docs" / "conference" / "existing-devices.md"
EXAMPLE = re.search(r"```toml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.S)


class Controller:
    """A hall's controller with a serial-to-TCP box in front: it reports keys and does what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.writer: asyncio.StreamWriter | None = None

    async def start(self) -> int:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return int(self.server.sockets[0].getsockname()[1])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        while line := await reader.readline():
            self.told.append(line.decode("gb18030").strip())

    async def say(self, line: str) -> None:
        assert self.writer is not None
        self.writer.write(f"{line}\r\n".encode())
        await self.writer.drain()

    def hang_up(self) -> None:
        assert self.writer is not None
        self.writer.close()
        self.told.clear()


@pytest.fixture
def dialect(tmp_path):
    assert EXAMPLE is not None
    (tmp_path / "hall.toml").write_text(EXAMPLE[1], encoding="utf-8")
    return read_dialect(tmp_path / "hall.toml")


def test_the_example_reads_lines(dialect):
    adapter = LineAdapter(dialect)
    assert adapter.read("K 017 1") == KeyPressed("1排17座", "for")
    assert adapter.read("C 018 AB12") == CardShown("018")
    assert adapter.read("M 018") == FloorAsked("018")
    assert adapter.read("E 018") == Lost("018")
    assert adapter.read("K 017 9") is None
    known = adapter.unread
    assert adapter.read("HELLO") is None
    assert adapter.unread == known + 1


@pytest.mark.parametrize(
    "text",
    [
        'host = "h"\nport = 1\nreads = []\nkeys = { "1" = "yes" }',
        'host = "h"\nport = 1\nreads = [{ pattern = "K", event = "key" }]',
        'host = "h"\nport = 1\nreads = [{ pattern = "(?P<place>.+)", event = "dance" }]',
        'host = "h"\nport = 1\nreads = [{ pattern = "(", event = "key" }]',
        'host = "h"\nport = "x"\nreads = []',
        'host = "h"\nport = 1\nreads = []\nunknown = 1',
        "host =",
    ],
)
def test_a_dialect_that_cannot_be_used_is_named(tmp_path, text):
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"wrong\.toml"):
        read_dialect(path)


async def test_old_keys_vote_through_the_gateway(address, ctx, organisation, dialect):
    scene = await make_scene(ctx, organisation, 3, presence="expected", prefix="9")
    controller = Controller()
    port = await controller.start()
    names = {"001": scene.labels[0], "002": scene.labels[1], "003": scene.labels[2]}
    changed = msgspec.structs.replace(dialect, host="127.0.0.1", port=port, places=names)
    assert isinstance(changed, Dialect)
    tokens = dict(zip(scene.labels, scene.tokens, strict=True))
    running = asyncio.create_task(Bridge([f"http://{address}"], tokens, LineAdapter(changed)).run())
    try:
        await until(lambda: {"START", "D 001 委员1", "L 003 0"} <= set(controller.told))
        await controller.say("C 001 AB12")
        await controller.say("C 002 AB13")

        async def present() -> bool:
            rows = await ctx.db.fetch("SELECT count(*) AS n FROM conference.attendee WHERE presence = 'present'")
            return bool(rows[0]["n"] == 2)

        await until(present)
        poll = await scene.poll()
        await until(lambda: "L 001 1" in controller.told)
        await controller.say("K 001 1")
        await controller.say("K 003 1")
        # Recorded where somebody is checked in, refused where nobody is.
        await until(lambda: {"L 001 2", "L 003 3"} <= set(controller.told))
        rows = await ctx.db.fetch("SELECT attendee_id, choice FROM conference.press WHERE poll_id = $1", poll)
        assert [tuple(row.values()) for row in rows] == [(scene.attendees[0], "for")]
        # The controller restarts: what places show is shown to it anew, and nothing is unlit that is stored.
        controller.hang_up()
        await until(lambda: {"START", "L 001 2", "D 002 委员2"} <= set(controller.told))
        await controller.say("K 002 2")
        await until(lambda: "L 002 2" in controller.told)
        await scene.close(poll)
        await until(lambda: controller.told[-3:].count("L 001 0") == 1)
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        controller.server.close()
