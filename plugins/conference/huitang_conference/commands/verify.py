"""`huitang conference verify`: the stand-alone verifier of poll logs, for whoever has the platform installed anyway."""

from __future__ import annotations

import sys
from pathlib import Path

import rich_click as click

_VERIFY = """校验表决日志：记录是否被改动、删除、调换，签名是否有效，并重新计票。LOG 是导出的 JSON Lines 文件。

不需要服务器和数据库。发现问题时指出第一条有问题的记录，退出码为 1；文件不能读取时为 2。
"""


@click.command(name="verify", help=_VERIFY)
@click.argument("log", metavar="LOG", type=click.Path(path_type=Path))
@click.option("--key", default="", help="平台公布的公钥（十六进制）；不填时用日志自带的公钥。")
@click.option("--root", default="", help="结果单上印的根哈希。")
@click.option("--receipt", default="", help="终端显示的回执码。")
def verify(log: Path, key: str, root: str, receipt: str) -> None:
    """Run the verifier on a file."""
    from huitang_conference.verifier.verify_log import main

    sys.exit(main([str(log), "--key", key, "--root", root, "--receipt", receipt]))
