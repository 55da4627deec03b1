"""What others may react to. Events carry ids, never personal data."""

from __future__ import annotations

from uuid import UUID

from huitang_sdk.contracts import Event


class MatterRegistered(Event, frozen=True, tag="petitions.matter.registered"):
    """A matter came into the register, by whatever channel."""

    matter_id: UUID
    channel: str


class MatterSupplemented(Event, frozen=True, tag="petitions.matter.supplemented"):
    """The petitioner added something with the look-up code, or answered a question."""

    matter_id: UUID


class MatterWithdrawn(Event, frozen=True, tag="petitions.matter.withdrawn"):
    """The petitioner withdrew the matter."""

    matter_id: UUID
