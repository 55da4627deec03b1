"""Personal data at rest: sealed column by column, found by a blind index, shown in clear with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from huitang_sdk.contracts.audit import Ref
from huitang_sdk.contracts.identity import Actor


class Sealed(Struct, frozen=True):
    """A sealed value as it was read: its column ("petitioner.phone"), the id of its row, and what the column holds."""

    column: str
    row: UUID
    content: bytes | None


class Personal(Protocol):
    """The plugin's own personal columns, declared by the hook `personal_columns`; `ctx.personal`.

    A column is named as "table.column"; one that is not declared raises ValueError. Everything but `reveal` happens in
    memory, in microseconds, without a database. Keep clear text out of logs, audit details, events, search documents
    and notices: there nobody seals it.

        identifier = new_id()
        await Petitioner.insert(Petitioner(
            id=identifier,
            phone=ctx.personal.seal("petitioner.phone", identifier, "138 0000 1234"),
            phone_index=ctx.personal.index("petitioner.phone", "138 0000 1234"),
        ))
        same = ctx.personal.matches("petitioner.phone", "+86 13800001234")
        rows = await ctx.db.fetch("SELECT * FROM petitions.petitioner WHERE phone_index = ANY($1)", same)
        masked("phone", ctx.personal.unseal("petitioner.phone", rows[0]["id"], rows[0]["phone"]))  # 138****1234
    """

    def seal(self, column: str, row: UUID, text: str) -> bytes:
        """The text encrypted (AES-256-GCM), 31 bytes longer than its UTF-8 form and different every time.

        It opens only in this column of the row with this id.
        """

    def unseal(self, column: str, row: UUID, sealed: bytes | None) -> str:
        """The text; "" for None. Raises `huitang_sdk.errors.SealBroken` for what was altered or belongs elsewhere.

        For what the platform does itself, and for what is shown masked. Whoever shows it in clear calls `reveal`.
        """

    def index(self, column: str, text: str) -> bytes | None:
        """What to keep beside the sealed value so that it can be found: 18 bytes, the same for texts that mean the same
        (see `huitang_sdk.personal.normalised`); None where nothing is left to find. Never compare with it: `matches`.
        """

    def matches(self, column: str, text: str) -> list[bytes]:
        """What the index column may hold for this text: `WHERE phone_index = ANY($1)`; empty where nothing is left to
        find. Usually one value; while keys are changed, one for each key in use, so that nothing is missed.

        So a unique constraint on an index column is no promise that a person is there only once: look with `matches` in
        the same transaction first. And rows are the same person's when their unsealed values are, not their indexes.
        """

    async def reveal(
        self, actor: Actor, permission: str, subject: Ref, values: Sequence[Sealed], *, reason: str
    ) -> list[str]:
        """The values in clear, in their order ("" for None), and one audit record "personal.revealed" that says who saw
        which columns of which rows of `subject` and why, never what they hold.

        Raises NotSignedIn or Forbidden without the permission, Invalid (field "reason") without a reason and for one
        that quotes a value or a number of seven digits or more, since reasons stay in clear. Whether the subject is in
        the actor's scope is for the caller to ask first, like for every other page.
        """
