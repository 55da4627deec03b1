"""What others may hear of workflows; the SDK has the classes, since plugins subscribe to them."""

from huitang_sdk.contracts import DeadlineReached, ProcessChanged

__all__ = ["DeadlineReached", "ProcessChanged"]
