"""What all pages of messages need."""

from typing import Any

from litestar import Request

from huitang_kernel.messages.service import MessagesService
from huitang_sdk.i18n import Translator, translate

_ = Translator("messages")
AnyRequest = Request[Any, Any, Any]
READ = "messages.message.read"
MANAGE = "messages.message.manage"
WORDS = "messages.words.manage"


def service_of(request: AnyRequest) -> MessagesService:
    """The service of this process."""
    service: MessagesService = request.app.state.hall.services.messages
    return service


def kind_titles(service: MessagesService) -> dict[str, str]:
    """Every kind's title in the reader's language, by id."""
    return {kind.id: translate(record.id, kind.title) for record, kind in service.declared()}


def channel_names() -> dict[str, str]:
    """The channels in the reader's language."""
    return {"sms": _("SMS"), "wechat": _("WeChat")}


def language_names() -> dict[str, str]:
    """Each language by its own name."""
    return {"zh-CN": "中文", "en": "English"}


def state_names() -> dict[str, str]:
    """The states in the reader's language."""
    return {
        "queued": _("Waiting"),
        "sending": _("Being sent"),
        "failed": _("Will be tried again"),
        "accepted": _("Taken by the gateway"),
        "delivered": _("Arrived"),
        "dead": _("Given up"),
        "skipped": _("Not sent"),
    }


def reason_names() -> dict[str, str]:
    """Why a message is failed, dead or skipped, in the reader's language."""
    return {
        "no-gateway": _("This channel is not set up."),
        "bad-number": _("This cannot be a phone number."),
        "closed": _("An operator closed this channel for this kind."),
        "put-off": _("The gateway did not take it for now."),
        "unsure": _("The answer was lost; the gateway may have it."),
        "unknown": _("Nobody knows whether the gateway took it, and trying again might send it twice."),
        "refused": _("The gateway refuses it."),
        "given-up": _("The gateway did not take it, however often it was tried."),
        "too-late": _("It was no use any more."),
        "undelivered": _("It did not reach the recipient."),
        "unreadable": _("The sealed text cannot be opened: a key is missing."),
        "forgotten": _("Its text was erased."),
    }


def once_names() -> dict[str, str]:
    """The two promises that a channel without idempotency keys leaves."""
    return {
        "at-least-once": _("At least once: try again; after a lost answer it may come twice"),
        "at-most-once": _("At most once: give up; after a lost answer it may not come at all"),
    }
