"""What plugins keep from a reader of what the platform lists of all of them: whatever is about things that this reader
has to stay away from.
"""

from __future__ import annotations

import asyncio
import logging

from msgspec import Struct

from huitang_kernel.plugins.registry import PluginRecord, Registry
from huitang_sdk.contracts import Actor
from huitang_sdk.db import Sql
from huitang_sdk.declare import Declarations, Withheld

log = logging.getLogger("huitang.plugins")
SECONDS = 5.0
"""So long a plugin may think about what it withholds."""


class Away(Struct, frozen=True):
    """What is not shown: rows about these subjects ("<kind>:<id>"), and all whose subject begins with a prefix."""

    subjects: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()

    def shown(self, sql: Sql, subject: str = "subject") -> str:
        """The condition that a row is not withheld; `subject` is SQL that is never NULL, in which no column
        is called `withheld`. NOT EXISTS is planned as a hashed join however many there are; NOT IN is not."""
        if not (self.subjects or self.prefixes):
            return "TRUE"
        subjects, prefixes = sql.put(list(self.subjects), "::text[]"), sql.put(list(self.prefixes), "::text[]")
        return (
            f"(NOT EXISTS (SELECT FROM unnest({subjects}) AS withheld WHERE withheld = {subject})"
            f" AND NOT EXISTS (SELECT FROM unnest({prefixes}) AS withheld WHERE starts_with({subject}, withheld)))"
        )


class Withholding:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def away(self, actor: Actor) -> Away:
        """Ask every plugin that withholds something, also one that is switched off; the platform itself sees all.

        Of a plugin that cannot be asked everything is kept back that it might have withheld.
        """
        if actor.is_system:
            return Away()
        subjects: list[str] = []
        prefixes: list[str] = []
        for record in self._registry:
            if not record.is_healthy and record.declarations == Declarations():
                prefixes.append(f"{record.id}.")  # failed before it could say what it withholds
            for withheld in record.declarations.withheld:
                found = await self._ask(record, withheld, actor)
                if found is None:
                    prefixes += [f"{kind}:" for kind in withheld.kinds]
                else:
                    subjects += found
        return Away(tuple(subjects), tuple(prefixes))

    async def _ask(self, record: PluginRecord, withheld: Withheld, actor: Actor) -> list[str] | None:
        """The subjects as records name them; None when the plugin does not answer."""
        if record.started_context is None:
            return None
        try:
            async with asyncio.timeout(SECONDS):
                refs = await withheld.refs(record.started_context, actor)
            return [str(ref) for ref in refs if ref.kind in withheld.kinds]
        except Exception as error:
            log.exception("plugin %s could not say what it withholds", record.id)
            record.note_trouble(f"withheld:{withheld.kinds[0]}", error)
            return None
