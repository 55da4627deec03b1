"""The contract of Files, on the real store and database."""

from __future__ import annotations

import uuid

import pytest
from saving import blobs_on_disk, delete, pieces, rows, save, unfinished

from huitang_sdk.contracts import Actor, Ref
from huitang_sdk.contracts.identity import SYSTEM
from huitang_sdk.errors import Invalid, NotFound, TooLarge


async def test_what_is_saved_is_read_back(open_hall):
    hall = await open_hall()
    stored = await save(hall, "报告.txt", pieces("预算".encode(), b"", "审查".encode()))
    files = hall.services.files.scoped("budget")
    assert await files.read(stored) == "预算审查".encode()
    assert (stored.name, stored.media_type, stored.size, stored.version) == ("报告.txt", "text/plain", 12, 1)
    assert await files.get(stored.id) == stored
    parts = [(0, None), (3, 9), (6, 100), (12, 12), (0, 1)]
    for start, end in parts:
        got = b"".join([chunk async for chunk in files.stream(stored, start=start, end=end)])
        assert got == "预算审查".encode()[start:end]


async def test_versions_keep_the_id_and_every_content(open_hall):
    hall = await open_hall()
    files = hall.services.files.scoped("budget")
    first = await save(hall, "一.txt", b"one")
    second = await save(hall, "二.txt", b"two", replaces=first.id)
    third = await save(hall, "三.txt", b"one", replaces=first.id)
    assert [v.version for v in await files.versions(first.id)] == [3, 2, 1]
    assert {first.id, second.id, third.id} == {first.id}
    assert await files.get(first.id) == third
    assert await files.get(first.id, version=2) == second
    assert await files.read(await files.get(first.id, version=1)) == b"one"
    with pytest.raises(NotFound):
        await files.get(first.id, version=4)


async def test_the_same_content_is_stored_once(open_hall):
    hall = await open_hall()
    first = await save(hall, "a.txt", b"the same", plugin="budget")
    second = await save(hall, "b.txt", pieces(b"the ", b"same"), plugin="cadres")
    assert first.sha256 == second.sha256
    assert first.id != second.id
    assert blobs_on_disk(hall) == [first.sha256]
    assert (await rows(hall, "blob"), await rows(hall, "file")) == (1, 2)


async def test_a_plugin_sees_its_own_files_only(open_hall):
    hall = await open_hall()
    stored = await save(hall, "secret.txt", b"secret", plugin="cadres")
    other = hall.services.files.scoped("budget")
    for question in (other.get(stored.id), other.versions(stored.id), other.read(stored), other.text(stored)):
        with pytest.raises(NotFound):
            await question
    with pytest.raises(NotFound):
        await save(hall, "mine.txt", b"mine", plugin="budget", replaces=stored.id)
    with pytest.raises(NotFound):
        await delete(hall, stored, plugin="budget")
    assert await hall.services.files.scoped("cadres").read(stored) == b"secret"


async def test_a_file_that_does_not_exist(open_hall):
    hall = await open_hall()
    with pytest.raises(NotFound, match="不存在"):
        await hall.services.files.scoped("budget").get(uuid.uuid4())


async def test_deleting_removes_all_versions(open_hall):
    hall = await open_hall()
    first = await save(hall, "a.txt", b"1")
    await save(hall, "a.txt", b"2", replaces=first.id)
    await delete(hall, first)
    with pytest.raises(NotFound):
        await hall.services.files.scoped("budget").get(first.id)
    assert (await rows(hall, "file_version"), await rows(hall, "file")) == (0, 0)


async def test_outside_a_write_nothing_is_saved_or_deleted(open_hall):
    hall = await open_hall()
    stored = await save(hall, "a.txt", b"1")
    files = hall.services.files.scoped("budget")
    with pytest.raises(RuntimeError, match=r"ctx\.db\.write"):
        await files.save("b.txt", b"2", actor=SYSTEM)
    with pytest.raises(RuntimeError, match=r"ctx\.db\.write"):
        await files.delete(stored.id, actor=SYSTEM)
    assert len(blobs_on_disk(hall)) == 1


async def test_a_write_that_fails_leaves_bytes_but_no_file(open_hall):
    hall = await open_hall()
    files = hall.services.files.scoped("budget")

    async def save_and_fail():
        async with hall.core.database.write(SYSTEM):
            await files.save("a.txt", b"lost", actor=SYSTEM)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await save_and_fail()
    assert (await rows(hall, "file"), await rows(hall, "blob")) == (0, 0)
    assert len(blobs_on_disk(hall)) == 1
    assert unfinished(hall) == []


async def test_a_transfer_that_breaks_off_leaves_nothing(open_hall):
    hall = await open_hall()

    async def broken():
        yield b"x" * 3_000_000
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await save(hall, "a.bin", broken())
    assert (blobs_on_disk(hall), unfinished(hall)) == ([], [])


async def test_the_limit_of_one_file_is_named(open_hall):
    hall = await open_hall(plugins={"files": {"max_file_mb": 1}})

    async def endless():
        while True:
            yield b"x" * 100_000

    with pytest.raises(TooLarge, match="1 MB"):
        await save(hall, "a.bin", endless())
    assert (blobs_on_disk(hall), unfinished(hall)) == ([], [])
    exactly = await save(hall, "a.bin", b"\1" * 1024 * 1024)
    assert exactly.size == 1024 * 1024


async def test_the_quota_of_a_plugin(open_hall):
    hall = await open_hall(plugins={"files": {"quotas_mb": {"budget": 2}}})
    first = await save(hall, "a.bin", b"\1" * 1_500_000)
    with pytest.raises(TooLarge, match="2 MB"):
        await save(hall, "b.bin", b"\2" * 1_500_000)
    await save(hall, "c.bin", b"\3" * 1_500_000, plugin="cadres")
    await delete(hall, first)
    await save(hall, "b.bin", b"\2" * 1_500_000)
    assert unfinished(hall) == []


async def test_refused_types_are_known_by_their_content(open_hall):
    hall = await open_hall(
        plugins={"files": {"refused_types": ["application/vnd.microsoft.portable-executable", "image/*"]}}
    )
    with pytest.raises(Invalid, match="不接受"):
        await save(hall, "report.pdf", b"MZ\x90\x00" + b"\0" * 100)
    with pytest.raises(Invalid):
        await save(hall, "report.txt", b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    assert (blobs_on_disk(hall), unfinished(hall)) == ([], [])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\报告\\预算.docx", "预算.docx"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\r\nc.txt", "abc.txt"),
        ("长" * 300 + ".xlsx", "长" * 195 + ".xlsx"),
        ("\u202egnp.exe", "gnp.exe"),
    ],
)
async def test_names_are_only_names(open_hall, given, kept):
    hall = await open_hall()
    assert (await save(hall, given, b"x")).name == kept


async def test_a_file_without_a_name_is_refused(open_hall):
    hall = await open_hall()
    with pytest.raises(Invalid):
        await save(hall, "/", b"x")


async def test_an_empty_file(open_hall):
    hall = await open_hall()
    stored = await save(hall, "empty.txt", b"")
    assert stored.size == 0
    assert await hall.services.files.scoped("budget").read(stored) == b""


async def test_who_saved_it(open_hall):
    hall = await open_hall()
    someone = Actor(account_id=uuid.uuid4(), name="李文")
    async with hall.core.database.write(someone) as write:
        stored = await hall.services.files.scoped("budget").save("a.txt", b"x", actor=someone)
        await write.audit("budget.file.saved", Ref("budget.file", stored.id))
    assert stored.created_by == someone.account_id
