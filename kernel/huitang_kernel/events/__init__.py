"""The transactional outbox and its dispatcher."""

from huitang_kernel.events.dispatcher import Dispatcher
from huitang_kernel.events.outbox import Outbox

__all__ = ["Dispatcher", "Outbox"]
