"""The JSON Schema of the cases, made from the structs that read them."""

from __future__ import annotations

from typing import Any

import msgspec

from huitang_conference.rules.election.case import ElectionCase
from huitang_conference.rules.verdict_case import VerdictCase

CASES = {"verdict": VerdictCase, "count": ElectionCase}


def schema_of(name: str) -> dict[str, Any]:
    """The schema of a case of the command `name`, with the English keys; the Chinese ones are in the documentation."""
    schema = msgspec.json.schema(CASES[name])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
