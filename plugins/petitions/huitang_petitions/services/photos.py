"""What a photo tells of whoever took it (place, time, device, comments) is taken out; the picture stays as it is.

Only the containers of JPEG, PNG and WebP are read: nothing is decoded, so no picture is lost in quality and no broken
or hostile one can do harm. What is kept is listed, so that a kind of metadata nobody thought of goes as well. How the
camera was held stays, or pictures would lie on their side.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence

from msgspec import structs

from huitang_petitions.services.access import Ctx
from huitang_petitions.services.submission import NewPaper
from huitang_sdk.errors import Invalid
from huitang_sdk.i18n import Translator

_ = Translator("petitions")
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = (
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI"),
    *(b"sBIT", b"bKGD", b"hIST", b"sPLT", b"pHYs", b"acTL", b"fcTL", b"fdAT"),
)
_WEBP_KEPT = (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP")
_JPEG_KEPT = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
"""Of the application segments those that say how colours are meant."""
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""Where the picture's data end: what follows is a marker, neither a stuffed byte nor a restart."""
_ORIENTATION = 0x0112


def without_traces(ctx: Ctx, papers: Sequence[NewPaper], *, confidential: bool) -> tuple[NewPaper, ...]:
    """What petitioners send, as it is stored.

    In a report in confidence every picture is cleaned, and one that cannot be is refused (Invalid, field "papers");
    elsewhere the office's setting decides, and what cannot be cleaned stays as it was sent.
    """
    if not (confidential or ctx.settings.strip_photos):
        return tuple(papers)
    found = []
    for paper in papers:
        try:
            found.append(structs.replace(paper, content=cleaned(paper.content)))
        except ValueError:
            if confidential:
                raise _refused(paper) from None
            found.append(paper)
    return tuple(found)


def _refused(paper: NewPaper) -> Invalid:
    message = _(
        "What “{name}” tells of place and device cannot be taken out here. Save the picture as JPEG or PNG, or send a"
        " screenshot of it.",
        name=paper.name[:100],
    )
    return Invalid(message, fields={"papers": message})


def cleaned(content: bytes) -> bytes:
    """A picture without its metadata; what is no picture as it is.

    Raises ValueError for a picture that cannot be cleaned: a broken one, HEIC, AVIF or TIFF.
    """
    try:
        for is_it, clean in _KINDS:
            if is_it(content):
                return clean(content)
    except (struct.error, IndexError) as error:
        raise ValueError("a broken picture") from error
    if content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis"):
        raise ValueError("HEIC or AVIF")
    if content[:4] in (b"II*\0", b"MM\0*"):
        raise ValueError("TIFF")
    return content


def _jpeg(content: bytes) -> bytes:
    kept: list[bytes] = []
    turned = 1
    for marker, segment in _segments(content):
        payload = segment[4:]
        if marker == 0xE1 and payload.startswith(b"Exif\0\0"):
            turned = _orientation(payload[6:])
        elif marker in _JPEG_KEPT:
            kept += [segment] if payload.startswith(_JPEG_KEPT[marker]) else []
        elif not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            kept.append(segment)
    if turned != 1:
        exif = b"Exif\0\0" + _exif(turned)
        first = 1 if kept[0][:2] == b"\xff\xe0" else 0
        kept.insert(first, struct.pack(">BBH", 0xFF, 0xE1, len(exif) + 2) + exif)
    return b"\xff\xd8" + b"".join(kept)


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The segments after the first marker up to the end of the picture; what hangs on behind it is not the picture."""
    place = 2
    while place < len(content):
        while content[place : place + 2] == b"\xff\xff":
            place += 1
        if content[place] != 0xFF:
            raise ValueError("no marker where one has to be")
        marker = content[place + 1]
        if marker == 0xD9:
            yield marker, content[place : place + 2]
            return
        end = place + 2 + struct.unpack_from(">H", content, place + 2)[0]
        if end > len(content):
            raise ValueError("cut short")
        if marker == 0xDA:
            found = _MARKER.search(content, end)
            end = found.start() if found else len(content)
        yield marker, content[place:end]
        place = end


def _png(content: bytes) -> bytes:
    kept: list[tuple[bytes, bytes]] = []
    turned, place, kind = 1, len(_PNG), b""
    while kind != b"IEND":
        size, kind = struct.unpack_from(">I4s", content, place)
        chunk, data = content[place : place + 12 + size], content[place + 8 : place + 8 + size]
        if len(chunk) < 12 + size:
            raise ValueError("cut short")
        if kind == b"eXIf":
            turned = _orientation(data)
        kept += [(kind, chunk)] if kind in _PNG_KEPT else []
        place += len(chunk)
    if turned != 1:
        exif = b"eXIf" + _exif(turned)
        checked = struct.pack(">I", len(exif) - 4) + exif + struct.pack(">I", zlib.crc32(exif))
        kept.insert(1, (b"eXIf", checked))
    return _PNG + b"".join(chunk for _kind, chunk in kept)


def _webp(content: bytes) -> bytes:
    kept: list[bytes] = []
    turned, place = 1, 12
    end = min(len(content), 8 + struct.unpack_from("<I", content, 4)[0])
    while place < end:
        kind, size = struct.unpack_from("<4sI", content, place)
        data = content[place + 8 : place + 8 + size]
        if len(data) < size:
            raise ValueError("cut short")
        if kind == b"EXIF":
            turned = _orientation(data.removeprefix(b"Exif\0\0"))
        kept += [_webp_chunk(kind, data)] if kind in _WEBP_KEPT else []
        place += 8 + size + size % 2
    extended = kept[0][:4] == b"VP8X"
    if extended:
        told = 0x08 if turned != 1 else 0
        kept[0] = kept[0][:8] + bytes([kept[0][8] & ~0x0C | told]) + kept[0][9:]
        kept += [_webp_chunk(b"EXIF", _exif(turned))] if told else []
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _webp_chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _orientation(exif: bytes) -> int:
    """How the camera was held (1 to 8) by the metadata; 1 when they do not say."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    try:
        if order:
            (at,) = struct.unpack_from(f"{order}I", exif, 4)
            (count,) = struct.unpack_from(f"{order}H", exif, at)
            for place in range(at + 2, at + 2 + 12 * count, 12):
                tag, _type, _count, value = struct.unpack_from(f"{order}HHIH", exif, place)
                if tag == _ORIENTATION:
                    return value if 1 <= value <= 8 else 1
    except struct.error:
        pass  # metadata that cannot be read say nothing
    return 1


def _exif(turned: int) -> bytes:
    """Metadata that say how the camera was held, and nothing else."""
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _ORIENTATION, 3, 1, turned, 0, 0)


_KINDS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], bytes]], ...] = (
    (lambda content: content.startswith(b"\xff\xd8\xff"), _jpeg),
    (lambda content: content.startswith(_PNG), _png),
    (lambda content: content[:4] == b"RIFF" and content[8:12] == b"WEBP", _webp),
)
