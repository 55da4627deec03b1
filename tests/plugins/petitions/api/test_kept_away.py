"""Every act, by page and API, upon a matter one is kept away from: the same answer as upon one that was never there."""

from __future__ import annotations

import re
from typing import Any

import pytest

from huitang_petitions.services.access import WHISTLE
from huitang_petitions.tables import Accused, Recusal
from huitang_sdk.db import new_id
from tests.plugins.petitions.api.acts import ACTS, Act, scene_of
from tests.plugins.petitions.api.test_roles import ON_RECORD, filled
from tests.plugins.petitions.register.matters import at

ROLES = ("officer", "head", "supervisor", "handler")
UPON_ONE = [act for act in ACTS if "matters/{matter_id}" in act.route or "{visit_id}" in act.route]
UUID_TEXT = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")


async def answered(act: Act, client: Any, ids: dict[str, Any]) -> tuple[int, str]:
    """Status and text, without what the reader put into it and what differs from request to request."""
    form = {name: filled(value, ids) for name, value in act.form.items()}
    body = {"json": form} if act.json else {"data": form, "files": act.files() if act.files else None}
    headers = {name: filled(value, ids) for name, value in act.headers.items()}
    answer = await client.post(act.route.format(**ids), **body, headers=headers)
    return answer.status_code, UUID_TEXT.sub("", answer.text)


@pytest.mark.parametrize("way", ["account", "organisation", "recused", "whistle"])
async def test_an_act_is_answered_as_upon_nothing(town, way):
    at(town)
    clients = {role: await town.sign_in(role) for role in ROLES}
    wrong = []
    for act in UPON_ONE:
        scene = await scene_of(town, clients["head"], act)
        await keep_away(town, scene.matter_id, way)
        ids = {**scene.ids, "transition": act.named, "kind": act.named}
        nothing = ids | {name: new_id() for name in ids if name == "matter_id" or name.endswith("_id")}
        before = await town.one(ON_RECORD)
        for role in ROLES:
            if way == "whistle" and town.ctx.permissions.may(town.actors[role], WHISTLE):
                continue
            there = await answered(act, clients[role], ids)
            if there != await answered(act, clients[role], nothing):
                wrong.append(f"{act}: {role} can tell that it is there ({there[0]})")
        if await town.one(ON_RECORD) != before:
            wrong.append(f"{act}: something is on record")
    assert not wrong, "\n".join(wrong)


async def keep_away(town, matter_id, way: str) -> None:
    now = town.ctx.clock.now()
    if way == "whistle":
        await town.ctx.db.execute("UPDATE petitions.matter SET whistle = TRUE WHERE id = $1", matter_id)
    elif way == "organisation":
        for unit in ("office", "committee"):
            await Accused(matter_id=matter_id, organisation_id=town.units[unit].id, marked_at=now).save()
    else:
        for role in ROLES:
            account = town.actors[role].account_id
            if way == "account":
                await Accused(matter_id=matter_id, account_id=account, marked_at=now).save()
            else:
                await Recusal(matter_id=matter_id, account_id=account, decided_at=now).save()
