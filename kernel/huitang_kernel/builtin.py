"""Built-in plugins: the six services and the portal, made of the same hooks that outside plugins use.

Beside the hooks each builds its service, which implements a contract of huitang_sdk.contracts. A service stands on
`Core`;
the other services it reaches through the context it is started with.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from huitang_kernel.core import Core
from huitang_sdk import Plugin


class BuiltinPlugin(Plugin):
    """`build` is called once per process, after the settings are checked and before anything is declared."""

    @abstractmethod
    def build(self, core: Core, settings: Any) -> Any:
        """Make the service and keep it in `self.service`."""
