"""The API does what its description says: requests made from the description, right ones and wrong ones, by several
people.

`API_EXAMPLES=200 pytest …` tries more than the few of every run.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from huitang_petitions.api import API
from huitang_petitions.services import codes, lookup
from huitang_petitions.services.registering import register
from huitang_sdk.contracts.identity import SYSTEM
from tests.docs.openapi import document
from tests.plugins.petitions.intake.letters import intake

DEEPER = os.environ.get("API_EXAMPLES", "")
EXAMPLES = int(DEEPER or "6")
CHECKS = [
    negative_data_rejection,
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


async def known_of(town: Any) -> dict[str, Any]:
    """What only the platform can make: without it nothing but the refusals would be tried."""
    done = await register(town.ctx, SYSTEM, intake(organisation_id=town.units["office"].id))
    letter_pass, _known = await lookup.pass_for(town.ctx, done.code)
    return {
        "matter_id": str(done.id),
        "Letter-Pass": letter_pass,
        "token": lambda: codes.new_token(town.ctx),
        "code": done.code,
        "number": done.number,
        "organisation_id": str(town.units["office"].id),
    }


def with_known(case: Any, known: dict[str, Any]) -> None:
    """Put what is known in the place of what was made up."""
    for part in (case.path_parameters, case.query, case.headers, case.body):
        if isinstance(part, dict) or hasattr(part, "keys"):
            for name in part.keys() & known.keys():
                part[name] = known[name]() if callable(known[name]) else known[name]


class Asking:
    """Requests from hypothesis' thread to the hall, which lives in the loop of the test."""

    def __init__(self, client: Any, known: dict[str, Any]) -> None:
        self.client, self.known, self.loop = client, known, asyncio.get_running_loop()

    def ask(self, case: Any) -> Any:
        request = case.as_transport_kwargs(base_url="http://hall.test")
        request.pop("cookies", None)  # the session is the client's own
        if isinstance(request.get("data"), bytes | str):
            request["content"] = request.pop("data")
        return asyncio.run_coroutine_threadsafe(self.client.request(**request), self.loop).result(60)

    def fuzz(self, operation: Any, mode: GenerationMode) -> None:
        """Requests of one route: with what is known in its place, and with everything made up."""

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=not DEEPER,  # the same few in every run
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode), st.booleans())
        def each(case: Any, real: bool) -> None:
            if real:
                with_known(case, self.known)
            case.validate_response(self.ask(case), checks=CHECKS)

        each()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
async def test_every_answer_is_as_described(town, mode):
    schema = schemathesis.openapi.from_dict(document("petitions", "Letters and visits", API))
    for name in ("officer", "head", "bureaucrat", ""):
        asking = Asking(await town.sign_in(name), await known_of(town))
        for found in schema.get_all_operations():
            operation = found.ok()
            has_input = bool([*operation.iter_parameters(), *operation.body])
            if has_input or mode is GenerationMode.POSITIVE:
                await asyncio.to_thread(asking.fuzz, operation, mode)
