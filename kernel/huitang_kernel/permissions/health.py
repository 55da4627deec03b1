"""Questions about permissions that the console and `huitang doctor` ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from huitang_kernel.permissions.policy import NOTHING
from huitang_sdk import PluginContext
from huitang_sdk.declare import HealthStatus
from huitang_sdk.i18n import Translator

if TYPE_CHECKING:
    from huitang_kernel.permissions.service import PermissionsService

_ = Translator("permissions")


class PolicyCheck:
    """Are the roles known, and the same as in the database?"""

    def __init__(self, service: PermissionsService) -> None:
        self._service = service

    async def __call__(self, ctx: PluginContext[Any]) -> HealthStatus:
        rows = await ctx.db.fetch("SELECT version FROM permissions.policy_version")
        policy = self._service.policy
        if policy is NOTHING or policy.version != rows[0]["version"]:
            return HealthStatus(
                False,
                _("This node has not read the roles as they are now, so it allows less or other things."),
                _("It tries again with every request; if this stays, look into the log for “huitang.permissions”."),
            )
        return HealthStatus(True, _("{count} roles are in force.", count=len(policy.allowed)))
