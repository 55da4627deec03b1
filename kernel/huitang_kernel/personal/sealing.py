"""A plugin's personal columns: the contract, over the ring of this process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from huitang_kernel.personal.ring import Broken
from huitang_sdk.contracts import Actor, Ref, Sealed
from huitang_sdk.declare import PersonalColumn
from huitang_sdk.errors import Invalid, SealBroken
from huitang_sdk.i18n import Translator
from huitang_sdk.personal import normalised, quotes

if TYPE_CHECKING:
    from huitang_kernel.personal.service import PersonalService

_ = Translator("personal")
MAX_REASON = 500


class PluginPersonal:
    """Implements huitang_sdk.contracts.Personal for one plugin."""

    def __init__(self, service: PersonalService, plugin: str) -> None:
        self._service = service
        self._keeper = service.keeper
        self._plugin = plugin
        self._columns: dict[str, tuple[str, str, PersonalColumn]] = {}
        """Column → its full name, its table's full name, what was declared."""

    def seal(self, column: str, row: UUID, text: str) -> bytes:
        full = (self._columns.get(column) or self._declared(column))[0]
        return self._keeper.ring().current.seal(full, row, text)

    def unseal(self, column: str, row: UUID, sealed: bytes | None) -> str:
        full = (self._columns.get(column) or self._declared(column))[0]
        if sealed is None:
            return ""
        key = self._keeper.known().of(sealed) or self._keeper.ring().of(sealed)
        try:
            if key is None:
                raise Broken
            return key.unseal(full, row, sealed)
        except Broken:
            raise SealBroken(
                _("A sealed value ({column}) cannot be opened: it was altered, or its key is missing.", column=full)
            ) from None

    def index(self, column: str, text: str) -> bytes | None:
        full, _table, declared = self._columns.get(column) or self._declared(column)
        plain = normalised(declared.kind, text)
        return self._keeper.ring().current.index(full, plain) if plain else None

    def matches(self, column: str, text: str) -> list[bytes]:
        full, table, declared = self._columns.get(column) or self._declared(column)
        plain = normalised(declared.kind, text)
        return [key.index(full, plain) for key in self._keeper.ring().in_use(table)] if plain else []

    async def reveal(
        self, actor: Actor, permission: str, subject: Ref, values: Sequence[Sealed], *, reason: str
    ) -> list[str]:
        context = self._service.context
        context.permissions.require(actor, permission)
        said = reason.strip()
        if not said:
            raise Invalid(fields={"reason": _("Say why you need to see it; your reason is put on record.")})
        texts = [self.unseal(value.column, value.row, value.content) for value in values]
        kinds = [self._declared(value.column)[2].kind for value in values]
        if quotes(said, zip(kinds, texts, strict=True)):
            raise Invalid(fields={"reason": _("Do not write names or numbers into the reason: it stays in clear.")})
        seen: dict[str, list[str]] = {}
        for value in values:
            if value.content is not None:
                seen.setdefault(value.column, []).append(str(value.row))
        detail: dict[str, Any] = {"plugin": self._plugin, "permission": permission, "columns": seen}
        async with context.db.write(actor) as write:
            await write.audit("personal.revealed", subject, detail=detail, reason=said[:MAX_REASON])
        return texts

    def _declared(self, column: str) -> tuple[str, str, PersonalColumn]:
        for declared in self._service.columns_of(self._plugin):
            if declared.name == column:
                found = (f"{self._plugin}.{column}", f"{self._plugin}.{declared.table}", declared)
                self._columns[column] = found
                return found
        raise ValueError(f"{self._plugin} declares no personal column {column!r}")
