"""What all pages of notifications need."""

from typing import Any
from uuid import UUID

from litestar import Request

from huitang_kernel.notifications.service import NotificationsService
from huitang_kernel.plugins.registry import Registry
from huitang_kernel.web.templates import title_of
from huitang_sdk.contracts import Actor
from huitang_sdk.errors import NotSignedIn
from huitang_sdk.i18n import translate


def service_of(request: Request[Any, Any, Any]) -> NotificationsService:
    """The service of this process."""
    service: NotificationsService = request.app.state.hall.services.notifications
    return service


def account_of(actor: Actor) -> UUID:
    """Whose page it is. Raises NotSignedIn."""
    if actor.account_id is None:
        raise NotSignedIn
    return actor.account_id


def plugin_titles(registry: Registry) -> dict[str, str]:
    """Every plugin's title in the reader's language, by id."""
    return {record.id: title_of(record) for record in registry}


def kind_titles(registry: Registry) -> dict[str, str]:
    """Every kind's title in the reader's language, by id."""
    return {
        kind.id: translate(record.id, kind.title)
        for record in registry
        for kind in record.declarations.notification_kinds
    }
