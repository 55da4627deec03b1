"""A small plugin with two kinds of findable things in a real table, and readers with any scope."""

from __future__ import annotations

import datetime
from uuid import UUID, uuid4

from huitang_sdk import Manifest, Plugin, hookimpl
from huitang_sdk.contracts import Actor, Event, Scope, SearchDocument
from huitang_sdk.declare import Permission, SearchSource

NOW = datetime.datetime(2026, 11, 23, 4, tzinfo=datetime.UTC)
TABLE = """
CREATE TABLE IF NOT EXISTS thing (
    id uuid PRIMARY KEY, kind text, title text, body text, organisation_id uuid, owner_id uuid, year text,
    updated_at timestamptz
)
"""


class ThingChanged(Event, tag="things.thing.changed"):
    thing_id: UUID


class ReportFiled(Event, tag="things.report.filed"):
    report_id: UUID


async def read(ctx, thing):
    rows = await ctx.db.fetch("SELECT * FROM thing WHERE id = $1", thing)
    if not rows:
        return None
    row = rows[0]
    if row["title"] == "broken":
        raise ValueError("this thing cannot be read")
    return SearchDocument(
        id=row["id"],
        title=row["title"],
        body=row["body"],
        url=f"/things/{row['id']}",
        updated_at=row["updated_at"],
        organisation_id=row["organisation_id"],
        owner_id=row["owner_id"],
        facets={"year": row["year"]} if row["year"] else {},
    )


def ids_of(kind):
    async def ids(ctx):
        for row in await ctx.db.fetch("SELECT id FROM thing WHERE kind = $1 ORDER BY id", kind):
            yield row["id"]

    return ids


class Things(Plugin):
    manifest = Manifest(id="things", title={"en": "Things", "zh-CN": "事物"}, version="1.0", sdk=">=0.1,<1")
    package = "huitang_sdk"

    @hookimpl
    def permissions(self):
        return [Permission("things.thing.read", "Read things"), Permission("things.report.read", "Read reports")]

    @hookimpl
    def search_sources(self):
        return [
            SearchSource(
                "things.thing", "Things", "things.thing.read", read, ids_of("thing"), {ThingChanged: "thing_id"}
            ),
            SearchSource(
                "things.report", "Reports", "things.report.read", read, ids_of("report"), {ReportFiled: "report_id"}
            ),
        ]


class FixedScopes:
    """Permissions with given scopes: scopes are values of the contract, and here they are what is tested."""

    def __init__(self, **scopes: Scope) -> None:
        self.scopes = {f"things.{noun}.read": scope for noun, scope in scopes.items()}

    def may(self, actor, permission):
        return permission in self.scopes

    def scope(self, actor, permission):
        return self.scopes.get(permission, Scope(permission=permission))


EVERYTHING = Scope(permission="things.thing.read", everything=True)
READER = Actor(account_id=uuid4(), name="读者")


def give(hall, **scopes):
    hall.services.search.context.permissions = FixedScopes(**scopes)


async def put(hall, title, body="", *, kind="thing", organisation=None, owner=None, year="", thing=None, updated=NOW):
    thing = thing or uuid4()
    await hall.core.database.execute(
        "INSERT INTO thing VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET"
        " title = excluded.title, body = excluded.body, organisation_id = excluded.organisation_id,"
        " owner_id = excluded.owner_id, year = excluded.year, updated_at = excluded.updated_at",
        thing, kind, title, body, organisation, owner, year, updated,
    )  # fmt: skip
    return thing


async def titles(hall, text, **options):
    page = await hall.services.search.query(READER, text, **options)
    return [hit.title_html.replace("<mark>", "").replace("</mark>", "") for hit in page.hits]
