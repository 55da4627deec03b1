"""What identity contributes: an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from huitang_kernel import __version__
from huitang_kernel.builtin import BuiltinPlugin
from huitang_kernel.core import Core
from huitang_kernel.identity.desk import MANAGE, READ, UNITS_MANAGE, UNITS_READ
from huitang_kernel.identity.device_desk import MANAGE as DEVICES_MANAGE
from huitang_kernel.identity.device_desk import READ as DEVICES_READ
from huitang_kernel.identity.events import AccountChanged
from huitang_kernel.identity.health import check_accounts, check_silence
from huitang_kernel.identity.jobs import Sweeper
from huitang_kernel.identity.pages import API, PAGES
from huitang_kernel.identity.phones import COLUMN
from huitang_kernel.identity.resident_codes import MESSAGE
from huitang_kernel.identity.search import account_document, account_ids
from huitang_kernel.identity.service import IdentityService
from huitang_kernel.identity.settings import IdentitySettings
from huitang_sdk import Manifest, PluginContext, hookimpl
from huitang_sdk.declare import HealthCheck, Job, MenuItem, MessageKind, Permission, PersonalColumn, SearchSource


class IdentityPlugin(BuiltinPlugin):
    manifest = Manifest(
        id="identity",
        title={"en": "Identity", "zh-CN": "身份"},
        version=__version__,
        sdk=">=0.1,<1",
        icon="users",
    )
    package = "huitang_kernel.identity"
    settings_type = IdentitySettings
    service: IdentityService

    def build(self, core: Core, settings: IdentitySettings) -> IdentityService:
        self.service = IdentityService(core, settings)
        return self.service

    async def start(self, ctx: PluginContext[Any]) -> None:
        await self.service.start(ctx)

    @hookimpl
    def permissions(self) -> Sequence[Permission]:
        return [
            Permission(READ, "See accounts"),
            Permission(MANAGE, "Make and change accounts"),
            Permission(UNITS_READ, "See the organisations"),
            Permission(UNITS_MANAGE, "Change the organisations"),
            Permission(DEVICES_READ, "See devices"),
            Permission(DEVICES_MANAGE, "Invite, move and revoke devices"),
        ]

    @hookimpl
    def menu(self) -> Sequence[MenuItem]:
        return [
            MenuItem("Accounts", "/identity/accounts", "identity.account.read", "users", 20, "console"),
            MenuItem(
                "Organisations", "/identity/organisations", "identity.organisation.read", "sitemap", 21, "console"
            ),
            MenuItem("Devices", "/identity/devices", "identity.device.read", "device-tablet", 22, "console"),
        ]

    @hookimpl
    def pages(self) -> Sequence[Any]:
        return PAGES

    @hookimpl
    def api(self) -> Sequence[Any]:
        return API

    @hookimpl
    def search_sources(self) -> Sequence[SearchSource]:
        return [
            SearchSource(
                "identity.account",
                "People",
                READ,
                account_document,
                account_ids,
                {AccountChanged: "account_id"},
            )
        ]

    @hookimpl
    def jobs(self) -> Sequence[Job]:
        return [
            Job("identity.sweep", "Remove sessions and codes that are over", Sweeper(self.service), cron="17 3 * * *")
        ]

    @hookimpl
    def personal_columns(self) -> Sequence[PersonalColumn]:
        return [
            COLUMN,
            PersonalColumn("resident", "phone", "phone", "phone_index"),
            PersonalColumn("resident_code", "phone", "phone"),
        ]

    @hookimpl
    def message_kinds(self) -> Sequence[MessageKind]:
        sample = {"code": "042817", "minutes": "10"}
        return [
            MessageKind(MESSAGE, "Code to sign in", sample, channels=("sms",), urgent=True, minutes=10, secret=True),
        ]

    @hookimpl
    def health_checks(self) -> Sequence[HealthCheck]:
        return [
            HealthCheck("identity.operator", "Somebody may look after accounts", check_accounts),
            HealthCheck("identity.silence", "Residents who come every day do not count as silent", check_silence),
        ]
