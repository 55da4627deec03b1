"""Accounts: people who can sign in, their posts and groups."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from huitang_kernel.db import PostgresDatabase
from huitang_kernel.identity.events import AccountChanged
from huitang_kernel.identity.organisations import CHANNEL, Organisations
from huitang_kernel.identity.passwords import Passwords, check_strength
from huitang_kernel.identity.phones import Phones
from huitang_kernel.identity.settings import IdentitySettings
from huitang_sdk.contracts import Account, Actor, Position, Ref, Write
from huitang_sdk.db import contains, new_id
from huitang_sdk.errors import Invalid, NotFound
from huitang_sdk.i18n import LOCALES, Translator

_ = Translator("identity")
KIND = "identity.account"
USERNAME = re.compile(r"^[\w.@+-]{2,64}$")
EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
PLAIN = frozenset(
    {"username", "name", "email", "locale", "organisation_id", "is_active", "text_size", "high_contrast", "theme"}
)
"""Columns that `update` may set as they are."""

SELECT = """
SELECT a.id, a.username, a.name, a.email, a.organisation_id, o.name AS organisation_name, a.is_active, a.locale,
  coalesce((SELECT jsonb_agg(jsonb_build_array(p.organisation_id, p.title, p.is_main) ORDER BY p.is_main DESC, p.id)
            FROM identity.position p WHERE p.account_id = a.id), '[]') AS positions
