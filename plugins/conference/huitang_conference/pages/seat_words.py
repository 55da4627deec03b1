"""The words that the seat terminal's script says, in the reader's language. "#" and "%" are filled by the script."""

from __future__ import annotations

from typing import Any

from huitang_sdk.i18n import Translator

_ = Translator("conference")


def seat_words() -> dict[str, Any]:
    """All of them: what the script does not find here it cannot say."""
    return {
        "title": _("Seat terminal"),
        "connecting": _("Connecting…"),
        "connected": _("Connected"),
        "not_connected": _("Not connected"),
        "lost_since": _("Not connected since #. Nothing you press is recorded until the connection is back."),
        "revoked": _("This terminal may no longer be used here. Please call the staff."),
        "outdated": _("This page is out of date. Load it again."),
        "no_meeting": _("There is no meeting at this seat now."),
        "free_seat": _("This seat is free."),
        "presence": {
            "expected": _("Not checked in"),
            "present": _("Checked in"),
            "away": _("Out for a while"),
            "left": _("Has left"),
            "excused": _("On leave"),
        },
        "sending": _("Sending…"),
        "not_sent": _("It did not reach the server: nothing was done. Try again when the connection is back."),
        "checked_in": _("You are checked in."),
        "returned": _("Welcome back."),
        "left": _("You are noted as out for a while."),
        **_speaking(),
        **_voting(),
        **_results(),
        "called": _("The staff have been told."),
        "call_sent": _("called at #"),
        "call_failed": _("not called: no connection"),
        "page": _("Pushed page"),
        "loading": _("Loading…"),
        "no_papers": _("The papers cannot be read just now. Try again."),
        "document_gone": _("This document was withdrawn, or it is not for this seat."),
        "record_confirmed": _("You have confirmed the record."),
    }


def _speaking() -> dict[str, str]:
    return {
        "ask": _("Ask to speak"),
        "withdraw": _("Take back the request"),
        "asked": _("You are on the list of speakers."),
        "withdrawn": _("You are off the list of speakers."),
        "queue": _("You are number # on the list of speakers"),
        "speaking": _("You have the floor"),
        "last_minute": _("You have the floor; your time is almost over"),
        "over_time": _("Your time is over"),
    }


def _voting() -> dict[str, str]:
    return {
        "open": _("Open vote"),
        "secret": _("Secret vote"),
        "attempt": _("attempt #"),
        "not_pressed": _("You have not pressed yet"),
        "sent": _("Sent, not recorded yet…"),
        "recorded": _("Recorded"),
        "not_recorded": _("Not recorded"),
        "recorded_with": _("Recorded ✓ Receipt #"),
        "may_change": _("You may press again until the vote closes; the last press counts."),
        "lost": _("NOT recorded: no connection. It is sent again by itself when the connection is back."),
        "late": _("NOT recorded: the vote closed before your press arrived. Please tell the staff."),
        "press_recorded": _("Recorded #"),
        "press_not_recorded": _("Press not recorded"),
        "hands": _("This vote is by show of hands."),
        "remote": _("You attend remotely: please vote by show of hands."),
        "not_entitled": _("Only members vote."),
        "check_in_first": _("Check in first: who is not checked in cannot vote."),
        "fault": _("This seat's device is marked as faulty. Press all the same, and tell the staff."),
        "marked": _("For: # of %"),
        "over": _("More than there are seats: such a ballot is void."),
        "over_sure": _("Too many marks: this ballot would be void. Mend it, or press again to cast it all the same."),
        "cast": _("Cast the ballot"),
        "cast_again": _("Cast a new ballot instead"),
        "cast_void": _("Cast a void ballot"),
    }


def _results() -> dict[str, Any]:
    return {
        "closed": _("The vote is closed. The result is about to be announced."),
        "announced": _("Result"),
        "verdicts": {
            "通过": _("Passed"),
            "未通过": _("Not passed"),
            "部分通过": _("Passed in part"),
            "无效": _("Void"),
            "complete": _("Elected"),
            "runoff": _("Tie: vote again"),
            "shortfall": _("Not all seats are filled"),
            "void": _("Void"),
        },
        "figures": {
            "for": _("For"),
            "against": _("Against"),
            "abstain": _("Abstain"),
            "not_pressed": _("Not pressed"),
            "not_raised": _("No hand raised"),
            "fault": _("Device fault"),
        },
        "my_receipt": _("Your receipt: #"),
    }
