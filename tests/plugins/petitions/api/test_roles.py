"""Every role against every act: who does it, who is refused, and that a refusal leaves nothing behind."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from litestar.routes import HTTPRoute

from huitang_kernel.testing import app_of
from huitang_petitions.api.steps import StepName
from huitang_petitions.workflow import MATTER
from tests.plugins.petitions.api.acts import ACTS, ROLES, STEPS, Act, Scene, scene_of
from tests.plugins.petitions.register.matters import at

SIGN_IN = ("/identity/sign-in", "/identity/residents/sign-in")
ON_RECORD = "SELECT count(*) FROM kernel.audit_record WHERE action LIKE 'petitions.%'"


def filled(value: Any, ids: dict[str, Any]) -> Any:
    return value.format(**ids) if isinstance(value, str) else value


async def done_by(act: Act, scene: Scene) -> str:
    """What became of it, as a letter of `Act.who`, or the status for anything else."""
    ids = {**scene.ids, "transition": act.named, "kind": act.named}
    form = {name: filled(value, ids) for name, value in act.form.items()}
    body = {"json": form} if act.json else {"data": form, "files": act.files() if act.files else None}
    headers = {name: filled(value, ids) for name, value in act.headers.items()}
    answer = await scene.client.post(act.route.format(**ids), **body, headers=headers)
    if answer.status_code == 401 or answer.headers.get("location", "").startswith(SIGN_IN):
        return "s"
    if answer.status_code in (403, 404):
        return {403: "n", 404: "0"}[answer.status_code]
    return "y" if answer.status_code < 400 else f" {answer.status_code} "


GROUPS = {
    "matters": [act for act in ACTS if not act.json and act.named not in STEPS and "{matter_id}" in act.route],
    "others": [act for act in ACTS if not act.json and "{matter_id}" not in act.route],
    "steps": [act for act in ACTS if not act.json and act.named in STEPS],
    "api": [act for act in ACTS if act.json],
}


@pytest.mark.parametrize("group", GROUPS)
async def test_every_role_does_what_it_may_and_nothing_else(town, group):
    at(town)
    clients = {role: await town.sign_in(role) for role in ROLES}
    wrong = []
    for act in GROUPS[group]:
        found, scene = "", None
        for role in ROLES:
            scene = scene or await scene_of(town, clients[role], act)
            scene.client = clients[role]
            if act.ready and act.fresh:
                scene.ids |= await act.ready(scene)
            before = await town.one(ON_RECORD)
            letter = await done_by(act, scene)
            found += letter
            if letter == "y":
                scene = None  # it is no longer what it was
            elif await town.one(ON_RECORD) != before:
                wrong.append(f"{act}: {role} was refused, but something is on record")
        if found != act.who:
            wrong.append(f"{act}: {found}, expected {act.who}")
    assert not wrong, "\n".join(wrong)


async def test_every_act_of_the_plugin_is_in_the_table(town):
    assert sum(map(len, GROUPS.values())) == len(ACTS)
    asked = set()
    for route in app_of(town.hall).app.routes:
        if isinstance(route, HTTPRoute) and route.path.startswith(("/petitions", "/api/petitions")):
            for method in {str(name) for handler in route.route_handlers for name in handler.http_methods}:
                if method not in ("GET", "HEAD", "OPTIONS"):
                    asked.add(f"{method} {route.path_format}")
    known = {f"POST {act.route}" for act in ACTS}
    assert asked - known == set(), "add an Act for each in acts.py"
    assert known - asked == set(), "there is no such route"


def test_every_step_is_in_the_table():
    assert set(STEPS) == {one.id for one in MATTER.transitions}
    assert set(STEPS) == set(get_args(StepName))
    assert all(len(act.who) == len(ROLES) for act in ACTS)
