"""For quick unit tests of plugins: the services of the context, in memory.

    files = FakeFiles()
    stored = await files.save("预算.txt", b"...", actor=actor("林秀英"))

There is no fake database: a plugin is written for PostgreSQL, and `huitang_kernel.testing` starts a real one. The fakes
keep the contracts of `huitang_sdk.contracts`, which the suites in `huitang_sdk.testing.conformance` hold them and the
kernel to. What they leave out, because it is the database's: they do not ask for `ctx.db.write`, and nothing is taken
back when a write fails.
"""

from huitang_sdk.testing.clock import FixedClock
from huitang_sdk.testing.context import fake_context
from huitang_sdk.testing.devices import FakeDevices
from huitang_sdk.testing.documents import FakeDocuments
from huitang_sdk.testing.files import FakeFiles
from huitang_sdk.testing.keys import FakeKeys
from huitang_sdk.testing.limits import FakeLimits
from huitang_sdk.testing.live import FakeLive
from huitang_sdk.testing.messages import FakeMessages, OutgoingMessage
from huitang_sdk.testing.notifications import FakeNotifications, FakeTodos, SentNotice
from huitang_sdk.testing.people import FakeIdentity, account, actor, device_actor, organisation
from huitang_sdk.testing.permissions import FakePermissions
from huitang_sdk.testing.personal import FakePersonal, Revealed
from huitang_sdk.testing.residents import FakeResidents, resident
from huitang_sdk.testing.scheduling import DatedTask, FakeScheduling
from huitang_sdk.testing.search import FakeSearch
from huitang_sdk.testing.workflow import AuditedFact, FakeWorkflow, FakeWrite

__all__ = [
    "AuditedFact",
    "DatedTask",
    "FakeDevices",
    "FakeDocuments",
    "FakeFiles",
    "FakeIdentity",
    "FakeKeys",
    "FakeLimits",
    "FakeLive",
    "FakeMessages",
    "FakeNotifications",
    "FakePermissions",
    "FakePersonal",
    "FakeResidents",
    "FakeScheduling",
    "FakeSearch",
    "FakeTodos",
    "FakeWorkflow",
    "FakeWrite",
    "FixedClock",
    "OutgoingMessage",
    "Revealed",
    "SentNotice",
    "account",
    "actor",
    "device_actor",
    "fake_context",
    "organisation",
    "resident",
]
