"""What residents can do here, on the public start page."""

from __future__ import annotations

from huitang_sdk.declare import PublicEntry

ENTRIES = (
    PublicEntry(
        "Write a letter",
        "With your name, or without. You get a number and a code.",
        "/petitions/write",
        icon="pencil-plus",
        order=10,
    ),
    PublicEntry(
        "Look up a letter",
        "See what happened, answer, add papers, or withdraw.",
        "/petitions/look-up",
        icon="key",
        order=20,
    ),
    PublicEntry(
        "Report wrongdoing in confidence",
        "Nothing is asked of you and nothing that leads to you is kept.",
        "/petitions/report",
        icon="shield-lock",
        order=30,
    ),
    PublicEntry(
        "What became of letters",
        "Who handled them, how, and with what result.",
        "/petitions/public/published",
        icon="news",
        order=40,
    ),
)
