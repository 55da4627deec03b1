"""The JSON Schema of a case: made from the structs that read it, with what each key means (`keys.toml`)."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import msgspec

from huitang_petitions.clock.case import Case
from huitang_petitions.clock.profiles import builtin_profiles, event_kinds


def case_schema() -> dict[str, Any]:
    """The schema with the English keys; the Chinese ones are in the documentation."""
    schema = msgspec.json.schema(Case)
    meanings = tomllib.loads((files("huitang_petitions.clock") / "keys.toml").read_text(encoding="utf-8"))
    for kind, definition in schema["$defs"].items():
        for key, described in definition.get("properties", {}).items():
            described["description"] = meanings[kind][key]
    schema["$defs"]["Case"]["properties"]["profile"]["examples"] = list(builtin_profiles())
    schema["$defs"]["GivenEvent"]["properties"]["event"]["examples"] = list(event_kinds())
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
