"""`huitang conference simulate`: terminals without people, against a running server."""

from __future__ import annotations

import sys
from pathlib import Path

import rich_click as click

_HELP = (
    "模拟席位终端：按场景连接、报到、表决，只使用终端协议。席位清单由 rehearse 生成；"
    "首次使用时以一次性代码登记，令牌写回清单。"
    "有消息未得回应或重复记录时退出码为 1。"
)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(name="simulate", help=_HELP)
@click.option(
    "--url", "urls", multiple=True, default=["http://127.0.0.1:8000"], show_default=True, help="平台地址，可给出几个。"
)
@click.option("--hall", "path", required=True, type=FILE, help="席位清单。")
@click.option("--seats", type=click.IntRange(1, 20_000), help="用多少席位，默认清单中的全部。")
@click.option("--scenario", default="instant-vote", show_default=True, help="场景名称，或场景文件（.toml）。")
@click.option("--rounds", type=click.IntRange(1, 1000), help="表决几次，默认由场景决定。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出结果。")
def simulate(
    path: Path, urls: tuple[str, ...], seats: int | None, scenario: str, rounds: int | None, as_json: bool
) -> None:
    """Play a scenario and print how long everything took; exit status 1 if anything was lost or doubled."""
    import asyncio

    import msgspec

    from huitang_conference.simulator.report import as_text, report_of
    from huitang_conference.simulator.run import run

    def tell(text: str) -> None:
        click.echo(text, err=True)

    try:
        counts, used = asyncio.run(run(urls, path, scenario, seats, rounds, tell))
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    except TimeoutError as error:
        raise click.ClickException("等待超时：没有等到场景所等的事（例如主持人开启表决）。") from error
    report = report_of(scenario, used, counts)
    click.echo(msgspec.json.format(msgspec.json.encode(report)).decode() if as_json else as_text(report))
    sys.exit(0 if report.is_sound else 1)
