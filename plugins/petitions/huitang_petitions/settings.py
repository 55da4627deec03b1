"""What an operator can set about letters and visits."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class PetitionsSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The section [petitions] of the settings."""

    profile: Annotated[str, Meta(min_length=1)] = "regulations-2022"
    """The profile of statutory limits; see `huitang petitions clock --profiles`."""
    draft_days: Annotated[int, Meta(ge=1, le=365)] = 30
    """How many days an unsent draft of a resident is kept."""
