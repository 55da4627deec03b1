"""Photos that petitioners send keep their picture and lose what tells of whoever took them."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from huitang_petitions.services.photos import cleaned
from tests.plugins.petitions.intake.letters import code_in, form

DEVICE, TAKEN, XMP = b"Sample X1", b"2026:11:20 08:30:00", b"<x:xmpmeta>example-creator</x:xmpmeta>"
ORIENTATION, GPS = 0x0112, 0x8825


def picture(form: str, turned: int = 1) -> bytes:
    """A picture as a telephone takes it: device, time, place, how it was held, and comments."""
    image = Image.linear_gradient("L").resize((64, 48)).convert("RGB")
    exif = Image.Exif()
    exif[0x0110], exif[0x0132], exif[ORIENTATION] = DEVICE.decode(), TAKEN.decode(), turned
    exif.get_ifd(GPS).update({1: "N", 2: (30.0, 15.0, 7.5), 3: "E", 4: (120.0, 9.0, 1.25)})
    more: dict[str, Any] = {"exif": exif, "icc_profile": b"colours as they are meant"}
    if form == "PNG":
        more["pnginfo"] = PngInfo()
        more["pnginfo"].add_text("Author", "example-creator")
    else:
        more["xmp"] = XMP
    if form == "JPEG":
        more |= {"comment": b"example-creator", "quality": 90}
    out = io.BytesIO()
    image.save(out, form, **more)
    return out.getvalue()


@pytest.mark.parametrize("turned", [1, 6])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_keeps_its_pixels_its_colours_and_how_it_lies_and_nothing_else(form: str, turned: int) -> None:
    sent = picture(form, turned)
    for trace in (DEVICE, TAKEN, b"example-creator"):
        assert trace in sent
    kept = cleaned(sent)
    for trace in (DEVICE, TAKEN, b"example-creator", b"xmpmeta"):
        assert trace not in kept
    before, after = Image.open(io.BytesIO(sent)), Image.open(io.BytesIO(kept))
    assert before.getexif().get_ifd(GPS)
    assert dict(after.getexif()) == ({ORIENTATION: turned} if turned != 1 else {})
    assert after.tobytes() == before.tobytes()
    assert after.info["icc_profile"] == before.info["icc_profile"]
    assert cleaned(kept) == kept


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_what_hangs_on_behind_a_picture_goes(form: str) -> None:
    """Telephones hang a second picture or a film on, with metadata of its own."""
    assert cleaned(picture(form) + picture("JPEG")) == cleaned(picture(form))


def test_a_progressive_picture_with_restarts_is_read_to_its_end() -> None:
    out = io.BytesIO()
    noise = Image.effect_noise((200, 150), 80).convert("RGB")
    noise.save(out, "JPEG", progressive=True, restart_marker_rows=1, comment=b"example-creator")
    kept = cleaned(out.getvalue())
    assert b"example-creator" not in kept
    assert Image.open(io.BytesIO(kept)).tobytes() == Image.open(out).tobytes()


@given(st.sampled_from(["JPEG", "PNG", "WEBP"]), st.data())
def test_a_broken_picture_is_refused_or_cleaned_but_never_harms(form: str, data: st.DataObject) -> None:
    sent = bytearray(picture(form, 6))
    place = data.draw(st.integers(0, len(sent) - 1))
    sent[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(sent)))
    for broken in (bytes(sent), bytes(sent[:cut])):
        try:
            kept = cleaned(broken)
        except ValueError:
            continue
        assert len(kept) <= len(broken) + 64


def test_what_is_no_picture_stays_as_it_is() -> None:
    for other in (b"", b"%PDF-1.7 text", b"PK\x03\x04", b"RIFF\0\0\0\0WAVE", "文字".encode()):
        assert cleaned(other) == other


async def stored(town: Any) -> bytes:
    (row,) = await town.ctx.db.fetch("SELECT file_id FROM petitions.paper ORDER BY added_at DESC, id DESC LIMIT 1")
    return bytes(await town.ctx.files.read(await town.ctx.files.get(row["file_id"])))


async def test_photos_of_letters_additions_drafts_and_reports_are_stored_without_traces(town: Any) -> None:
    client = await town.sign_in("")
    photo = picture("JPEG", 6)
    answer = await client.post("/petitions/write", data=await form(client), files={"papers": ("照片.jpg", photo)})
    assert await stored(town) == cleaned(photo) != photo
    await client.post("/petitions/look-up", data={"code": code_in(answer.text)})
    png = picture("PNG")
    await client.post("/petitions/my-letter", data={"act": "add", "text": ""}, files={"papers": ("2.png", png)})
    assert await stored(town) == cleaned(png) != png
    webp = picture("WEBP")
    values = await form(client)
    await client.post("/petitions/write", data=values | {"act": "keep"}, files={"papers": ("3.webp", webp)})
    await client.post("/petitions/write", data=values)
    assert await stored(town) == cleaned(webp) != webp
    values = await form(client, "/petitions/report")
    await client.post("/petitions/report", data=values, files={"papers": ("4.jpg", photo)})
    assert await town.one("SELECT count(*) FROM petitions.paper") == 4
    assert await stored(town) == cleaned(photo)


async def test_a_report_in_confidence_refuses_a_picture_that_cannot_be_cleaned(town: Any) -> None:
    client = await town.sign_in("")
    heic = b"\0\0\0\x18ftypheic" + bytes(64)
    values = await form(client, "/petitions/report")
    answer = await client.post("/petitions/report", data=values, files={"papers": ("IMG_1.HEIC", heic)})
    assert answer.status_code == 422
    assert "IMG_1.HEIC" in answer.text
    assert "截图" in answer.text
    assert await town.one("SELECT count(*) FROM petitions.matter") == 0
    answer = await client.post("/petitions/write", data=await form(client), files={"papers": ("IMG_1.HEIC", heic)})
    assert answer.status_code == 200
    assert await stored(town) == heic
