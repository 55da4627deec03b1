"""`huitang petitions suggest` and `measure`: suggestions for letters, and how often they are right."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec
import rich_click as click

from huitang_sdk.cases import CaseError, Problem
from huitang_sdk.cases.commands import ExampleCommand, fail, file_argument, write_json

if TYPE_CHECKING:
    from huitang_petitions.judging.letters import Example
    from huitang_petitions.judging.office import Office
    from huitang_petitions.judging.suggesting import Suggester

EXAMPLE = """{"id": "1", "subject": "判决生效两年拿不到钱", "text": "执行局说找不到财产，对方却开着好车。"}
{"id": "2", "subject": "夜间施工", "text": "工地凌晨还在打桩，老人孩子没法睡。", "place": "云江市东湖区"}"""

_SUGGEST = """对每封来信建议：属于谁的职权、内容分类、由谁承办，各有排名、概率和理由，由人确认。不联网，不用服务器。

FILE 每行一个 JSON 对象，“-”为标准输入；字段 id, petitioner, phone, place, subject, text，
subject 和 text 至少写一个。结果每行一个 JSON 对象，次序与输入相同；sure 为 false 表示把握不大。
有误的行连同行号写到标准错误输出，退出码为 1，不输出结果。
"""

_MEASURE = """打印建议的正确率：held out 是所说事项完全没有学过的合成来信，
事项分为若干组，每组由学了其余各组的模型判断；
synthetic 是事项相同的另一批合成来信，handwritten 是另行手写、用词不同的来信。应当看 held out。

LETTERS 是自己标注的来信，格式同 suggest，另有 remit 和 category 两个字段。
"""

Command = Callable[..., Any]


def rule_options(function: Command) -> Command:
    """The files of an office's own rules."""
    for name, said in (
        ("handlers", "自己的承办单位表。"),
        ("remits", "自己的受理范围和规则。"),
        ("categories", "自己的分类树。"),
    ):
        option = click.option(f"--{name}", metavar="TOML", type=click.Path(path_type=Path), help=said)
        function = option(function)
    return function


@click.command(name="suggest", cls=ExampleCommand, help=_SUGGEST, example=EXAMPLE)
@file_argument
@rule_options
def suggest(file: Path, **rules: Path | None) -> None:
    """Read letters, suggest for each, print; or every mistake in them, with status 1."""
    letters = list(_letters(file))
    suggester = _suggester(_office(**rules))
    encoder = msgspec.json.Encoder()
    for letter in letters:
        suggestion = suggester.suggest(letter.subject, letter.text)
        sys.stdout.buffer.write(encoder.encode({"id": letter.id, **msgspec.structs.asdict(suggestion)}) + b"\n")
    sys.stdout.buffer.flush()


@click.command(name="measure", help=_MEASURE)
@click.argument("letters", required=False, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--count", default=3000, show_default=True, type=click.IntRange(min=10), help="合成来信的封数。")
@click.option(
    "--folds",
    default=6,
    show_default=True,
    type=click.IntRange(0, 62),
    help="事项分为几组，每组学习一次；0 为不测 held out。",
)
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
@rule_options
def measure(letters: Path | None, count: int, folds: int, as_json: bool, **rules: Path | None) -> None:
    """Print the table of accuracy."""
    from huitang_petitions.judging import measuring
    from huitang_petitions.judging.letters import MEASURED_ON, handwritten, synthetic

    own = list(_letters(letters)) if letters else []
    office = _office(**rules)
    suggester = _suggester(office)
    sets = {"synthetic": list(synthetic(count, MEASURED_ON)), "handwritten": list(handwritten())}
    if letters:
        _check_labels(letters, own, suggester)
        sets[letters.name] = own
    rows = measuring.held_out(office, count, folds) if folds > 1 else []
    rows += [row for name, examples in sets.items() for row in measuring.measure(suggester, name, examples)]
    if as_json:
        write_json(rows)
    else:
        _print(rows)


def _print(rows: list[Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table()
    for title in ("来信", "问题", "封数", "首选正确", "前三含正确", "有把握", "有把握时正确", "概率偏差"):
        table.add_column(title, overflow="fold")
    for row in rows:
        when_sure = "" if row.right_when_sure is None else f"{row.right_when_sure:.1%}"
        shares = (f"{row.first:.1%}", f"{row.first_three:.1%}", f"{row.sure:.1%}", when_sure)
        table.add_row(row.set, row.question, str(row.letters), *shares, f"{row.miscalibration:.3f}")
    Console().print(table)


def _office(**rules: Path | None) -> Office:
    from huitang_petitions.judging.office import office_of

    try:
        return office_of(**rules)
    except CaseError as error:
        _stop([path for path in rules.values() if path], error)


def _stop(paths: list[Path], error: CaseError) -> NoReturn:
    fail(", ".join(map(str, paths)), error)


def _suggester(office: Office) -> Suggester:
    from huitang_petitions.judging.store import model_of
    from huitang_petitions.judging.suggesting import Suggester

    return Suggester(model_of(office.tree, office.remits), office.tree, office.remits, office.handlers)


def _letters(file: Path) -> Iterator[Example]:
    from huitang_petitions.judging.letters import examples_from

    name = "stdin" if str(file) == "-" else str(file)
    try:
        raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        click.echo(f"{name}: {error.strerror or error}", err=True)
        sys.exit(1)
    try:
        yield from examples_from(raw)
    except CaseError as error:
        fail(name, error)


def _check_labels(file: Path, letters: list[Example], suggester: Suggester) -> None:
    from huitang_petitions.judging.wording import say
    from huitang_sdk.cases import Text

    known = {
        "remit": (suggester.remits.ids, Text("受理范围", "remits")),
        "category": (tuple(suggester.tree.nodes), Text("分类", "categories")),
    }
    problems = [
        Problem(f"$[{number}].{key}", say("letter.bad_label", value=value, what=what))
        for number, letter in enumerate(letters, 1)
        for key, (ids, what) in known.items()
        if (value := getattr(letter, key)) and value not in ids
    ]
    if problems:
        fail(file, CaseError(problems))
