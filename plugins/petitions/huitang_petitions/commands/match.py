"""`huitang petitions match`: letters in, which of them are about one matter out, without a server."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import rich_click as click

_HELP = """比对来信：在 CORPUS 中找出与 QUERIES 里每一封反映同一事项的来信（重复、重件、联名），并说明依据。

两个文件都是 JSON Lines，一行一封：id、text 必填，petitioner、phone、place、subject 可以为空；“-”为标准输入。
每找到一对输出一行 JSON：query、corpus 为两封的 id，score 为 0 到 1 的分值，relation 为 repeat（同一人再次反映）、
duplicate（同一封信又收到一次）或 joint（他人反映同一事项），reasons 为相同之处。不需要服务器，不联网。
输入有误时，错误连同文件名和行号写到标准错误输出，退出码为 1。
"""


@click.command(name="match", help=_HELP)
@click.option("--corpus", metavar="JSONL", required=True, type=click.Path(path_type=Path), help="已有的来信。")
@click.option(
    "--queries",
    metavar="JSONL",
    required=True,
    type=click.Path(path_type=Path, allow_dash=True),
    help="要比对的来信，逐封读入，逐封输出。",
)
@click.option(
    "--threshold",
    metavar="SCORE",
    type=click.FloatRange(0, 1),
    help="分值达到多少才输出；不写为经测定的 0.35。",
)
@click.option("--limit", metavar="N", default=50, show_default=True, type=click.IntRange(1), help="每封最多输出几对。")
def match(corpus: Path, queries: Path, threshold: float | None, limit: int) -> None:
    """Index the corpus, then answer query by query; at the first wrong line say which and end with status 1."""
    from huitang_petitions.matching.reading import LineError

    try:
        with _opened(corpus) as earlier, _opened(queries) as asked:
            for line in _matches(earlier, str(corpus), asked, _named(queries), threshold, limit):
                sys.stdout.buffer.write(line + b"\n")
                sys.stdout.buffer.flush()
    except LineError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _named(path: Path) -> str:
    return "stdin" if str(path) == "-" else str(path)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    from huitang_petitions.matching.reading import LineError

    if str(path) == "-":
        yield sys.stdin.buffer
        return
    try:
        file = path.open("rb")
    except OSError as error:
        raise LineError(str(path), 0, f"cannot be read: {error.strerror or error}") from None
    with file:
        yield file


def _matches(
    earlier: IO[bytes], earlier_name: str, asked: IO[bytes], asked_name: str, threshold: float | None, limit: int
) -> Iterator[bytes]:
    import msgspec

    from huitang_petitions.matching import THRESHOLD, Hasher, MatchIndex
    from huitang_petitions.matching.explain import explain
    from huitang_petitions.matching.reading import letters_of

    hasher = Hasher(os.urandom(32))
    index = MatchIndex(hasher.background())
    known = {letter.id: letter for letter in letters_of(earlier, earlier_name)}
    index.extend((letter.id, hasher.features(letter)) for letter in known.values())
    least = THRESHOLD if threshold is None else threshold
    for letter in letters_of(asked, asked_name):
        for found in index.query(hasher.features(letter), limit, least):
            yield msgspec.json.encode(
                {
                    "query": letter.id,
                    "corpus": found.id,
                    "score": round(found.score, 4),
                    "relation": found.relation,
                    "reasons": explain(letter, known[found.id], found.evidence, clear=True),
                }
            )
