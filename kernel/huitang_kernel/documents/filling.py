"""Filling templates within limits of time and memory: they come from people."""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import anyio.to_process
import anyio.to_thread
import msgspec

from huitang_sdk.declare import DocumentTemplate
from huitang_sdk.documents import MAX_MEMORY, MAX_SECONDS, BrokenTemplate
from huitang_sdk.documents.filling import fill_template
from huitang_sdk.i18n import Translator

_ = Translator("documents")


class Filler:
    """Fills at most so many documents at the same time on this node."""

    def __init__(self, processes: int) -> None:
        self._processes = anyio.CapacityLimiter(max(1, processes))

    async def fill(
        self, template: DocumentTemplate, folder: Path, source: bytes | None, values: Mapping[str, Any], at: datetime
    ) -> bytes:
        """The document. Raises BrokenTemplate."""
        plain = msgspec.to_builtins(dict(values))
        work = partial(fill_template, template, folder, source, plain, at=at)
        async with self._processes:
            if template.file.endswith(".docx"):
                found = await self._in_process(partial(_word, template, folder, source, plain, at))
                if found is not None:
                    return found
            # Typst has a process of its own. A broken Word template is filled once more, for the reason in the reader's
            # language: it ended by itself before.
            return await anyio.to_thread.run_sync(work)

    async def _in_process(self, work: Any) -> bytes | None:
        """None when the template is broken."""
        try:
            with anyio.fail_after(MAX_SECONDS):
                state, content = await anyio.to_process.run_sync(work, cancellable=True)
        except TimeoutError:
            slow = _("The template takes more than {seconds} s, so it was stopped.", seconds=MAX_SECONDS)
            raise BrokenTemplate(slow) from None
        except anyio.BrokenWorkerProcess:
            state, content = "memory", b""
        if state == "memory":
            size = MAX_MEMORY // 1024 // 1024
            raise BrokenTemplate(_("The template takes more than {size} MB of memory, so it was stopped.", size=size))
        return content if state == "filled" else None


def _word(
    template: DocumentTemplate, folder: Path, source: bytes | None, values: dict[str, Any], at: datetime
) -> tuple[str, bytes]:
    """Runs in a worker process: what it takes is taken from nobody else."""
    with contextlib.suppress(ValueError, OSError):
        _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, hard))
    try:
        return "filled", fill_template(template, folder, source, values, at=at)
    except BrokenTemplate as error:
        return ("memory" if isinstance(error.__cause__, MemoryError) else "broken"), b""
    except MemoryError:
        return "memory", b""
