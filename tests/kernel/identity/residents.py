"""A town whose residents sign in, its messages kept and its clock in the test's hands."""

from __future__ import annotations

from typing import Any

from huitang_kernel.testing import client_of
from huitang_sdk.testing import FakeMessages

HOME = "/identity/residents"
LIN, ZHOU, NOBODY = "13800001234", "13900005678", "13700009999"


class Town:
    """A hall whose messages are kept, and the clock of its residents."""

    def __init__(self, hall: Any) -> None:
        self.hall = hall
        self.book = hall.services.identity.residents
        record = hall.registry.get("identity")
        self.sent = FakeMessages(record.declarations.message_kinds, record.plugin.folder, "identity")
        self.book.codes.messages = self.sent

    def client(self, **options: Any) -> Any:
        return client_of(self.hall, **options)

    def code(self) -> str:
        """The code that was sent last."""
        return self.sent.sent[-1].data["code"]

    async def ask(self, client: Any, phone: str, target: str = "") -> Any:
        return await client.post(f"{HOME}/sign-in", data={"phone": phone, "next": target})

    async def enter(self, client: Any, phone: str, target: str = "", **more: str) -> Any:
        asked = await self.ask(client, phone, target)
        assert (asked.status_code, asked.headers["location"]) == (303, f"{HOME}/code"), asked.text[:500]
        return await client.post(f"{HOME}/code", data={"code": self.code(), **more})

    async def count(self, table: str = "resident") -> int:
        return len(await self.hall.core.database.fetch(f"SELECT 1 FROM identity.{table}"))
