"""The JSON Schema of the cases: made from the structs that read them, with what each key means (`keys.toml`)."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import msgspec

from huitang_conference.rules.election.case import ElectionCase
from huitang_conference.rules.profiles import builtin_profiles
from huitang_conference.rules.verdict_case import VerdictCase

CASES = {"verdict": VerdictCase, "count": ElectionCase}


def schema_of(name: str) -> dict[str, Any]:
    """The schema of a case of the command `name`, with the English keys; the Chinese ones are in the documentation."""
    schema = msgspec.json.schema(CASES[name])
    meanings = tomllib.loads((files("huitang_conference.rules") / "keys.toml").read_text(encoding="utf-8"))
    for kind, definition in schema["$defs"].items():
        for key, described in definition.get("properties", {}).items():
            described["description"] = meanings[kind][key]
    of_case = schema["$defs"][CASES[name].__name__]["properties"]
    of_case["profile"]["examples"] = [
        profile.id for profile in builtin_profiles().values() if name == "verdict" or profile.elections
    ]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
