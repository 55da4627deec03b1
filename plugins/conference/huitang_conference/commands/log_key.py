"""`huitang conference log-key`: the public key that poll logs are signed with, to be published once."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

_LOG_KEY = """显示表决日志的签名公钥（十六进制）。请事先公布，核验日志时用 --key 填写。"""


@click.command(name="log-key", help=_LOG_KEY)
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), envvar="HUITANG_CONFIG", help="平台设置文件。"
)
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="平台数据目录。")
def log_key(config: Path | None, data_dir: Path | None) -> None:
    """Print the key."""
    from huitang_conference.services.access import Ctx
    from huitang_conference.services.voting.log import PURPOSE
    from huitang_sdk.commands import in_platform

    async def key(ctx: Ctx) -> str:
        return ctx.keys.public_key(PURPOSE).hex()

    click.echo(in_platform("conference", key, config=config, data_dir=data_dir))
