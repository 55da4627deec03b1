"""A plugin with terminals: a page for them, one for people, and who sent a request."""

from __future__ import annotations

from pathlib import Path

from litestar import get, post
from litestar.di import NamedDependency

from huitang_sdk import Manifest, Plugin, PluginContext, hookimpl
from huitang_sdk.contracts import Actor, NewDevice, Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.db import new_id
from huitang_sdk.declare import Permission, Role
from huitang_sdk.http import public, requires, signed_in

VOTE, TERMINAL = "hall.vote.cast", "hall.terminal"


@get("/who", guards=[public])
async def who(actor: NamedDependency[Actor]) -> dict[str, str]:
    return {"name": actor.name, "place": actor.place, "account": str(actor.account_id or "")}


@get("/seat", guards=[requires(VOTE)])
async def seat(actor: NamedDependency[Actor]) -> dict[str, str]:
    return {"place": actor.place}


@post("/press", guards=[requires(VOTE)])
async def press(ctx: NamedDependency[PluginContext], actor: NamedDependency[Actor]) -> None:
    async with ctx.db.write(actor) as write:
        await write.audit("hall.vote.cast", Ref("hall.vote", new_id()))


@get("/mine", guards=[signed_in])
async def mine() -> str:
    return "mine"


class HallPlugin(Plugin):
    manifest = Manifest(id="hall", title={"en": "Hall", "zh-CN": "会场"}, version="1", sdk=">=0.1,<1")

    @property
    def folder(self) -> Path:
        return Path(__file__).parent / "nothing"

    @hookimpl
    def permissions(self):
        return [Permission(VOTE, "Cast a vote")]

    @hookimpl
    def roles(self):
        return [Role(TERMINAL, "Seat terminal", (VOTE,), reach="unit")]

    @hookimpl
    def pages(self):
        return [who, seat, press, mine]


async def enrolled(hall, organisation_id, place="12-8", name="12排8座"):
    """A device of the plugin and its token."""
    devices = hall.registry.get("hall").context.devices
    (invitation,) = await devices.invite(
        [NewDevice(name, place, TERMINAL)], organisation_id=organisation_id, actor=SYSTEM
    )
    return await devices.enrol(invitation.code)


def bearer(token):
    return {"Authorization": f"Bearer {token}"}
