"""What the store keeps of the work on search indexes: who is at it, what was done, what an engine refused.

It lies in the store because that is the one place which all processes and machines of a service share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from service_catalog.store.clock import timestamp

KEPT_EVENTS = 1_000
"""Events kept: years of rebuilds."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to do one kind of work alone, for a time. ``note`` tells how far the work is, as JSON.

    Moments are UTC, ISO 8601, as ``clock.timestamp`` writes them. The machines' clocks are compared: they
    must agree within a fraction of a lease's time.
    """

    name: str
    owner: str
    taken_at: str
    expires_at: str
    note: str = ""

    def is_held(self, moment: datetime) -> bool:
        """Whether it still holds at ``moment``."""
        return timestamp(moment) < self.expires_at


@dataclass(frozen=True, slots=True)
class IndexEvent:
    """Something done to a generation: by whom, when, and how it ended."""

    at: str
    who: str
    engine: str
    action: str
    generation: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A document that an engine will never take, kept until a newer one of its record is taken."""

    engine: str
    generation: str
    id: str
    seq: int
    reason: str


def end_of(moment: datetime, seconds: float) -> str:
    """When a lease taken at ``moment`` ends."""
    return timestamp(moment + timedelta(seconds=seconds))


class Upkeep(Protocol):
    """Leases, events and rejections. Every process sees a change at its next look."""

    def take(self, name: str, owner: str, *, seconds: float, note: str = "") -> bool:
        """Take a lease or, if ``owner`` holds it, renew it. False while another's holds."""
        ...

    def release(self, name: str, owner: str) -> None:
        """Give a lease back. Nothing happens unless ``owner`` has it."""
        ...

    def lease(self, name: str) -> Lease | None:
        """The lease as it was last taken, also after its end; None if it was never taken, or given back."""
        ...

    def record(self, event: IndexEvent) -> None:
        """Keep an event; of ``KEPT_EVENTS`` the oldest goes."""
        ...

    def events(self, engine: str, limit: int) -> Sequence[IndexEvent]:
        """The newest events of an engine, newest first."""
        ...

    def keep_rejections(
        self, engine: str, generation: str, taken: Sequence[str], refused: Sequence[Rejection]
    ) -> None:
        """After a batch: forget the rejections of the ids that were ``taken``, keep those ``refused``."""
        ...

    def rejections(self, engine: str, generation: str) -> Sequence[Rejection]:
        """What a generation lacks because its engine refused it, by id."""
        ...

    def forget_generation(self, engine: str, generation: str) -> None:
        """Forget the rejections of a generation that is gone."""
        ...
