"""Errors that services raise and the portal turns into a page, a fragment or an RFC 9457 problem.

Every message answers three questions for its reader: what happened, why, what now. Messages are already translated
when they are raised (see `huitang_sdk.i18n.gettext`).
"""

from __future__ import annotations

from collections.abc import Mapping


class HuitangError(Exception):
    """Base of all errors a plugin or service raises on purpose.

    `status` is the HTTP status, `code` a stable identifier ("not-found") used as the problem type.
    """

    status = 500
    code = "internal"

    def __init__(self, message: str = "", *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})


class NotFound(HuitangError):
    """The thing does not exist, or is not within the reader's scope: the two must look the same."""

    status = 404
    code = "not-found"


class Forbidden(HuitangError):
    """The actor is known but may not do this. `permission` names what is missing."""

    status = 403
    code = "forbidden"

    def __init__(self, message: str = "", *, permission: str = "") -> None:
        super().__init__(message)
        self.permission = permission


class NotSignedIn(HuitangError):
    """Nobody is signed in; pages redirect to sign-in, the API answers 401."""

    status = 401
    code = "not-signed-in"


class ResidentNotSignedIn(NotSignedIn):
    """The same on pages of residents: they sign in elsewhere, with a code sent to their phone."""

    code = "resident-not-signed-in"


class Invalid(HuitangError):
    """The input is wrong. `fields` maps field names to messages."""

    status = 422
    code = "invalid"


class Conflict(HuitangError):
    """The state has changed since the reader looked: a version or a status does not fit."""

    status = 409
    code = "conflict"


class TooLarge(HuitangError):
    """The upload or request is larger than the limit that the message names."""

    status = 413
    code = "too-large"


class TooManyRequests(HuitangError):
    """Try again after `retry_after` seconds."""

    status = 429
    code = "too-many-requests"

    def __init__(self, message: str = "", *, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(HuitangError):
    """A part the request needs is down or disabled; trying later may help."""

    status = 503
    code = "unavailable"


class SealBroken(HuitangError):
    """A sealed value cannot be opened: it was altered, belongs to another row or column, or its key is not here."""

    code = "seal-broken"


class DeclarationError(HuitangError):
    """A plugin declared something the kernel refuses: the plugin fails, the platform goes on."""

    code = "declaration"


class UnauditedWrite(HuitangError):
    """A transaction changed nothing on the record: `Write.audit` was not called, so it was rolled back."""

    code = "unaudited-write"
