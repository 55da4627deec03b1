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
from huitang_sdk.contracts.notifications import NewTodo, Notice, Notifications, Todo, Todos
from huitang_sdk.contracts.permissions import Explanation, Permissions, Scope
from huitang_sdk.contracts.personal import Personal, Sealed
from huitang_sdk.contracts.residents import Resident, ResidentDeleted, Residents
from huitang_sdk.contracts.scheduling import Run, Scheduling
from huitang_sdk.contracts.search import Search, SearchDocument, SearchHit, SearchPage
from huitang_sdk.contracts.workflow import (
    Act,
    Begin,
    DeadlineReached,
    Extension,
    Move,
    Process,
    ProcessChanged,
    Step,
    TimeLimit,
    Workflows,
)

__all__ = [
    "Account",
    "Act",
    "Actor",
    "AuditEntry",
    "Begin",
    "Clock",
    "Database",
    "DeadlineReached",
    "Delivery",
    "Device",
    "Devices",
    "Document",
    "Documents",
    "Event",
    "Explanation",
    "Extension",
    "Files",
    "Grant",
    "Identity",
    "Invitation",
    "Keys",
    "Limits",
    "Live",
    "LiveMessage",
    "MessageReceived",
    "Messages",
    "Move",
    "NewDevice",
    "NewTodo",
    "Notice",
    "Notifications",
    "Organisation",
    "Permissions",
    "Personal",
    "Position",
    "Process",
    "ProcessChanged",
    "Rate",
    "ReceivedMessage",
    "Recipient",
    "Ref",
    "Resident",
    "ResidentDeleted",
    "Residents",
    "Run",
    "Scheduling",
    "Scope",
    "Sealed",
    "Search",
    "SearchDocument",
    "SearchHit",
    "SearchPage",
    "SentMessage",
    "Step",
    "StoredFile",
    "TimeLimit",
    "Todo",
    "Todos",
    "Workflows",
    "Write",
]
