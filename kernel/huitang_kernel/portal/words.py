"""Words of the console for the kernel's own terms: phases of the start, kinds of declarations."""

from __future__ import annotations

from huitang_sdk.i18n import Translator

_ = Translator("portal")


def phase_word(phase: str) -> str:
    """A phase of the start in the reader's language; an unknown one as it is."""
    words = {
        "discover": _("finding plugins"),
        "resolve": _("checking versions and needs"),
        "configure": _("reading settings"),
        "declare": _("collecting declarations"),
        "migrate": _("updating tables"),
        "start": _("starting"),
        "routes": _("opening addresses"),
        "stop": _("stopping"),
    }
    return words.get(phase, phase)


def declared_word(kind: str) -> str:
    """A kind of declaration in the reader's language; an unknown one as it is."""
    words = {
        "permissions": _("Permissions"),
        "roles": _("Roles"),
        "menu": _("Menu entries"),
        "public_entries": _("Entries of the public start page"),
        "widgets": _("Cards of the workbench"),
        "slots": _("Parts of other pages"),
        "search_sources": _("Search sources"),
        "notification_kinds": _("Kinds of notices"),
        "message_kinds": _("Kinds of messages to people outside"),
        "jobs": _("Jobs"),
        "health_checks": _("Health checks"),
        "subscriptions": _("Events it reacts to"),
        "live_topics": _("Live topics"),
        "personal_columns": _("Columns of personal data"),
        "withheld": _("What the audit log withholds"),
        "pages": _("Pages"),
        "api": _("Interfaces"),
    }
    return words.get(kind, kind)
