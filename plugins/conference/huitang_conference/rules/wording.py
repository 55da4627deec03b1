"""What the engine says, in both languages at once: the same for a screen, a sheet and the command line."""

from huitang_sdk.cases import Wording

WORDING = Wording(
    "huitang_conference.rules",
    patterns=[
        (r"Expected `str` matching regex", "input.no_fraction"),
        (r"the fraction must be at most 1", "input.share_too_large"),
    ],
)
say = WORDING.say
refuse = WORDING.refuse
unknown = WORDING.unknown
