"""Every route × anonymous, a resident, somebody without a role, somebody or a device with exactly one permission: who
gets in, who does not.

The list of routes is taken from the running application, with every installed plugin, so a new route is in the matrix
by itself. Which rows a reader sees is another question, asked in each plugin's own tests.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest_asyncio
from litestar.routes import HTTPRoute
from msgspec import Struct

from huitang_kernel.app import Hall
from huitang_kernel.identity.testing import PASSWORD, sign_in, sign_in_resident
from huitang_kernel.testing import client_of
from huitang_sdk.contracts import NewDevice
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.http import access_of

CHEAP = {"identity": {"argon2_memory_kib": 64, "argon2_time": 1}}
SIGN_IN = ("/identity/sign-in", "/identity/residents/sign-in?next=")
OWN = ("signed in", "resident")
"""What is asked for where no permission is: to be an account, or to be a resident."""
SIGNED = ("/api/messages/sms/events", "/api/messages/wechat/events")
"""Webhooks: public, for whoever signs what is sent."""
VALUES = {"uuid": str(uuid.UUID(int=7)), "int": "1", "str": "none", "path": "none"}


class Door(Struct, frozen=True):
    """One method of one route, and whom it asks for: a permission, "signed in", "resident" or "public"."""

    method: str
    path: str
    access: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def doors_of(hall: Hall) -> list[Door]:
    found: set[Door] = set()
    for route in hall.app.app.routes:
        if not isinstance(route, HTTPRoute) or route.path.startswith(("/static/", *SIGNED)):
            continue
        path = route.path_format
        for name, parameter in route.path_parameters.items():
            path = path.replace("{" + name + "}", VALUES.get(parameter.full.rpartition(":")[2], "none"))
        for handler in route.route_handlers:
            for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                if path.endswith("/sign-out"):
                    continue  # it leads everybody to the sign-in page, and would end the visit
                found.add(Door(str(method), path, access_of(handler) or ""))
    return sorted(found, key=str)


@pytest_asyncio.fixture
async def hall(open_hall) -> Hall:
    return await open_hall(installed=None, plugins=CHEAP, policy={"on_plugin_failure": "abort"})


@asynccontextmanager
async def person(hall: Hall, name: str, *permissions: str) -> AsyncIterator[httpx.AsyncClient]:
    """A signed-in client of an account that holds exactly these permissions, over everything."""
    identity, rights = hall.services.identity, hall.services.permissions
    root = await identity.organisation_named("云江市") or await identity.create_organisation(SYSTEM, "云江市")
    account = await identity.create_account(SYSTEM, name, name, PASSWORD, root.id)
    if permissions:
        role = await rights.create_role(SYSTEM, name, name, allows=permissions)
        await rights.grant(SYSTEM, role, root.id, "all", account_id=account.id)
    async with client_of(hall) as client:
        await sign_in(hall, client, name)
        yield client


@asynccontextmanager
async def device(hall: Hall, name: str, *permissions: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an enrolled device whose role has exactly these permissions, over everything."""
    identity, rights = hall.services.identity, hall.services.permissions
    root = await identity.organisation_named("云江市") or await identity.create_organisation(SYSTEM, "云江市")
    role = await rights.create_role(SYSTEM, name, name, allows=permissions)
    new = [NewDevice(name, "1-1", role)]
    (invitation,) = await identity.devices.invite("custom", new, {role: "all"}, root.id, SYSTEM, 72)
    _, token = await identity.devices.enrol("", invitation.code, "")
    async with client_of(hall, headers={"Authorization": f"Bearer {token}"}) as client:
        yield client


def turned_away(answer) -> bool:
    """Sent to sign in, or refused."""
    return answer.status_code in (401, 403) or answer.headers.get("location", "").startswith(SIGN_IN)


async def knock(client, door: Door, *, briefly: bool = False):
    """`briefly` asks for the answer without the page around it: there are some ten thousand refusals to read."""
    headers = {"Accept": "application/json"} if briefly or door.path.startswith("/api/") else {}
    return await client.request(door.method, door.path, headers=headers)


async def test_every_route_says_whom_it_asks_for(hall):
    doors = doors_of(hall)
    assert len(doors) > 40
    assert [str(door) for door in doors if not door.access] == []


async def test_every_permission_that_a_route_asks_for_is_declared(hall):
    declared = {permission.id for record in hall.registry for permission in record.declarations.permissions}
    asked = {door.access for door in doors_of(hall) if "." in door.access}
    assert asked - declared == set()


async def test_nothing_comes_in_by_a_webhook_without_a_signature(hall):
    async with client_of(hall) as client:
        for path in SIGNED:
            answer = await client.post(path, json={"events": []})
            assert answer.status_code in (400, 401, 403), f"{path}: {answer.status_code}"


async def test_anonymous_enters_public_doors_only(hall):
    async with client_of(hall) as client:
        for door in doors_of(hall):
            answer = await knock(client, door)
            assert turned_away(answer) == (door.access != "public"), f"{door}: {answer.status_code}"
            assert answer.status_code < 500, f"{door}: {answer.status_code}"


async def test_a_resident_enters_pages_of_residents_and_public_ones_only(hall):
    for door in doors_of(hall):
        async with client_of(hall) as client:
            await sign_in_resident(hall, client)  # for each anew: one door deletes the account
            answer = await knock(client, door)
        assert turned_away(answer) == (door.access not in ("public", "resident")), f"{door}: {answer.status_code}"
        assert answer.status_code < 500, f"{door}: {answer.status_code}"


async def test_staff_are_no_residents(hall):
    doors = [door for door in doors_of(hall) if door.access == "resident"]
    assert len(doors) >= 6
    async with person(hall, "staff", "identity.account.manage") as client:
        for door in doors:
            assert turned_away(await knock(client, door)), str(door)


async def test_without_a_role_only_ones_own_pages_open(hall):
    async with person(hall, "plain") as client:
        for door in doors_of(hall):
            answer = await knock(client, door)
            assert (answer.status_code == 403) == ("." in door.access), f"{door}: {answer.status_code}"
            assert answer.status_code < 500, f"{door}: {answer.status_code}"


async def test_a_permission_opens_its_own_doors_and_no_others(hall):
    doors = [door for door in doors_of(hall) if "." in door.access]
    for number, permission in enumerate(sorted({door.access for door in doors})):
        async with person(hall, f"holder{number}", permission) as client:
            for door in doors:
                answer = await knock(client, door, briefly=True)
                if door.access == permission:
                    assert answer.status_code != 403, f"{permission} does not open {door}"
                    assert answer.status_code < 500, f"{door}: {answer.status_code} {answer.text[:300]}"
                else:
                    assert answer.status_code == 403, f"{permission} opens {door}: {answer.status_code}"


async def test_a_device_enters_by_its_permission_and_never_a_page_of_a_person(hall):
    doors = doors_of(hall)
    for number, permission in enumerate(sorted({door.access for door in doors if "." in door.access})):
        async with device(hall, f"device{number}", permission) as client:
            for door in doors:
                answer = await knock(client, door, briefly=True)
                assert answer.status_code < 500, f"{door}: {answer.status_code} {answer.text[:300]}"
                if door.access in OWN:
                    assert turned_away(answer), f"a device enters {door}: {answer.status_code}"
                elif "." in door.access:
                    refused = answer.status_code == 403
                    assert refused == (door.access != permission), f"{permission}, {door}: {answer.status_code}"
