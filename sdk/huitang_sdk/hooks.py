"""Every hook a plugin may implement, on one page.

All of them are optional, synchronous and pure: called once at boot, they return frozen values of `huitang_sdk.declare`
and touch neither database nor network. A hook that raises makes its own plugin fail, names it in the console, and hurts
nothing else. Order between plugins: `Manifest.needs` and `after`, then id.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pluggy

from huitang_sdk import declare
from huitang_sdk.workflow.declaring import Workflow

PROJECT = "huitang"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class HuitangHooks:
    """The hooks. Implement them as methods of your `Plugin`, marked with `@hookimpl`."""

    @hookspec
    def permissions(self) -> Sequence[declare.Permission]:
        """What can be allowed or refused.

        return [Permission("noticeboard.notice.read", "Read notices")]
        """
        raise NotImplementedError

    @hookspec
    def roles(self) -> Sequence[declare.Role]:
        """Roles the plugin proposes; created on first enabling, then the operator's to change.

        return [Role("noticeboard.editor", "Notice editor", ("noticeboard.notice.read", "noticeboard.notice.publish"))]
        """
        raise NotImplementedError

    @hookspec
    def menu(self) -> Sequence[declare.MenuItem]:
        """Entries of the navigation.

        return [MenuItem("Notices", "/noticeboard/", "noticeboard.notice.read", icon="speakerphone")]
        """
        raise NotImplementedError

    @hookspec
    def public_entries(self) -> Sequence[declare.PublicEntry]:
        """What the plugin offers to residents, on the public start page.

        return [PublicEntry("Notices", "What is new in the city.", "/noticeboard/public", icon="speakerphone")]
        """
        raise NotImplementedError

    @hookspec
    def widgets(self) -> Sequence[declare.Widget]:
        """Cards of the workbench, each loaded by itself.

        return [Widget("noticeboard.latest", "Latest notices", "/noticeboard/widget", "noticeboard.notice.read")]
        """
        raise NotImplementedError

    @hookspec
    def slots(self) -> Sequence[declare.Slot]:
        """Parts for named places of other pages, rendered per request; one that raises is shown as failed.

        return [Slot("portal.home.top", render_banner)]
        """
        raise NotImplementedError

    @hookspec
    def pages(self) -> Sequence[Any]:
        """Litestar handlers, controllers or routers of HTML pages, served under `/<plugin id>`.

        Every handler carries a guard of `huitang_sdk.http`: `requires("…")`, `signed_in`, `resident_signed_in` or
        `public`. It may take
        `ctx: NamedDependency[PluginContext]` and `actor: NamedDependency[Actor]`.

        return [list_notices, show_notice]
        """
        raise NotImplementedError

    @hookspec
    def api(self) -> Sequence[Any]:
        """The same for JSON, served under `/api/<plugin id>`; errors are RFC 9457 problems.

        return [api_notices]
        """
        raise NotImplementedError

    @hookspec
    def search_sources(self) -> Sequence[declare.SearchSource]:
        """Kinds of things that the search box finds.

        return [SearchSource("noticeboard.notice", "Notices", "noticeboard.notice.read", read_document, all_ids)]
        """
        raise NotImplementedError

    @hookspec
    def notification_kinds(self) -> Sequence[declare.NotificationKind]:
        """Kinds of notices and to-dos the plugin sends.

        return [NotificationKind("noticeboard.published", "A notice was published")]
        """
        raise NotImplementedError

    @hookspec
    def message_kinds(self) -> Sequence[declare.MessageKind]:
        """Kinds of messages to people outside (SMS, WeChat) that the plugin sends with `ctx.messages`.

        return [MessageKind("petitions.registered", "A letter was registered", {"code": "7K2M-9QXD"}, secret=True)]
        """
        raise NotImplementedError

    @hookspec
    def jobs(self) -> Sequence[declare.Job]:
        """Work at set times.

        return [Job("noticeboard.expire", "Take down expired notices", expire, cron="5 0 * * *")]
        """
        raise NotImplementedError

    @hookspec
    def health_checks(self) -> Sequence[declare.HealthCheck]:
        """Questions the console and `huitang doctor` ask.

        return [HealthCheck("noticeboard.expired", "No expired notice is still up", check_expired)]
        """
        raise NotImplementedError

    @hookspec
    def document_templates(self) -> Sequence[declare.DocumentTemplate]:
        """Templates of Word and PDF documents that operators can replace; `ctx.documents.fill` fills them.

        return [DocumentTemplate("noticeboard.notice", "Notice", "documents/notice.typ", {"title": "放假通知"})]
        """
        raise NotImplementedError

    @hookspec
    def subscriptions(self) -> Sequence[declare.Subscription]:
        """Reactions to events, the plugin's own or another's.

        return [Subscription(NoticePublished, "noticeboard.tell_readers", tell_readers)]
        """
        raise NotImplementedError

    @hookspec
    def live_topics(self) -> Sequence[declare.LiveTopic]:
        """What is told live to whoever is looking at it, published with `ctx.live`.

        return [LiveTopic("noticeboard.notices", "Notices come and go", "noticeboard.notice.read")]
        """
        raise NotImplementedError

    @hookspec
    def personal_columns(self) -> Sequence[declare.PersonalColumn]:
        """Columns that hold personal data, sealed and found with `ctx.personal`.

        return [PersonalColumn("contact", "phone", "phone", index="phone_index")]
        """
        raise NotImplementedError

    @hookspec
    def withheld(self) -> Sequence[declare.Withheld]:
        """Things whose audit records, messages and processes whoever has to stay away from them does not find either.

        return [Withheld(("noticeboard.notice",), notices_kept_from)]
        """
        raise NotImplementedError

    @hookspec
    def workflows(self) -> Sequence[Workflow]:
        """Ways through states, with their deadlines, to-dos and notices; `ctx.workflow` takes the steps.

        return [Workflow(id="noticeboard.notice", title="A notice on its way", read=READ, states=…, transitions=…)]
        """
        raise NotImplementedError
