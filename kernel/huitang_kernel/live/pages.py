"""The addresses of live topics."""

from huitang_kernel.live.events import events
from huitang_kernel.live.socket import socket_of_topics

PAGES = [events, socket_of_topics]
