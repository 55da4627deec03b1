"""What the budget plugin tells others, in the past tense."""

from __future__ import annotations

from uuid import UUID

from huitang_sdk.contracts import Event


class DeclarationImported(Event, tag="budget.declaration.imported", frozen=True, kw_only=True):
    declaration_id: UUID


class DeclarationChecked(Event, tag="budget.declaration.checked", frozen=True, kw_only=True):
    """The rules were run again."""

    declaration_id: UUID


class DeclarationAssigned(Event, tag="budget.declaration.assigned", frozen=True, kw_only=True):
    declaration_id: UUID
    assignee_id: UUID


class FindingDecided(Event, tag="budget.finding.decided", frozen=True, kw_only=True):
    """`state` is "accepted", "dismissed" or "open" (a decision was taken back)."""

    declaration_id: UUID
    finding_id: UUID
    state: str


class OpinionWritten(Event, tag="budget.opinion.written", frozen=True, kw_only=True):
    declaration_id: UUID


class ReviewFinished(Event, tag="budget.review.finished", frozen=True, kw_only=True):
    """`conclusion` is "pass", "revise" or "reject"."""

    declaration_id: UUID
    conclusion: str


class ReviewReopened(Event, tag="budget.review.reopened", frozen=True, kw_only=True):
    declaration_id: UUID
