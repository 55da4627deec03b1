"""What the kernel offers a plugin, as protocols without code: one module per service."""

from huitang_sdk.contracts.audit import AuditEntry, Ref
from huitang_sdk.contracts.clock import Clock
from huitang_sdk.contracts.db import Database, Write
from huitang_sdk.contracts.devices import Device, Devices, Invitation, NewDevice
from huitang_sdk.contracts.documents import Document, Documents
from huitang_sdk.contracts.events import Delivery, Event
from huitang_sdk.contracts.files import Files, StoredFile
from huitang_sdk.contracts.identity import Account, Actor, Grant, Identity, Organisation, Position
from huitang_sdk.contracts.keys import Keys
from huitang_sdk.contracts.limits import Limits, Rate
from huitang_sdk.contracts.live import Live, LiveMessage
from huitang_sdk.contracts.messages import (
    MessageReceived,
    Messages,
    ReceivedMessage,
    Recipient,
    SentMessage,
)
from huitang_sdk.contracts.notifications import Notice, Notifications, Todo, Todos
from huitang_sdk.contracts.permissions import Explanation, Permissions, Scope
from huitang_sdk.contracts.personal import Personal, Sealed
from huitang_sdk.contracts.scheduling import Run, Scheduling
from huitang_sdk.contracts.search import Search, SearchDocument, SearchHit, SearchPage

__all__ = [
    "Account",
    "Actor",
    "AuditEntry",
    "Clock",
    "Database",
    "Delivery",
    "Device",
    "Devices",
    "Document",
    "Documents",
    "Event",
    "Explanation",
    "Files",
    "Grant",
    "Identity",
    "Keys",
    "Invitation",
    "Limits",
    "Live",
    "LiveMessage",
    "MessageReceived",
    "Messages",
    "NewDevice",
    "Notice",
    "Notifications",
    "Organisation",
    "Permissions",
    "Personal",
    "Position",
    "Rate",
    "ReceivedMessage",
    "Recipient",
    "Ref",
    "Run",
    "Scheduling",
    "Scope",
    "Search",
    "SearchDocument",
    "SearchHit",
    "SearchPage",
    "SentMessage",
    "Sealed",
    "StoredFile",
    "Todo",
    "Todos",
    "Write",
]
