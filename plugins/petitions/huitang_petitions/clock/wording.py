"""What the engine says, in both languages at once: the wording is data (`messages.toml`)."""

from huitang_sdk.cases import Wording

WORDING = Wording("huitang_petitions.clock")
say = WORDING.say
refuse = WORDING.refuse
unknown = WORDING.unknown
