"""Webhooks: what the SMS gateway and WeChat tell us. Whoever calls is known by the signature alone."""

import logging
import time
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from litestar import MediaType, Request, Response, get, post
from msgspec import Struct

from huitang_kernel.messages import signing
from huitang_kernel.messages.gateways import wechat_heard, wechat_push
from huitang_kernel.messages.gateways.outcome import Hearing, safe_code
from huitang_kernel.messages.service import MessagesService
from huitang_sdk.contracts.messages import MessageChannel
from huitang_sdk.errors import HuitangError, Invalid, NotFound
from huitang_sdk.http import public
from huitang_sdk.i18n import Translator
from huitang_sdk.messages import phone_to_dial

_ = Translator("messages")
AnyRequest = Request[Any, Any, Any]
MAX_BODY = 1024 * 1024
log = logging.getLogger("huitang.messages")


class NotBelieved(HuitangError):
    """The signature of a webhook is not right: it is no matter of permissions, so it is neither 401 nor 403."""

    status = 400
    code = "bad-signature"


class SmsReceipt(Struct, frozen=True, tag="receipt"):
    """What became of a message: `id` is the gateway's, `reference` the one it was sent with; one may be empty."""

    id: str
    reference: str
    status: Literal["delivered", "undelivered"]
    at: datetime
    code: str = ""


class SmsMessage(Struct, frozen=True, tag="message"):
    """What somebody wrote. `id` is the same when it is told again. `from` is a word of Python, so it has another name
    here.
    """

    id: str
    sender: str = msgspec.field(name="from")
    text: str = ""
    at: datetime = datetime(1970, 1, 1, tzinfo=UTC)


class SmsEvents(Struct, frozen=True):
    """The body of the webhook: one or more events."""

    events: list[SmsReceipt | SmsMessage]


def service_of(request: AnyRequest) -> MessagesService:
    service: MessagesService = request.app.state.hall.services.messages
    return service


@post("/sms/events", guards=[public], status_code=204, request_max_body_size=MAX_BODY)
async def sms_events(request: AnyRequest) -> None:
    """Receipts and messages of the SMS gateway; 204 when all of them are kept, so that it tells nothing twice."""
    service = service_of(request)
    secret, body = service.settings.sms.webhook_secret.reveal(), await request.body()
    try:
        signing.check(secret, request.headers, body, now=time.time())
    except signing.NotSigned as error:
        log.warning("an SMS webhook was refused: signature %s", error)
        raise NotBelieved(_("The signature of this webhook is not right.")) from None
    try:
        told = msgspec.json.decode(body, type=SmsEvents)
    except msgspec.DecodeError:
        raise Invalid(_("The body of this webhook cannot be read.")) from None
    if any(isinstance(event, SmsReceipt) and not (event.id or event.reference) for event in told.events):
        raise Invalid(_("A receipt in this webhook names no message: neither id nor reference."))
    for event in told.events:
        if isinstance(event, SmsReceipt):
            code = safe_code(event.code, "") if event.code else ""
            hearing = Hearing(event.id[:200], event.reference[:200], event.status, code, _aware(event.at))
            await service.receipts.hear("sms", [hearing])
        else:
            sender = phone_to_dial(event.sender) or event.sender[:40]
            await service.incoming.take("sms", event.id[:200], sender, event.text, _aware(event.at))


@get("/wechat/events", guards=[public], media_type=MediaType.TEXT)
async def wechat_hello(request: AnyRequest) -> str:
    """WeChat asks once whether we know the token, when the address is set up."""
    query = request.query_params
    _check_wechat(request, query.get("signature", ""))
    return str(query.get("echostr", ""))


@post("/wechat/events", guards=[public], status_code=200, request_max_body_size=MAX_BODY)
async def wechat_events(request: AnyRequest) -> Response[str]:
    """Messages and receipts of the official account, in safe mode only."""
    service = service_of(request)
    settings = service.settings.wechat
    try:
        outer = wechat_push.read((await request.body()).decode())
        sealed = outer.get("Encrypt", "")
        _check_wechat(request, request.query_params.get("msg_signature", ""), sealed)
        inner = wechat_push.unseal(settings.aes_key.reveal(), settings.app_id, sealed)
        told = wechat_push.read(inner)
    except (wechat_push.NotFromWechat, UnicodeDecodeError) as error:
        log.warning("a push of WeChat was refused: %s", type(error).__name__)
        raise NotBelieved(_("The signature of this webhook is not right.")) from None
    await _take_wechat(service, told)
    return Response("success", media_type=MediaType.TEXT)


def _check_wechat(request: AnyRequest, signature: str, *parts: str) -> None:
    """Raises NotFound where no account is set up, NotBelieved for a signature that is not right."""
    settings, query = service_of(request).settings.wechat, request.query_params
    if not settings.app_id:
        raise NotFound
    facts = (query.get("timestamp", ""), query.get("nonce", ""), *parts)
    try:
        wechat_push.check(signature, settings.token.reveal(), *facts, now=time.time())
    except wechat_push.NotFromWechat as error:
        log.warning("a push of WeChat was refused: %s", error)
        raise NotBelieved(_("The signature of this webhook is not right.")) from None


async def _take_wechat(service: MessagesService, told: dict[str, str]) -> None:
    """What people send is kept, new followers and receipts of template messages, too; other events are passed over."""
    at = datetime.fromtimestamp(int(told["CreateTime"]) if told.get("CreateTime", "").isdigit() else time.time(), UTC)
    channel: MessageChannel = "wechat"
    if one := wechat_heard.heard(told):
        await service.incoming.take(channel, one.id, one.sender, one.text, at, one.form)
    elif told.get("MsgType") == "event" and told.get("Event") == "TEMPLATESENDJOBFINISH" and told.get("MsgID"):
        arrived = told.get("Status") == "success"
        code = "" if arrived else safe_code("-".join(told.get("Status", "").replace(":", " ").split()), "failed")
        status = "delivered" if arrived else "undelivered"
        await service.receipts.hear(channel, [Hearing(told["MsgID"][:200], "", status, code, at)])


def _aware(moment: datetime) -> datetime:
    """A time without a zone is taken for UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


API = (sms_events, wechat_hello, wechat_events)
