"""The OpenAPI document of a plugin's API, made from its routes: what is published in the docs and what tests try."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig


def document(plugin: str, title: str, handlers: Sequence[Any]) -> dict[str, Any]:
    """The document as plain data."""
    given = {name: Provide(lambda: None, sync_to_thread=False) for name in ("ctx", "actor")}
    router = Router(path=f"/api/{plugin}", route_handlers=list(handlers), dependencies=given)
    config = OpenAPIConfig(title=title, version="1", use_handler_docstrings=True)
    found: dict[str, Any] = Litestar([router], openapi_config=config).openapi_schema.to_schema()
    for name, schema in found["components"]["schemas"].items():
        if name.endswith("In"):
            schema["additionalProperties"] = (
                False  # structs that come in forbid unknown fields; Litestar does not say so
            )
    return found


def petitions() -> str:
    """The document of the petitions plugin as a file."""
    from huitang_petitions.api import API

    return json.dumps(document("petitions", "Letters and visits", API), ensure_ascii=False, indent=1) + "\n"
