"""Who may hear what: the permission of the topic, then the row scope of the key."""

from __future__ import annotations

from typing import Literal

from huitang_kernel.live.catalogue import Catalogue
from huitang_kernel.live.store import Name
from huitang_sdk.contracts import Actor, Permissions
from huitang_sdk.errors import Forbidden, HuitangError, NotFound, NotSignedIn

Refusal = Literal["", "not-found", "not-signed-in", "forbidden"]
"""Why somebody may not hear a topic; "" when they may. A key out of scope looks like one that does not exist."""

ERRORS: dict[str, type[HuitangError]] = {
    "not-found": NotFound,
    "not-signed-in": NotSignedIn,
    "forbidden": Forbidden,
}


class Access:
    """`permissions` is set when the service starts."""

    permissions: Permissions

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def at_once(self, actor: Actor, name: Name) -> Refusal:
        """What can be said from memory: is the plugin on, is somebody there, do they hold the permission at all."""
        if not actor.is_known:
            return "not-signed-in"
        found = self._catalogue.get(name[0])
        if found is None or not found[0].is_active:
            return "not-found"
        permission = found[1].permission
        return "" if permission is None or self.permissions.may(actor, permission) else "forbidden"

    async def refusal(self, actor: Actor, name: Name) -> Refusal:
        """The whole answer. A plugin's `may` that fails counts as a no, and is named in the console."""
        refusal = self.at_once(actor, name)
        found = self._catalogue.get(name[0])
        if refusal or found is None or found[1].may is None:
            return refusal
        record, topic = found
        try:
            return "" if await found[1].may(record.context, actor, name[1]) else "not-found"
        except Exception as error:
            record.note_trouble(f"live:{topic.id}", error)
            return "not-found"
