"""`huitang petitions measure-situation`: how good the alarm and the forecast of the situation page are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from huitang_sdk.cases.commands import write_json

if TYPE_CHECKING:
    from huitang_petitions.situation.simulating import Alarm, Forecasts

_MEASURE = """打印信访形势页报警和预测的准确程度：在模拟的每周件数上测量，模拟数列中的异常何时发生是已知的。

不读取登记簿。相同的 --series 和 --seed 得到相同的结果。
"""


@click.command(name="measure-situation", help=_MEASURE)
@click.option("--series", default=60, show_default=True, type=click.IntRange(min=1), help="模拟数列的个数。")
@click.option("--seed", default=3, show_default=True, type=int, help="随机数种子。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
def measure_situation(series: int, seed: int, as_json: bool) -> None:
    """Measure on made-up series and print."""
    from huitang_petitions.situation.simulating import measure_alarm, measure_forecasts

    alarm = measure_alarm(series, seed)
    forecasts = {"calm": measure_forecasts(series, seed, calm=True), "bursts": measure_forecasts(series, seed)}
    if as_json:
        write_json({"seed": seed, "alarm": alarm, "forecasts": forecasts})
    else:
        _print(alarm, forecasts)


def _print(alarm: Alarm, forecasts: dict[str, Forecasts]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("数列", "报警正确", "发现的异常", "早于最高周（周）", "每列每年误报", title="报警")
    shares = (f"{alarm.precision:.0%}", f"{alarm.recall:.0%}")
    table.add_row(str(alarm.series), *shares, f"{alarm.lead:.1f}", f"{alarm.false_per_year:.1f}")
    Console().print(table)
    table = Table("数列", "个数", "有信号", "平均 MASE", "朴素预测", title="预测")
    for name, one in forecasts.items():
        title = {"calm": "有年度季节", "bursts": "加入异常"}[name]
        table.add_row(title, str(one.series), str(one.signals), f"{one.mase:.2f}", f"{one.naive_mase:.2f}")
    Console().print(table)
