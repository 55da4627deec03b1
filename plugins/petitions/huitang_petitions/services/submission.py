"""What comes in, whatever the channel: the matter, the people who bring it and their papers."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

CHANNELS = ("web", "phone", "sms", "wechat", "letter", "fax", "visit", "import", "transferred")
DESK_CHANNELS = ("phone", "letter", "visit", "fax", "transferred")
"""What a person at the desk enters; the others come by themselves."""
_BETWEEN = re.compile(r"[\n、，,；;]")
KINDS = ("suggestion", "accusation", "appeal")
GENDERS = ("female", "male")
ROLES = ("petitioner", "representative", "agent")


class Person(Struct, frozen=True, kw_only=True):
    """One of those who bring a matter. `known_id` is a petitioner who is in the register already."""

    name: str = ""
    phone: str = ""
    id_number: str = ""
    address: str = ""
    gender: str = ""
    role: Literal["petitioner", "representative", "agent"] = "petitioner"
    open_id: str = ""
    resident_id: UUID | None = None
    known_id: UUID | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.name or self.phone or self.id_number or self.address or self.open_id or self.known_id)


class NewPaper(Struct, frozen=True):
    """A file that came with it. `name` is what the sender called it; the file store is told a neutral name.

    `letter` is the kind of letter that the office made it as, "" for anything else; `batch` is the same for the letters
    that were made in one act.
    """

    name: str
    content: bytes
    kind: Literal["attachment", "scan", "letter", "report"] = "attachment"
    letter: str = ""
    batch: UUID | None = None


class Intake(Struct, frozen=True, kw_only=True):
    """A letter, a call, a visit or a form, as `registering.register` takes it.

    `key` makes it idempotent: the same key registers once and always gives the same number and code. It has to be a
    secret or carry the id of something secret, because the code follows from it; "" takes a new one. `people` is how
    many stand behind it by what the letter says, 0 for as many as are named. `organisation_id` is the office that
    receives it, None for the one of the settings. `received_at` None is now.
    """

    channel: str
    subject: str = ""
    body: str = ""
    kind: str = ""
    place: str = ""
    district: str = ""
    category: str = ""
    people: int = 0
    persons: tuple[Person, ...] = ()
    papers: tuple[NewPaper, ...] = ()
    kept_papers: tuple[tuple[UUID, str], ...] = ()
    """Files that were stored with a draft: (file id, the sender's name for it)."""
    accused: tuple[str, ...] = ()
    """Who is complained of, persons and units by the words of the letter: whoever has such a name is kept away."""
    anonymous: bool = False
    whistle: bool = False
    publish: bool = False
    urgent: bool = False
    earlier: str = ""
    came_from: str = ""
    organisation_id: UUID | None = None
    received_at: datetime | None = None
    key: str = ""
    locale: str = "zh-CN"

    def told(self) -> dict[str, Any]:
        """Everything but the papers: what makes a repeated form the same form."""
        left_out = ("papers", "kept_papers", "key", "received_at", "locale")
        told = {name: getattr(self, name) for name in self.__struct_fields__ if name not in left_out}
        if not self.accused:
            del told["accused"]  # forms that were sent before there was this field are still the same forms
        return told


def names_in(text: str) -> tuple[str, ...]:
    """The names of a field that asks for several.

    >>> names_in("张三、 李四；望月县住建局\\n张三")
    ('张三', '李四', '望月县住建局')
    """
    return tuple(dict.fromkeys(name for part in _BETWEEN.split(text) if (name := " ".join(part.split()))))


class Registered(Struct, frozen=True):
    """What the register made of it. `code` is "" when the matter had its code replaced since.

    `repeated`: "" for a new matter; "same" when this very form had come before; "different" when a form with its token
    had come with other words, which are not in the register.
    """

    id: UUID
    number: str
    code: str
    repeated: Literal["", "same", "different"] = ""
