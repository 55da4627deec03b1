"""`huitang conference gateway`: connects a hall's existing devices to the platform."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_HELP = (
    "接入会场现有设备：按对照文件翻译控制器的文本行，每个席位以终端协议连接平台。"
    "席位清单由 rehearse prepare --meeting 生成。"
    "按 Ctrl-C 停止。"
)


@click.command(name="gateway", help=_HELP)
@click.option("--url", "urls", multiple=True, default=["http://127.0.0.1:8000"], show_default=True, help="平台地址。")
@click.option("--hall", "path", required=True, type=FILE, help="席位清单。")
@click.option("--dialect", required=True, type=FILE, help="控制器文本行的对照文件（.toml）。")
def gateway(urls: tuple[str, ...], path: Path, dialect: Path) -> None:
    """Run the bridge until interrupted."""
    import asyncio
    import contextlib

    from huitang_conference.gateway.bridge import Bridge
    from huitang_conference.gateway.lines import LineAdapter, read_dialect
    from huitang_conference.simulator.hall import enrol, read_hall, write_hall

    async def work() -> None:
        adapter = LineAdapter(read_dialect(dialect))
        hall = read_hall(path)
        try:
            await enrol(urls[0].rstrip("/"), hall)
        finally:
            write_hall(path, hall)
        await Bridge(urls, {terminal.label: terminal.token for terminal in hall.terminals}, adapter).run()

    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(work())
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
