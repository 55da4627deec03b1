"""The dispatcher of the transactional outbox; events are put into it by db/trail.py."""

from huitang_kernel.events.dispatcher import Dispatcher

__all__ = ["Dispatcher"]
