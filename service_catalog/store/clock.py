"""The time the store writes down. Tests and simulations bring their own clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the current moment, with its time zone."""


def utc_now() -> datetime:
    """The computer's clock."""
    return datetime.now(UTC)


def timestamp(moment: datetime) -> str:
    """``moment`` in UTC as ISO 8601 with milliseconds and Z: 2026-03-01T08:00:00.000Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
