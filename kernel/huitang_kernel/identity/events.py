"""What others may hear of identity."""

from __future__ import annotations

from uuid import UUID

from huitang_sdk.contracts import Event


class AccountChanged(Event, tag="identity.account.changed", frozen=True):
    """An account was made or anything about it changed, its password included."""

    account_id: UUID


class OrganisationChanged(Event, tag="identity.organisation.changed", frozen=True):
    """An organisation was made, renamed, moved or put in another order."""

    organisation_id: UUID
