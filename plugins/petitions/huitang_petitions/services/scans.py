"""The text layer of scanned letters: what the scanner recognised becomes the words of the matter."""

from __future__ import annotations

import io

import anyio.to_process
from msgspec import structs

from huitang_petitions.services.submission import Intake
from huitang_petitions.services.validating import BODY

SECONDS = 20
MOST_PAGES = 100


async def with_text_layer(intake: Intake) -> Intake:
    """The intake with the text of its scans as its body, where nobody typed one; unreadable files change nothing."""
    if intake.body.strip():
        return intake
    texts = []
    for paper in intake.papers:
        if paper.content[:5] == b"%PDF-":
            texts.append(await _text(paper.content))
    body = "\n\n".join(text for text in texts if text)[:BODY].replace("\0", "").strip()
    return structs.replace(intake, body=body) if body else intake


async def _text(content: bytes) -> str:
    """In a process of its own, which a broken file may take down. Nothing of the text is kept outside the register:
    `ctx.files.text` would keep it in clear.
    """
    try:
        with anyio.fail_after(SECONDS):
            return await anyio.to_process.run_sync(read_pdf, content, cancellable=True)
    except (TimeoutError, anyio.BrokenWorkerProcess, ValueError):
        return ""


def read_pdf(content: bytes) -> str:
    """The text layer of a PDF; "" when it has none. Raises ValueError for what is no PDF."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(io.BytesIO(content))
    except pypdfium2.PdfiumError as error:
        raise ValueError("no PDF") from error
    texts = []
    for number in range(min(len(document), MOST_PAGES)):
        texts.append(document[number].get_textpage().get_text_bounded().replace("\r\n", "\n").strip())
    return "\n\n".join(text for text in texts if text)
