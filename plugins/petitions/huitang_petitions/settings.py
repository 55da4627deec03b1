"""What an operator can set about letters and visits."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct


class Rung(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rung of the ladder of supervision: what is done, and when.

    `step` is "yellow", "red" (whoever handles it is reminded), "urge" (催办: they are asked why), "supervise" (督办:
    their heads are told, too), "escalate" (the office's heads decide) or "inspect" (a supervisor goes and looks).
    `late` is how many calendar days after the last day of the limit; the marks "yellow" and "red" come when the profile
    says so.
    """

    step: Literal["yellow", "red", "urge", "supervise", "escalate", "inspect"]
    late: Annotated[int, Meta(ge=1, le=3660)] | None = None


class PetitionsSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The section [petitions] of the settings."""

    profile: Annotated[str, Meta(min_length=1)] = "regulations-2022"
    """The profile of statutory limits; see `huitang petitions clock --profiles`."""
    ladder: tuple[Rung, ...] = (
        Rung(step="yellow"),
        Rung(step="red"),
        Rung(step="urge", late=1),
        Rung(step="supervise", late=6),
        Rung(step="escalate", late=11),
        Rung(step="inspect", late=21),
    )
    """What is done by itself about a limit that is nearly or already over. No law sets these days: they are the
    office's own to set."""
    draft_days: Annotated[int, Meta(ge=1, le=365)] = 30
    """How many days an unsent draft of a resident is kept."""
    office: str = ""
    """The organisation whose register receives what residents send; "" is the root of the tree."""
    representatives: Annotated[int, Meta(ge=1, le=50)] = 5
    """How many representatives may come for a joint visit (条例 art. 20)."""
    letters_per_hour: Annotated[int, Meta(ge=1)] = 30
    """How many letters one network address may send in an hour."""
    look_ups_per_minute: Annotated[int, Meta(ge=1)] = 20
    """How many look-up codes one network address may try in a minute."""
    tries_per_second: Annotated[int, Meta(ge=1)] = 3000
    """How many letters, and how many look-ups, everybody together may send in a second."""
