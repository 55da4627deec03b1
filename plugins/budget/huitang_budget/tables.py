"""The budget tables, as the migrations make them. Amounts are fen; `content` and `compared` are JSON of the model."""

from __future__ import annotations

from piccolo.columns import UUID, Array, BigInt, Date, Integer, Text, Timestamptz

from huitang_sdk.db import PluginTable, new_id


class StoredDeclaration(PluginTable, tablename="declaration", schema="budget"):
    """One imported form with the state of its review. `version` grows with every change of the row's own state."""

    id = UUID(primary_key=True, default=new_id)
    organisation_id = UUID(default=None)
    unit = Text()
    project = Text()
    year = Integer(null=True, default=None)
    total_fen = BigInt(null=True, default=None)
    current_year_fen = BigInt(null=True, default=None)
    previous_year_fen = BigInt(null=True, default=None)
    previous_executed_fen = BigInt(null=True, default=None)
    status = Text(default="imported")
    conclusion = Text()
    opinion = Text()
    assignee_id = UUID(null=True, default=None)
    due = Date(null=True, default=None)
    file_id = UUID(default=None)
    file_name = Text()
    form = Integer(default=1)
    fingerprint = Text()
    content = Text()
    compared = Text()
    version = Integer(default=1)
    checked_on = Date()
    imported_at = Timestamptz()
    imported_by = UUID(null=True, default=None)
    reviewed_at = Timestamptz(null=True, default=None)
    reviewed_by = UUID(null=True, default=None)
    updated_at = Timestamptz()


class StoredFinding(PluginTable, tablename="finding", schema="budget"):
    """One finding of one rule, and what was decided about it."""

    id = UUID(primary_key=True, default=new_id)
    declaration_id = UUID(default=None)
    key = Text()
    position = Integer()
    rule = Text()
    criterion = Text()
    severity = Text()
    field = Text()
    quote = Text()
    message = Text()
    place = Text()
    related_ids = Array(base_column=UUID(), default=list)
    compared_units = Array(base_column=UUID(), default=list)
    state = Text(default="open")
    reason = Text()
    decided_by = UUID(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    version = Integer(default=1)


class StoredNotComputed(PluginTable, tablename="not_computed", schema="budget"):
    """A rule that could not be applied, and why."""

    id = UUID(primary_key=True, default=new_id)
    declaration_id = UUID(default=None)
    rule = Text()
    reason = Text()
