"""What reading the rules and letters says, in both languages at once: the wording is data (`messages.toml`)."""

from huitang_sdk.cases import Wording

WORDING = Wording("huitang_petitions.judging")
say = WORDING.say
refuse = WORDING.refuse
