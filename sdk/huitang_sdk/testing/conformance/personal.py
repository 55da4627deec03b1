"""What sealing personal data must do."""

from __future__ import annotations

from uuid import UUID

import pytest

from huitang_sdk.contracts import Actor, Personal, Ref, Sealed
from huitang_sdk.db import new_id
from huitang_sdk.errors import Forbidden, Invalid, NotSignedIn, SealBroken

READ = "demo.contact.reveal"
PHONE = "13800001234"


class PersonalContract:
    """Give `personal` of a plugin `demo` that declares contact.phone (kind phone, with an index), contact.mobile (the
    same) and contact.name (kind name, with an index); `reader`, who holds demo.contact.reveal, and `stranger`, who is
    signed in and does not.
    """

    @pytest.fixture
    def personal(self) -> Personal:
        """The implementation."""
        raise NotImplementedError

    @pytest.fixture
    def reader(self) -> Actor:
        """Holds demo.contact.reveal."""
        raise NotImplementedError

    @pytest.fixture
    def stranger(self) -> Actor:
        """Signed in, without it."""
        raise NotImplementedError

    @pytest.mark.parametrize("text", [PHONE, "", "林秀英\n第二行\x00", "信" * 20_000])
    def test_what_was_sealed_opens(self, personal: Personal, text: str) -> None:
        """Whatever it is, 31 bytes longer, different every time, and in no part legible."""
        row = new_id()
        one, two = personal.seal("contact.phone", row, text), personal.seal("contact.phone", row, text)
        assert personal.unseal("contact.phone", row, one) == personal.unseal("contact.phone", row, two) == text
        assert one != two
        assert len(one) == len(text.encode()) + 31
        assert len(text) < 3 or text.encode()[:8] not in one

    def test_nothing_opens_as_nothing(self, personal: Personal) -> None:
        """A column without a value."""
        assert personal.unseal("contact.phone", new_id(), None) == ""

    def test_it_opens_in_its_own_place_only(self, personal: Personal) -> None:
        """Neither in another row nor in another column."""
        row = new_id()
        sealed = personal.seal("contact.phone", row, PHONE)
        for column, other in (("contact.phone", new_id()), ("contact.mobile", row), ("contact.name", row)):
            with pytest.raises(SealBroken):
                personal.unseal(column, other, sealed)

    def test_what_was_altered_does_not_open(self, personal: Personal) -> None:
        """Every bit counts, the first ones as well; so does the length."""
        row = new_id()
        sealed = personal.seal("contact.phone", row, PHONE)
        altered = [sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :] for place in range(len(sealed))]
        for wrong in (*altered, sealed[:-1], sealed + b"\x00", sealed[:20], sealed[:3], sealed[:2], b""):
            with pytest.raises(SealBroken):
                personal.unseal("contact.phone", row, wrong)

    def test_the_index_finds_what_means_the_same(self, personal: Personal) -> None:
        """Of the same column; it is not the text, and it is as long for all."""
        kept = personal.index("contact.phone", PHONE)
        assert kept is not None
        assert len(kept) == 18
        for written in ("138 0000 1234", "+86 138-0000-1234", "１３８００００１２３４"):
            assert kept in personal.matches("contact.phone", written)
        assert kept not in personal.matches("contact.phone", "13800001235")
        assert kept not in personal.matches("contact.mobile", PHONE)
        assert kept not in personal.matches("contact.name", PHONE)
        named = personal.index("contact.name", "阿依古丽·买买提")
        assert named in personal.matches("contact.name", "阿依古丽 买买提")

    def test_there_is_no_index_of_nothing(self, personal: Personal) -> None:
        """So those without a phone are not all the same person."""
        for nothing in ("", "  ", "无"):
            assert personal.index("contact.phone", nothing) is None
            assert personal.matches("contact.phone", nothing) == []

    def test_a_column_must_be_declared(self, personal: Personal) -> None:
        """Said at once, not when keys change."""
        row = new_id()
        for name in ("contact.fax", "phone", "demo.contact.phone", ""):
            with pytest.raises(ValueError):
                personal.seal(name, row, PHONE)
            with pytest.raises(ValueError):
                personal.unseal(name, row, None)
            with pytest.raises(ValueError):
                personal.index(name, PHONE)
            with pytest.raises(ValueError):
                personal.matches(name, PHONE)

    async def test_who_may_sees_it_with_a_reason(self, personal: Personal, reader: Actor) -> None:
        """In the order of the question."""
        row = new_id()
        values = self._values(personal, row)
        texts = await personal.reveal(reader, READ, Ref("demo.contact", row), values, reason="to call back")
        assert texts == ["林秀英", PHONE, ""]

    async def test_nobody_else_does(self, personal: Personal, reader: Actor, stranger: Actor) -> None:
        """Nor whoever gives no reason, nor of a value that does not open."""
        row = new_id()
        values, subject = self._values(personal, row), Ref("demo.contact", row)
        with pytest.raises(Forbidden):
            await personal.reveal(stranger, READ, subject, values, reason="curious")
        with pytest.raises(NotSignedIn):
            await personal.reveal(Actor(), READ, subject, values, reason="curious")
        for reason in ("", " \n"):
            with pytest.raises(Invalid) as caught:
                await personal.reveal(reader, READ, subject, values, reason=reason)
            assert "reason" in caught.value.fields
        for reason in ("林秀英要求回电", "回电 138 0000 1234", "身份证 53010219900101", "１３９００００９９９９"):
            with pytest.raises(Invalid) as caught:
                await personal.reveal(reader, READ, subject, values, reason=reason)
            assert "reason" in caught.value.fields
        moved = [Sealed(value.column, new_id(), value.content) for value in values]
        with pytest.raises(SealBroken):
            await personal.reveal(reader, READ, subject, moved, reason="to call back")

    @staticmethod
    def _values(personal: Personal, row: UUID) -> list[Sealed]:
        return [
            Sealed("contact.name", row, personal.seal("contact.name", row, "林秀英")),
            Sealed("contact.phone", row, personal.seal("contact.phone", row, PHONE)),
            Sealed("contact.mobile", row, None),
        ]
