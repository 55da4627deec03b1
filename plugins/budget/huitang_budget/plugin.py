"""What the budget plugin contributes: an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huitang_budget.api import API
from huitang_budget.health import CHECKS
from huitang_budget.pages import PAGES
from huitang_budget.reactions import REACTIONS
from huitang_budget.search import SOURCE
from huitang_budget.services.access import ASSIGN, EXPORT, IMPORT, READ, REVIEW, TEMPLATE
from huitang_budget.services.review import WORKFLOW
from huitang_budget.services.template import OPINION
from huitang_budget.settings import BudgetSettings, catalogue_of
from huitang_sdk import Manifest, Plugin, PluginContext, hookimpl
from huitang_sdk.declare import (
    DocumentTemplate,
    HealthCheck,
    MenuItem,
    NotificationKind,
    Permission,
    Role,
    SearchSource,
    Subscription,
    Widget,
)
from huitang_sdk.workflow import Workflow


class BudgetPlugin(Plugin):
    manifest = Manifest(
        id="budget",
        title={"zh-CN": "智能预算审查", "en": "Budget review"},
        summary={
            "zh-CN": "绩效目标申报表的导入、规则审查、采纳与意见书。",
            "en": "Performance-target declarations: import, review by rules, decisions and the opinion.",
        },
        version="0.1.0",
        sdk=">=0.1,<1",
        icon="report-money",
    )
    package = "huitang_budget"
    settings_type = BudgetSettings

    @hookimpl
    def permissions(self) -> Sequence[Permission]:
        return [
            Permission(READ, "Read declarations and findings"),
            Permission(IMPORT, "Import declarations"),
            Permission(REVIEW, "Review declarations: decide findings, write opinions"),
            Permission(ASSIGN, "Assign declarations to reviewers"),
            Permission(EXPORT, "Export declarations and findings"),
            Permission(TEMPLATE, "Replace the template of the review opinion"),
        ]

    @hookimpl
    def roles(self) -> Sequence[Role]:
        return [
            Role("budget.reviewer", "Declaration reviewer", (READ, REVIEW, EXPORT)),
            Role("budget.clerk", "Declaration clerk", (READ, IMPORT, ASSIGN, EXPORT, TEMPLATE)),
            Role("budget.reader", "Declaration reader", (READ,)),
        ]

    @hookimpl
    def menu(self) -> Sequence[MenuItem]:
        return [
            MenuItem("Overview of reviews", "/budget/", READ, icon="chart-bar", order=10),
            MenuItem("Declarations", "/budget/declarations", READ, icon="file-report", order=20),
            MenuItem("Import declarations", "/budget/declarations/import", IMPORT, icon="file-import", order=30),
            MenuItem("Rules of review", "/budget/rules", READ, icon="list-check", order=40),
            MenuItem("Template of the opinion", f"/documents/templates/{OPINION.id}", TEMPLATE, "file-text", 50),
        ]

    @hookimpl
    def widgets(self) -> Sequence[Widget]:
        return [
            Widget("budget.mine", "My reviews", "/budget/widgets/mine", REVIEW, order=10),
            Widget("budget.severity", "Findings by severity", "/budget/widgets/severity", READ, order=20),
        ]

    @hookimpl
    def pages(self) -> Sequence[Any]:
        return PAGES

    @hookimpl
    def api(self) -> Sequence[Any]:
        return API

    @hookimpl
    def search_sources(self) -> Sequence[SearchSource]:
        return [SOURCE]

    @hookimpl
    def notification_kinds(self) -> Sequence[NotificationKind]:
        return [
            NotificationKind("budget.assigned", "A declaration was assigned to you", todo=True),
            NotificationKind("budget.due_soon", "A review is due soon or overdue", urgent=True),
            NotificationKind("budget.imported", "Declarations were imported"),
        ]

    @hookimpl
    def workflows(self) -> Sequence[Workflow]:
        return [WORKFLOW]

    @hookimpl
    def health_checks(self) -> Sequence[HealthCheck]:
        return CHECKS

    @hookimpl
    def document_templates(self) -> Sequence[DocumentTemplate]:
        return [OPINION]

    @hookimpl
    def subscriptions(self) -> Sequence[Subscription]:
        return REACTIONS

    async def start(self, ctx: PluginContext[Any]) -> None:
        """Refuse to start on a catalogue that cannot be used: its mistakes belong in the console, not in a review."""
        catalogue_of(ctx.settings)


plugin = BudgetPlugin()
