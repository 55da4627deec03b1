"""Kinds of messages: their words for each channel and language, with preview and versions, and their rules."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from huitang_kernel.messages import rules
from huitang_kernel.messages.pages.common import (
    WORDS,
    AnyRequest,
    channel_names,
    language_names,
    once_names,
    service_of,
)
from huitang_kernel.messages.rules import ONCE, Rule
from huitang_kernel.messages.service import MessagesService
from huitang_kernel.messages.wording import Place, Version, own_words, preview
from huitang_kernel.plugins.registry import PluginRecord
from huitang_kernel.web.templates import title_of
from huitang_sdk.contracts import Actor
from huitang_sdk.declare import MessageKind
from huitang_sdk.errors import Invalid, NotFound
from huitang_sdk.http import Page, go_to, requires
from huitang_sdk.i18n import LOCALES, Translator, translate

_ = Translator("messages")
SINGLE, PART = 70, 67
"""Characters of an SMS that is not divided, and of each part of one that is (Chinese, UCS-2)."""


class Chosen(Struct, frozen=True):
    """Which words a page is about, and everything it needs to know of them."""

    record: PluginRecord
    kind: MessageKind
    place: Place
    rule: Rule


def parts_of(text: str, signature: str) -> tuple[int, int]:
    """How many characters a text has as an SMS, with its signature, and in how many parts it goes.

    >>> parts_of("字" * 66, "云江人大"), parts_of("字" * 60, "云江人大")
    ((72, 2), (66, 1))
    """
    size = len(text) + (len(signature) + 2 if signature else 0)
    return size, 1 if size <= SINGLE else -(-size // PART)


@get("/kinds", guards=[requires(WORDS)])
async def list_kinds(request: AnyRequest) -> Page:
    """All kinds of all plugins, and which of their words were replaced."""
    service = service_of(request)
    used, decided = await service.wording.current(), await rules.all_rules(service.core.database)

    def row(record: PluginRecord, kind: MessageKind) -> dict[str, Any]:
        return {
            "kind": kind,
            "title": translate(record.id, kind.title),
            "plugin": title_of(record),
            "rule": decided.get(kind.id, Rule(kind.id)),
            "replaced": [place for place in used if place[0] == kind.id],
        }

    rows = [row(*found) for found in service.declared()]
    context = {"rows": rows, "channels": channel_names(), "languages": language_names(), "once": once_names()}
    return Page("messages/kinds.html", context)


async def _kind_page(request: AnyRequest, identifier: str, error: str = "") -> Page:
    service = service_of(request)
    record, kind = service.find(identifier)
    used = await service.wording.current()
    context = {
        "kind": kind,
        "title": translate(record.id, kind.title),
        "plugin": title_of(record),
        "rule": await rules.rule_of(service.core.database, identifier),
        "places": [(c, locale, used.get((identifier, c, locale))) for c in kind.channels for locale in LOCALES],
        "channels": channel_names(),
        "languages": language_names(),
        "once": once_names(),
        "error": error,
    }
    return Page("messages/kind.html", context, status_code=422 if error else 200)


@get("/kinds/{kind:str}", guards=[requires(WORDS)])
async def show_kind(request: AnyRequest, kind: FromPath[str]) -> Page:
    return await _kind_page(request, kind)


@post("/kinds/{kind:str}/rule", guards=[requires(WORDS)], status_code=303)
async def change_rule(request: AnyRequest, kind: FromPath[str], actor: NamedDependency[Actor]) -> Response[Any]:
    """Once or never lost, which channels, which template of WeChat."""
    service = service_of(request)
    _record, declared = service.find(kind)
    form = await request.form()
    once, template = str(form.get("once", "")), str(form.get("wechat_template", "")).strip()
    open_channels = {str(value) for value in form.getall("channel", [])}
    closed = tuple(channel for channel in declared.channels if channel not in open_channels)
    rule = Rule(kind, once if once in ONCE else None, closed, template[:200])
    try:
        await _check_fields(service, declared, rule)
    except Invalid as error:
        return await _kind_page(request, kind, error.message)
    await rules.keep(service.core.database, actor, rule)
    return go_to(request, f"/messages/kinds/{kind}")


async def _check_fields(service: MessagesService, kind: MessageKind, rule: Rule) -> None:
    """A template of WeChat needs words that are its fields: write them first, then name it."""
    if not rule.wechat_template or "wechat" not in kind.channels:
        return
    record, _kind = service.find(kind.id)
    used = await service.wording.current()
    for locale in LOCALES:
        version = used.get((kind.id, "wechat", locale))
        preview(kind, "wechat", version.words if version else own_words(record, kind, locale, "wechat"), rule)


async def _choose(request: AnyRequest, kind: str, channel: str, locale: str) -> Chosen:
    service = service_of(request)
    record, declared = service.find(kind)
    if channel not in declared.channels or locale not in LOCALES:
        raise NotFound(_("This kind has no words for that channel or language."))
    return Chosen(record, declared, Place(kind, channel, locale), await rules.rule_of(service.core.database, kind))


async def _words_page(
    request: AnyRequest, chosen: Chosen, *, words: str | None = None, error: str = "", tried: str = ""
) -> Page:
    """`words` are what somebody is writing; None: those in use."""
    service = service_of(request)
    place, versions = chosen.place, await service.wording.versions(chosen.place)
    own = own_words(chosen.record, chosen.kind, place.locale, place.channel)
    current: Version | None = next((version for version in versions if version.is_current), None)
    used = current.words if current else own
    shown = tried or _sample(chosen, used)
    signature = service.settings.sms.signature if place.channel == "sms" else ""
    size, parts = parts_of(shown, signature)
    context = {
        "kind": chosen.kind,
        "title": translate(chosen.record.id, chosen.kind.title),
        "plugin": title_of(chosen.record),
        "place": place,
        "own": own,
        "current": current,
        "versions": versions,
        "words": used if words is None else words,
        "shown": shown,
        "is_tried": bool(tried),
        "signature": signature,
        "size": size,
        "parts": parts,
        "rule": chosen.rule,
        "channels": channel_names(),
        "languages": language_names(),
        "error": error,
    }
    return Page("messages/words.html", context, status_code=422 if error else 200)


def _sample(chosen: Chosen, words: str) -> str:
    """What those in use give with the sample; "" where they give nothing any more."""
    try:
        return preview(chosen.kind, chosen.place.channel, words, chosen.rule)
    except Invalid:
        return ""


WORDS_AT = "/kinds/{kind:str}/{channel:str}/{locale:str}"


@get(WORDS_AT, guards=[requires(WORDS)])
async def show_words(request: AnyRequest, kind: FromPath[str], channel: FromPath[str], locale: FromPath[str]) -> Page:
    return await _words_page(request, await _choose(request, kind, channel, locale))


@post(WORDS_AT, guards=[requires(WORDS)], status_code=200)
async def write_words(
    request: AnyRequest,
    kind: FromPath[str],
    channel: FromPath[str],
    locale: FromPath[str],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Take words over, or only show what somebody would get (act=try). What cannot be filled changes nothing."""
    chosen = await _choose(request, kind, channel, locale)
    form = await request.form()
    words = str(form.get("words", "")).replace("\r\n", "\n").strip()
    try:
        tried = preview(chosen.kind, channel, words, chosen.rule)
    except Invalid as error:
        return await _words_page(request, chosen, words=words, error=error.message)
    if form.get("act") == "try":
        return await _words_page(request, chosen, words=words, tried=tried)
    await service_of(request).wording.replace(actor, chosen.place, words)
    return go_to(request, f"/messages/kinds/{kind}/{channel}/{locale}")


@post(f"{WORDS_AT}/use/{{version:int}}", guards=[requires(WORDS)], status_code=200)
async def use_words(
    request: AnyRequest,
    kind: FromPath[str],
    channel: FromPath[str],
    locale: FromPath[str],
    version: FromPath[int],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Go back to an earlier version, 0 for the plugin's own, if it can still be filled."""
    chosen = await _choose(request, kind, channel, locale)
    wording = service_of(request).wording
    own = own_words(chosen.record, chosen.kind, locale, channel)
    words = (await wording.version(chosen.place, version)).words if version else own
    try:
        preview(chosen.kind, channel, words, chosen.rule)
    except Invalid as error:
        return await _words_page(request, chosen, error=error.message)
    await wording.use(actor, chosen.place, version)
    return go_to(request, f"/messages/kinds/{kind}/{channel}/{locale}")


KIND_PAGES = (list_kinds, show_kind, change_rule, show_words, write_words, use_words)
