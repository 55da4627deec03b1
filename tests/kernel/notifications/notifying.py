"""A plugin that tells people things, people to tell, a real mail server, and a second hall as a program.

`python notifying.py DSN FOLDER PORT` sends what is queued, as another node would.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import sys
import threading
from pathlib import Path
from typing import Any
from uuid import UUID

from aiosmtpd.controller import Controller

from huitang_kernel.app import Hall
from huitang_kernel.config import load_settings
from huitang_kernel.testing import TEST_KEY
from huitang_sdk import Manifest, Plugin, hookimpl
from huitang_sdk.contracts import Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.declare import NotificationKind

TEXTS = {
    "zh-CN.subject.txt": "{{ title }} 已发布",
    "zh-CN.body.txt": "{{ recipient }}，您好：{{ title }} 已发布。",
    "en.subject.txt": "{{ title }} was published",
    "en.body.txt": "Dear {{ recipient }}, {{ title }} was published.",
}
REF = Ref("town.paper", UUID(int=7))


class Town(Plugin):
    """Kinds: published, alarm (urgent), whispered (in-app only), broken (a template that fails), task (to-do)."""

    manifest = Manifest(id="town", title={"en": "Town", "zh-CN": "镇"}, version="1", sdk=">=0.1,<1")

    def __init__(self, folder: Path, missing: str = "") -> None:
        self._folder = folder
        for name in ("published", "alarm", "whispered", "broken"):
            place = folder / "templates" / "town" / "notices" / name
            place.mkdir(parents=True, exist_ok=True)
            for file, text in TEXTS.items():
                (place / file).write_text(text if name != "broken" else text + "{{ nobody }}", encoding="utf-8")
        if missing:
            (folder / "templates" / "town" / "notices" / missing).unlink()

    @property
    def folder(self) -> Path:
        return self._folder

    @hookimpl
    def notification_kinds(self) -> list[NotificationKind]:
        return [
            NotificationKind("town.published", "A paper was published"),
            NotificationKind("town.alarm", "There is an alarm", urgent=True),
            NotificationKind("town.whispered", "Somebody whispered", channels=("in-app",)),
            NotificationKind("town.broken", "Words are missing"),
            NotificationKind("town.task", "Something is to be done", todo=True),
        ]


class MailServer:
    """aiosmtpd on a free port. `answers` are given to the next DATA commands; then 250. `hold` keeps answers back."""

    def __init__(self) -> None:
        self.received: list[Any] = []
        self.answers: list[str] = []
        self.refused: set[str] = set()
        self.release = threading.Event()
        self.release.set()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._controller: Controller | None = None

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address in self.refused:
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.answers:
            return self.answers.pop(0)
        self.received.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        await asyncio.to_thread(self.release.wait)
        return "250 taken"


def settings_for(port: int, **more: Any) -> dict[str, Any]:
    smtp = {"host": "127.0.0.1", "port": port, "tls": "none", "sender": "Huitang <noreply@yunjiang.example>"}
    times = {"lease_seconds": 3.0, "retry_seconds": [0.1, 0.1]}
    return {"notifications": {"smtp": {**smtp, "timeout": 1.0}, **times, **more}}


async def make_people(hall: Any) -> dict[str, UUID]:
    """林秀英 reads Chinese, Ada reads English, 周无邮 has no e-mail."""
    create = hall.services.identity.create_account
    people = {
        "lin": await create(SYSTEM, "lin", "林秀英", email="lin@yunjiang.example"),
        "ada": await create(SYSTEM, "ada", "Ada", email="ada@yunjiang.example", locale="en"),
        "zhou": await create(SYSTEM, "zhou", "周无邮"),
    }
    return {name: account.id for name, account in people.items()}


async def tell(hall: Any, recipients: list[UUID], *, kind: str = "town.published", key: str = "1", **data: str) -> None:
    ctx = hall.registry.get("town").context
    async with ctx.db.write(SYSTEM) as write:
        await ctx.notifications.send(
            kind, recipients, key=key, url="/town/7", data={"title": "《公报》", **data}, subject=REF
        )
        await write.audit("town.paper.published", REF)


async def main(dsn: str, folder: Path, port: int) -> None:
    values = {"data_dir": str(folder / "data"), "key": TEST_KEY, "plugins": settings_for(port)}
    hall = Hall(load_settings(None, values), plugins=[Town(folder / "town")], installed=())
    await hall.open(dsn, background=True)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await hall.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
