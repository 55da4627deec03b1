"""Who may open which screen, and who may act on it: every route for everybody."""

from __future__ import annotations

import re

from huitang_kernel.testing import app_of

EVERYBODY = ("", "clerk", "chair", "operator", "teller", "member", "observer", "plain", "stranger", "seat", "screen")
DONE = (200, 303, 409, 422)
"""An act that is refused as input or by the state of the meeting was not refused for lack of a permission."""


def routes(town, poll, speech, call, act, document):
    """(method, address, who may use it); everybody else must be refused."""
    chair, operator, teller = town.at("chair"), town.at("operator"), town.at("teller")
    seat = f"/conference/seat/{town.meeting}"
    sits = {"chair", "member", "observer", "seat"}
    conducts, operates, confirms = {"chair"}, {"operator", "clerk"}, {"teller", "chair"}
    return [
        ("GET", "/conference/seat", sits | {"stranger"}),
        ("GET", f"{seat}/agenda", sits),
        ("GET", f"{seat}/documents/{document}", {"chair", "member", "seat"}),
        ("GET", f"{seat}/documents/{document}/pages/1", {"chair", "member", "seat"}),
        ("GET", chair, conducts),
        ("POST", f"{chair}/meeting/adjourn", conducts),
        ("POST", f"{chair}/items/{town.items[1]}/begin", conducts),
        ("POST", f"{chair}/items/{town.items[1]}/consent", conducts),
        ("POST", f"{chair}/items/{town.items[1]}/vote", conducts),
        ("POST", f"{chair}/motions", conducts),
        ("POST", f"{chair}/speakers", conducts),
        ("POST", f"{chair}/order", conducts),
        ("POST", f"{chair}/speeches/{speech}/grant", conducts),
        ("POST", f"{chair}/polls/{poll}/open", conducts),
        ("POST", f"{chair}/acts/{act}/confirm", conducts),
        ("GET", operator, operates),
        ("POST", f"{operator}/presence", operates),
        ("POST", f"{operator}/fault", operates),
        ("POST", f"{operator}/swap", operates),
        ("POST", f"{operator}/calls/{call}/answer", operates),
        ("POST", f"{operator}/polls/{poll}/close", operates),
        ("POST", f"{operator}/polls/{poll}/publish", operates),
        ("POST", f"{operator}/acts/{act}/refuse", {"clerk"}),  # who asked for it; others there cannot confirm
        ("POST", f"{operator}/screen", operates),
        ("POST", f"{operator}/message", operates),
        ("POST", f"{operator}/push", operates),
        ("POST", f"{operator}/take-back", operates),
        ("GET", town.at("votes"), operates),
        ("POST", town.at("votes"), operates),
        ("POST", town.at(f"votes/{poll}/withdraw"), operates),
        ("GET", teller, confirms),
        ("POST", f"{teller}/acts/{act}/confirm", confirms),
        ("GET", town.at("hall"), {"screen", "operator", "clerk"}),
        ("GET", f"/conference/results/{poll}", set()),
    ]


async def test_every_route_for_everybody(town, scene):
    for name in EVERYBODY:
        client = await town.client(name)
        for method, address, allowed in routes(town, *scene):
            answer = await client.request(method, address)
            says = (name, method, address, answer.status_code)
            if name in allowed:
                # What was asked for long ago may be decided by now.
                assert answer.status_code in ((*DONE, 404) if "/acts/" in address else DONE), says
            elif name == "" and "/results/" not in address:
                assert answer.status_code in (302, 303, 401), says
            else:
                assert answer.status_code in (401, 403, 404), says
        await client.aclose()


async def test_every_route_is_in_the_matrix(town, scene):
    known = {(method, re.sub(r"[0-9a-f-]{36}", "*", address)) for method, address, _who in routes(town, *scene)}
    ours = re.compile(r"/(seat|chair|operator|teller|hall|results|votes)(/|$)")
    for route in app_of(town.hall).app.routes:
        if not ours.match(route.path):
            continue
        for method in route.methods & {"GET", "POST"}:
            pattern = re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(route.path)) + "$")
            assert any(m == method and pattern.match(address) for m, address in known), (method, route.path)
