"""Access keys and receipts: what the store keeps beside the records, for those who write over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from service_catalog.store.clock import timestamp

RECEIPT_HOURS = 24
"""How long a receipt is kept at least: a client that was off for a night can still ask again."""


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A key as it is kept. The secret is not in it: ``digest`` is an HMAC of it under ``salt`` (both hex).

    Moments are UTC, ISO 8601, as ``clock.timestamp`` writes them, so that they compare as text.
    """

    id: str
    name: str
    salt: str
    digest: str
    scopes: tuple[str, ...]
    regions: tuple[str, ...]
    created_at: str
    expires_at: str | None = None
    revoked_at: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a write was answered, kept with the write under the token its client gave (Idempotency-Key).

    ``digest`` is of the request. ``headers`` and ``body`` are the answer's; the body is text.
    """

    key_id: str
    token: str
    digest: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: str


def outdated_before(moment: str) -> str:
    """The moment before which receipts may go, seen from ``moment``."""
    return timestamp(datetime.fromisoformat(moment) - timedelta(hours=RECEIPT_HOURS))


class Receipts(Protocol):
    """The receipts as one write transaction sees them."""

    def receipt(self, key_id: str, token: str) -> Receipt | None:
        """The receipt of an earlier write of that key."""
        ...

    def keep_receipt(self, receipt: Receipt) -> None:
        """Keep a receipt in this transaction, and drop those older than ``RECEIPT_HOURS``."""
        ...


class Keyring(Protocol):
    """All access keys. Every process sees a change at its next look: nothing is cached."""

    def add(self, key: AccessKey) -> None:
        """Keep a new key. Raises ConflictError if its id is taken."""
        ...

    def get(self, key_id: str) -> AccessKey | None:
        """The key of that id, also a revoked or expired one."""
        ...

    def all(self) -> Sequence[AccessKey]:
        """All keys, oldest first."""
        ...

    def revoke(self, key_id: str) -> AccessKey | None:
        """Revoke a key from now on; the first revocation's moment stands. None if there is no such key."""
        ...
