"""What the desks do with votes: the index of this folder's acts."""

from __future__ import annotations

from huitang_conference.services.voting.announcing import announce
from huitang_conference.services.voting.closing import close_poll
from huitang_conference.services.voting.electing import prepare_next_round
from huitang_conference.services.voting.hands import Hands, record_hands, record_remote_hands
from huitang_conference.services.voting.opening import open_poll
from huitang_conference.services.voting.polls import NewPoll, change_poll, prepare_each, prepare_poll, withdraw_poll
from huitang_conference.services.voting.repeating import fall_back_to_hands, mark_fault, repeat_poll, void_poll

__all__ = [
    "Hands",
    "NewPoll",
    "announce",
    "change_poll",
    "close_poll",
    "fall_back_to_hands",
    "mark_fault",
    "open_poll",
    "prepare_each",
    "prepare_next_round",
    "prepare_poll",
    "record_hands",
    "record_remote_hands",
    "repeat_poll",
    "void_poll",
    "withdraw_poll",
]
