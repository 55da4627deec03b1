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


class Grade(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One grade of the scale of ratings: `satisfied` counts as satisfied, `bad` leads to a follow-up visit."""

    id: Annotated[str, Meta(pattern="^[a-z_]{1,30}$")]
    title: Annotated[str, Meta(min_length=1, max_length=40)]
    satisfied: bool = False
    bad: bool = False


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
    strip_photos: bool = True
    """Take place, time and device out of the photos petitioners send; the picture and how it lies stay. For reports in
    confidence this is always done."""
    letters_per_hour: Annotated[int, Meta(ge=1)] = 30
    """How many letters one network address may send in an hour."""
    look_ups_per_minute: Annotated[int, Meta(ge=1)] = 20
    """How many look-up codes one network address, or one sender of messages, may try in a minute."""
    tries_per_second: Annotated[int, Meta(ge=1)] = 3000
    """How many letters, and how many look-ups, everybody together may send in a second."""
    rating_scale: Annotated[tuple[Grade, ...], Meta(min_length=2)] = (
        Grade(id="satisfied", title="Satisfied", satisfied=True),
        Grade(id="fairly_satisfied", title="Fairly satisfied", satisfied=True),
        Grade(id="dissatisfied", title="Dissatisfied", bad=True),
    )
    """The grades petitioners choose from. Not verified against the text in force: the office's own to set."""
    rating_days: Annotated[int, Meta(ge=1, le=3660)] = 90
    """How many days after the answer a matter can be rated. Not verified: the office's own to set."""
    rating_change_days: Annotated[int, Meta(ge=0, le=3660)] = 15
    """How many days after it was given a rating can be changed. Not verified: the office's own to set."""
    visit_percent: Annotated[int, Meta(ge=0, le=100)] = 10
    """What share of the matters that were answered is drawn for a follow-up visit, beside those of the rules."""
    visit_rules: tuple[Literal["urgent", "late", "bad", "joint"], ...] = ("urgent", "late", "bad", "joint")
    """Which matters are always visited: urgent ones, those with a limit that was missed, badly rated and joint ones."""
    visit_joint_above: Annotated[int, Meta(ge=1)] = 5
    """With more people than this a joint matter is always visited."""
    visit_days: Annotated[int, Meta(ge=1, le=366)] = 15
    """Within how many days a follow-up visit is due."""
    visit_tries: Annotated[int, Meta(ge=1, le=20)] = 3
    """After how many attempts to reach somebody a visit ends without one."""
    publish_alone: bool = False
    """Whether one person may both write what is published of a matter and publish it: for offices too small for two."""
    target_matters: Annotated[int, Meta(ge=1)] = 1000
    """How many matters the commissioning body wants collected in the register."""
    target_ratings: Annotated[int, Meta(ge=1)] = 1000
    """How many ratings the commissioning body wants collected."""
    target_satisfied: Annotated[int, Meta(ge=1, le=100)] = 90
    """The share of satisfied grades, in per cent, that the commissioning body wants."""
    target_errors: Annotated[int, Meta(ge=0, le=100)] = 3
    """The share of collected ratings, in per cent, that may be wrong. The commissioning body names no figure: the
    office's own to set."""
