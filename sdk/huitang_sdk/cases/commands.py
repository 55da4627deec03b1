"""Commands that read a case and print what an engine makes of it, without a server or a database.

@click.command(name="clock", cls=ExampleCommand, help="…", example=EXAMPLE)
@file_argument
@schema_option(case_schema)
def clock(file: Path) -> None:
    answer(file, lambda data: engine.clock(clock_case(data)), NAMES)
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import msgspec
import rich_click as click

from huitang_sdk.cases.problems import CaseError
from huitang_sdk.cases.reading import Names, as_given, read_json
from huitang_sdk.cases.wording import INPUT

F = TypeVar("F", bound=Callable[..., Any])


class ExampleCommand(click.RichCommand):
    """A command that shows a whole case (`example`) below its options, line by line as it has to be written."""

    def __init__(self, *args: Any, example: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.example = example

    def format_epilog(self, ctx: click.RichContext, formatter: click.RichHelpFormatter) -> None:  # type: ignore[override]
        """Write the example as it stands."""
        formatter.write(f"{INPUT.say('command.example').zh}\n")
        formatter.write(self.example, markup=False, highlight=False, soft_wrap=True)


def file_argument(function: F) -> F:
    """The argument `file`: a path, or "-" for standard input."""
    return click.argument("file", metavar="FILE", type=click.Path(path_type=Path, allow_dash=True))(function)


def schema_option(schema: Callable[[], Any]) -> Callable[[F], F]:
    """The option `--schema`, which prints what `schema` returns, the JSON Schema of the case, and reads no file."""

    def show(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
        if wanted and not context.resilient_parsing:
            write_json(schema())
            context.exit()

    said = INPUT.say("command.schema").zh
    return click.option("--schema", is_flag=True, is_eager=True, expose_value=False, callback=show, help=said)


def answer(
    file: Path, decide: Callable[[Any], Any], names: Names, *, prepared: Callable[[Any], Any] = lambda data: data
) -> None:
    """Print what `decide` makes of the file's data, or every mistake in it, and end with status 1.

    `prepared` is how `decide` changes the data before it reads it, for the places of the mistakes.
    """
    data: Any = None
    try:
        data = read_json(_bytes_of(file))
        result = decide(data)
    except CaseError as error:
        fail("stdin" if str(file) == "-" else file, as_given(error, prepared(data), names))
    write_json(result)


def _bytes_of(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise INPUT.refuse("$", "input.unreadable", cause=error.strerror or str(error)) from None


def fail(name: str | Path, error: CaseError) -> NoReturn:
    """Name every mistake on standard error, after the name of the file it is in, and end with status 1."""
    for problem in error.problems:
        click.echo(f"{name}: {problem}", err=True)
    sys.exit(1)


def write_json(value: Any) -> None:
    """Indented JSON on standard output, in UTF-8 whatever the terminal speaks."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2)
    sys.stdout.buffer.write(text + b"\n")
    sys.stdout.buffer.flush()