FROM identity.account a LEFT JOIN identity.organisation o ON o.id = a.organisation_id
"""


def _account(row: Mapping[str, Any]) -> Account:
    positions = msgspec.json.decode(row["positions"], type=list[tuple[UUID, str, bool]])
    return Account(
        id=row["id"],
        username=row["username"],
        name=row["name"],
        email=row["email"],
        organisation_id=row["organisation_id"],
        organisation_name=row["organisation_name"] or "",
        is_active=row["is_active"],
        locale=row["locale"],
        positions=tuple(Position(*position) for position in positions),
    )


class Accounts:
    """Reading and changing accounts. Who may do so is for the caller to ask."""

    def __init__(
        self,
        database: PostgresDatabase,
        settings: IdentitySettings,
        organisations: Organisations,
        passwords: Passwords,
        phones: Phones,
    ) -> None:
        self._database = database
        self._settings = settings
        self._organisations = organisations
        self._passwords = passwords
        self.phones = phones

    async def by_ids(self, ids: Iterable[UUID]) -> dict[UUID, Account]:
        wanted = list(set(ids))
        if not wanted:
            return {}
        rows = await self._database.fetch(f"{SELECT} WHERE a.id = ANY($1::uuid[])", wanted)
        return {row["id"]: _account(row) for row in rows}

    async def by_username(self, username: str) -> Account | None:
        rows = await self._database.fetch(f"{SELECT} WHERE lower(a.username) = lower($1)", username.strip())
        return _account(rows[0]) if rows else None

    async def find(self, text: str, organisation_id: UUID | None, limit: int) -> Sequence[Account]:
        """Active ones by name; `organisation_id` means it and all below."""
        tree = await self._organisations.read()
        units = [unit.id for unit in tree.below(organisation_id)] if organisation_id else None
        rows = await self._database.fetch(
            f"{SELECT} WHERE a.is_active AND ($1 = '' OR a.name ILIKE $1 OR a.username ILIKE $1) "
            "AND ($2::uuid[] IS NULL OR a.organisation_id = ANY($2)) ORDER BY a.name, a.username LIMIT $3",
            contains(text.strip()) if text.strip() else "",
            units,
            max(0, min(limit, 1000)),
        )
        return [_account(row) for row in rows]

    async def create(
        self,
        actor: Actor,
        username: str,
        name: str,
        password: str = "",
        organisation_id: UUID | None = None,
        **more: Any,
    ) -> Account:
        """See IdentityService.create_account."""
        identifier = new_id()
        must_change = bool(more.pop("must_change_password", False))
        title, phone = str(more.pop("title", "")), str(more.pop("phone", ""))
        values = self._checked({"username": username, "name": name, "organisation_id": organisation_id, **more})
        if password:
            self.check_password(password, values["username"], values["name"])
        hashed = await self._passwords.hash(password) if password else ""
        values |= {"id": identifier, "password": hashed, "must_change_password": must_change}
        values["phone"] = self.phones.seal(phone, identifier)
        columns = list(values)
        places = ", ".join(f"${place}" for place in range(1, len(columns) + 1))
        async with self._database.write(actor) as write:
            await _unique(
                self._database.execute(
                    f"INSERT INTO identity.account ({', '.join(columns)}) VALUES ({places})", *values.values()
                )
            )
            if title and organisation_id:
                await self._set_main_position(identifier, organisation_id, title)
            detail = {key: value for key, value in values.items() if key in PLAIN} | {"title": title}
            await write.audit("identity.account.created", Ref(KIND, identifier), detail=detail)
            await self.tell(write, identifier)
        return (await self.by_ids([identifier]))[identifier]

    async def update(self, actor: Actor, account_id: UUID, **changes: Any) -> Account:
        """Change any of PLAIN, `phone` and `title` (the main position, "" to remove it). Raises NotFound, Invalid."""
        title, phone = changes.pop("title", None), changes.pop("phone", None)
        before = await self.row(account_id)
        values = self._checked(changes)
        changed = {key: value for key, value in values.items() if before[key] != value}
        detail: dict[str, Any] = {
            "before": {key: before[key] for key in changed},
            "after": dict(changed),
        }
        if phone is not None and phone != self.phones.open(before["phone"], account_id):
            changed["phone"] = self.phones.seal(phone, account_id)
            detail["phone"] = "changed"
        async with self._database.write(actor) as write:
            if changed:
                sets = ", ".join(f"{column} = ${place}" for place, column in enumerate(changed, start=2))
                await _unique(
                    self._database.execute(
                        f"UPDATE identity.account SET {sets}, updated_at = now() WHERE id = $1",
                        account_id,
                        *changed.values(),
                    )
                )
            unit = changed.get("organisation_id", before["organisation_id"])
            if title is not None and unit is not None:
                await self._set_main_position(account_id, unit, title)
                detail["title"] = title
            await write.audit("identity.account.updated", Ref(KIND, account_id), detail=detail)
            await self.tell(write, account_id)
        return (await self.by_ids([account_id]))[account_id]

    async def store_password(self, actor: Actor, account_id: UUID, hashed: str, *, must_change: bool) -> None:
        """Keep a new password's hash; its strength and the sessions are the caller's matter."""
        async with self._database.write(actor) as write:
            await self._database.execute(
                "UPDATE identity.account SET password = $2, must_change_password = $3, updated_at = now() "
                "WHERE id = $1",
                *(account_id, hashed, must_change),
            )
            detail = {"must_change": must_change}
            await write.audit("identity.account.password_changed", Ref(KIND, account_id), detail=detail)
            await self.tell(write, account_id)

    def check_password(self, password: str, username: str = "", name: str = "") -> None:
        check_strength(password, minimum=self._settings.password_minimum, username=username, name=name)

    async def count_by_unit(self) -> dict[UUID, int]:
        """Organisation → how many active accounts are directly in it."""
        rows = await self._database.fetch(
            "SELECT organisation_id AS id, count(*) AS n FROM identity.account "
            "WHERE is_active AND organisation_id IS NOT NULL GROUP BY 1"
        )
        return {row["id"]: row["n"] for row in rows}

    async def rows(self, ids: Iterable[UUID]) -> list[dict[str, Any]]:
        """All columns, the main position's title among them."""
        return await self._database.fetch(
            "SELECT a.*, coalesce((SELECT title FROM identity.position p WHERE p.account_id = a.id AND is_main), '') "
            "AS title FROM identity.account a WHERE a.id = ANY($1::uuid[])",
            list(ids),
        )

    async def row(self, account_id: UUID) -> dict[str, Any]:
        """The same of one account. Raises NotFound."""
        rows = await self.rows([account_id])
        if not rows:
            raise NotFound(_("This account does not exist."))
        return rows[0]

    async def tell(self, write: Write, account_id: UUID) -> None:
        """Let every node forget what it knows of the account, and other plugins know."""
        await write.emit(AccountChanged(account_id=account_id))
        await self._database.notify(CHANNEL, f"account {account_id}")

    async def _set_main_position(self, account_id: UUID, organisation_id: UUID, title: str) -> None:
        await self._database.execute("DELETE FROM identity.position WHERE account_id = $1 AND is_main", account_id)
        if title.strip():
            await self._database.execute(
                "INSERT INTO identity.position (id, account_id, organisation_id, title) VALUES ($1, $2, $3, $4)",
                *(new_id(), account_id, organisation_id, title.strip()[:100]),
            )

    def _checked(self, values: dict[str, Any]) -> dict[str, Any]:
        """Cleaned values; Invalid names every wrong field at once."""
        unknown = values.keys() - PLAIN
        if unknown:
            raise TypeError(f"an account has no {', '.join(sorted(unknown))}")
        clean = {key: value.strip() if isinstance(value, str) else value for key, value in values.items()}
        problems: dict[str, str] = {}
        if "username" in clean and not USERNAME.match(clean["username"]):
            problems["username"] = _("2 to 64 letters, digits or . _ - @ +, without spaces.")
        if "name" in clean and not 0 < len(clean["name"]) <= 100:
            problems["name"] = _("Give the person's name, at most 100 characters.")
        if clean.get("email") and not (EMAIL.match(clean["email"]) and len(clean["email"]) <= 200):
            problems["email"] = _("This is not an e-mail address. Example: name@example.org")
        if clean.get("locale", "en") not in LOCALES:
            problems["locale"] = _("This language is not available.")
        if problems:
            raise Invalid(_("Some of the input needs correcting."), fields=problems)
        return clean


async def _unique(statement: Any) -> None:
    try:
        await statement
    except asyncpg.UniqueViolationError as error:
        raise Invalid(fields={"username": _("This user name is taken.")}) from error
    except asyncpg.ForeignKeyViolationError as error:
        raise Invalid(fields={"organisation_id": _("This organisation does not exist any more.")}) from error
