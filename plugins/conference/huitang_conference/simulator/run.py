"""One run of the simulator: read the hall, enrol what is not enrolled, play."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

from huitang_conference.floor.client import Counts
from huitang_conference.simulator.hall import enrol, read_hall, write_hall
from huitang_conference.simulator.play import Play
from huitang_conference.simulator.scenario import read_scenario


async def run(
    urls: Sequence[str], path: Path, scenario: str, seats: int | None, rounds: int | None, tell: Callable[[str], None]
) -> tuple[Counts, int]:
    """What was counted, and with how many seats. Raises ValueError, OSError, TimeoutError."""
    allow_sockets()
    play_this = read_scenario(scenario)
    hall = read_hall(path)
    if seats is not None and seats > len(hall.terminals):
        raise ValueError(f"{path}: {len(hall.terminals)} terminals, not {seats}")
    try:
        enrolled = await enrol(urls[0].rstrip("/"), hall)
    finally:
        write_hall(path, hall)
    if enrolled:
        tell(f"{enrolled} enrolled")
    tokens = [terminal.token for terminal in hall.terminals][:seats]
    play = Play(urls, tokens, tell)
    return await play.run(play_this, rounds), len(tokens)


def allow_sockets() -> None:
    """As many open files as the system lets this process have."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
