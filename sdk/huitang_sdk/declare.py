"""What a plugin declares at boot: frozen values, returned by the hooks, validated by the kernel, then fixed.

Ids carry the plugin's id: permission "noticeboard.notice.publish" (plugin, noun, verb). Titles are plain English and
are
translated with the plugin's own catalogue.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from msgspec import Struct

from huitang_sdk.personal import PersonalKind
from huitang_sdk.workflow.declaring import Workflow

if TYPE_CHECKING:
    from litestar import Request

    from huitang_sdk.contracts import Actor, Event, Ref, Run, SearchDocument
    from huitang_sdk.plugin import PluginContext

Reach = Literal["own", "unit", "below", "all"]


class Permission(Struct, frozen=True):
    """Something one may be allowed to do. Its rows are decided by the reach of the grant."""

    id: str
    title: str


class Role(Struct, frozen=True):
    """A default role: a starting point that operators can change. `id` is "<plugin>.<role>"."""

    id: str
    title: str
    permissions: tuple[str, ...]
    reach: Reach = "below"
    """The reach proposed when the role is granted."""


class MenuItem(Struct, frozen=True):
    """One entry of the left navigation, below the plugin's title; shown to those who hold `permission` (None: signed
    in).

    `icon` is a Tabler icon name; `order` sorts within the plugin; `section` "work" or "console" (the operator's).
    """

    title: str
    url: str
    permission: str | None = None
    icon: str = "circle"
    order: int = 100
    section: Literal["work", "console"] = "work"


class PublicEntry(Struct, frozen=True):
    """Something residents can do here, on the public start page and on the page of a resident who is signed in.

    `title` says what they want ("Write to us"), `text` in a sentence what happens then; `url` is an address of the
    plugin that is public, or asks for a resident. `icon` is a Tabler icon name; `order` sorts among all plugins'.
    """

    title: str
    text: str
    url: str
    icon: str = "circle"
    order: int = 100


class Widget(Struct, frozen=True):
    """A card on the workbench, loaded by itself from `url` (a fragment), failing by itself. `width` in columns of
    12.
    """

    id: str
    title: str
    url: str
    permission: str | None = None
    width: int = 6
    order: int = 100


class Slot(Struct, frozen=True):
    """Fill a named place of a page (see docs/reference for the names): `render` returns safe HTML or "" for nothing."""

    slot: str
    render: Callable[[PluginContext[Any], Request[Any, Any, Any], Mapping[str, Any]], Awaitable[str]]
    permission: str | None = None
    order: int = 100


class SearchSource(Struct, frozen=True):
    """A kind of thing that can be found.

    `permission` decides who finds it and in which scope. `document` reads one thing (None: gone, take it out), `ids`
    all
    of them for a rebuild. `events` maps an event type to the attribute that holds the id of the changed thing.
    """

    kind: str
    title: str
    permission: str
    document: Callable[[PluginContext[Any], UUID], Awaitable[SearchDocument | None]]
    ids: Callable[[PluginContext[Any]], AsyncIterator[UUID]]
    events: Mapping[type[Event], str] = {}


class NotificationKind(Struct, frozen=True):
    """A kind of notice, or of to-do (`todo`). `channels` are the ones it may use, in-app always among them.

    Its words are Jinja texts of the plugin, `templates/<plugin>/notices/<name>/<language>.subject.txt` and
    `<language>.body.txt`, where <name> is the last part of the kind's id and <language> "zh-CN" and "en", both needed
    (not for a kind that only to-dos use). Where e-mail needs other words: `<language>.email.subject.txt`, `….body.txt`.
    They know `url`, `recipient` (a name) and the `data` of `send`. `urgent` e-mail does not wait for quiet hours.
    """

    id: str
    title: str
    channels: tuple[Literal["in-app", "email"], ...] = ("in-app", "email")
    urgent: bool = False
    todo: bool = False


class MessageKind(Struct, frozen=True):
    """A kind of message to people outside, by SMS or the WeChat official account; `ctx.messages.send` sends it.

    Its words are Jinja texts of the plugin, `templates/<plugin>/messages/<name>/<language>.sms.txt` and
    `<language>.wechat.txt`, where <name> is the last part of the kind's id and <language> "zh-CN" and "en", each needed
    for each channel. They may name what `sample` names: values of the same shape as real ones; `site` there is filled
    in by the platform, with the address it is reached at ("" while none is set). Operators may replace
    them; what cannot be filled with the sample is refused. `once` says what happens when nobody knows whether a gateway
    that keeps no idempotency keys has taken a message, until an operator decides otherwise. An `urgent` one (a sign-in
    code) overtakes others; one that has not left after `minutes` (0: no limit) is no use any more and is given up.
    A `secret` one carries a code with which whoever reads it gets in: its text is never shown again to anybody, and it
    is erased once a gateway has taken it, it was delivered, given up or skipped, so it cannot be sent again after that.
    """

    id: str
    title: str
    sample: Mapping[str, str]
    channels: tuple[Literal["sms", "wechat"], ...] = ("sms", "wechat")
    once: Literal["at-least-once", "at-most-once"] = "at-least-once"
    urgent: bool = False
    minutes: int = 0
    secret: bool = False


class Job(Struct, frozen=True):
    """Work done by itself at set times, once per due time in the whole cluster.

    `cron` is a crontab line on the wall clock of Asia/Shanghai, or "" for a job that only dated tasks and "run now"
    start.
    `grace` is how many seconds late a missed run may still start. `run` must be idempotent for the same `Run.due`.
    """

    id: str
    title: str
    run: Callable[[PluginContext[Any], Run], Awaitable[str | None]]
    cron: str = ""
    grace: int = 3600


class HealthStatus(Struct, frozen=True):
    """`message` and `remedy` are translated sentences: what is the matter, and what to do."""

    ok: bool
    message: str = ""
    remedy: str = ""


class HealthCheck(Struct, frozen=True):
    """A question the console and `huitang doctor` ask. `critical` ones decide whether the node is ready for traffic."""

    id: str
    title: str
    check: Callable[[PluginContext[Any]], Awaitable[HealthStatus]]
    critical: bool = False


class Subscription(Struct, frozen=True):
    """React to an event after its commit, at least once. `consumer` names the reaction ("budget.remind"), for the
    ledger.

    `handle(ctx, event, delivery)` is called for each event. With `many` it is `handle(ctx, lot)`, where `lot` is a list
    of (event, delivery) that wait, in their order: for events that come by the hundred, so that they share a
    transaction. When it raises, nothing of the lot may be left behind; each is then delivered as a lot of its own.
    """

    event: type[Event]
    consumer: str
    handle: Callable[..., Awaitable[None]]
    many: bool = False


class LiveTopic(Struct, frozen=True):
    """Something that is told live, at `/live/events` and `/live/socket` and to other plugins' code.

    `permission` decides who may hear it (None: whoever is signed in), `may` then for each key, the row scope: it is
    given
    the actor and the key, and may read the database. It is asked at the start, and again when roles, sessions or
    switches
    change and every few seconds; as soon as the answer is no, the actor hears nothing more.
    """

    id: str
    title: str
    permission: str | None = None
    may: Callable[[PluginContext[Any], Actor, str], Awaitable[bool]] | None = None


class DocumentTemplate(Struct, frozen=True):
    """A template of a document, which operators may replace by their own.

    `file` is the plugin's own one, a path in its package: "documents/opinion.docx" (docxtpl) makes Word,
    "documents/opinion.typ" (Typst) makes PDF. `sample` has values of the same shape as real ones, every list with at
    least one entry: previews show them, what a template may name is told from them, and an upload that cannot be filled
    with them is refused. `permission` lets its holders replace it, beside the platform's operators. `files` are more
    files of the package that a Typst template reads or imports, by their names without the folder.
    """

    id: str
    title: str
    file: str
    sample: Mapping[str, Any]
    permission: str | None = None
    files: tuple[str, ...] = ()


class PersonalColumn(Struct, frozen=True):
    """A column of the plugin's tables that holds personal data, sealed with `ctx.personal`.

    `column` and `index` are of type bytea; `index` is the column of the blind index, None where nobody searches. `key`
    is the primary key, of type uuid, to which a sealed value is bound: give a row its id before sealing. The platform
    reads and writes the three when its keys change, so they may not have triggers that tell others.
    """

    table: str
    column: str
    kind: PersonalKind
    index: str | None = None
    key: str = "id"

    @property
    def name(self) -> str:
        """The column as `ctx.personal` is told it: "petitioner.phone"."""
        return f"{self.table}.{self.column}"


class Withheld(Struct, frozen=True):
    """Things whose audit records, sent messages and processes are kept from some of those who may read the console.

    `refs` answers from which things of the `kinds` ("<plugin>.<noun>") an actor is kept away, whatever they are allowed
    to do; no others are heeded. It is asked for every such page, also while the plugin is switched off. When it cannot
    answer, everything of the kinds is withheld.
    """

    kinds: tuple[str, ...]
    refs: Callable[[PluginContext[Any], Actor], Awaitable[Iterable[Ref]]]


class Declarations(Struct, frozen=True):
    """Everything one plugin declared: what the registry keeps."""

    permissions: Sequence[Permission] = ()
    roles: Sequence[Role] = ()
    menu: Sequence[MenuItem] = ()
    public_entries: Sequence[PublicEntry] = ()
    widgets: Sequence[Widget] = ()
    slots: Sequence[Slot] = ()
    search_sources: Sequence[SearchSource] = ()
    notification_kinds: Sequence[NotificationKind] = ()
    message_kinds: Sequence[MessageKind] = ()
    jobs: Sequence[Job] = ()
    health_checks: Sequence[HealthCheck] = ()
    subscriptions: Sequence[Subscription] = ()
    document_templates: Sequence[DocumentTemplate] = ()
    live_topics: Sequence[LiveTopic] = ()
    personal_columns: Sequence[PersonalColumn] = ()
    withheld: Sequence[Withheld] = ()
    workflows: Sequence[Workflow] = ()
    pages: Sequence[Any] = ()
    api: Sequence[Any] = ()
