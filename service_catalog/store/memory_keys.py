"""Access keys and receipts as dicts, for ``memory``. See ``keyring`` for what is promised."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from service_catalog.model.errors import ConflictError
from service_catalog.store.clock import Clock, timestamp
from service_catalog.store.keyring import AccessKey, Receipt, outdated_before


class MemoryKeyring:
    """See ``keyring.Keyring``."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str, AccessKey] = {}

    def add(self, key: AccessKey) -> None:
        with self._lock:
            if key.id in self._keys:
                raise ConflictError(f"密钥编号 {key.id} 已被使用")
            self._keys[key.id] = key

    def get(self, key_id: str) -> AccessKey | None:
        return self._keys.get(key_id)

    def all(self) -> Sequence[AccessKey]:
        with self._lock:
            return sorted(self._keys.values(), key=lambda key: (key.created_at, key.id))

    def revoke(self, key_id: str) -> AccessKey | None:
        with self._lock:
            key = self._keys.get(key_id)
            if key is not None and key.revoked_at is None:
                key = self._keys[key_id] = replace(key, revoked_at=timestamp(self._clock()))
            return key


Kept = Mapping[tuple[str, str], tuple[str, Receipt]]
"""Receipts with their moment, by key and token."""


@dataclass(slots=True)
class MemoryReceipts:
    """The receipts as one transaction sees them: ``kept`` is what was there, ``added`` its own."""

    kept: Kept
    moment: str
    added: dict[tuple[str, str], tuple[str, Receipt]] = field(default_factory=dict)

    def receipt(self, key_id: str, token: str) -> Receipt | None:
        found = self.added.get((key_id, token)) or self.kept.get((key_id, token))
        return found[1] if found else None

    def keep_receipt(self, receipt: Receipt) -> None:
        self.added[receipt.key_id, receipt.token] = (self.moment, receipt)

    def result(self) -> Kept:
        """What is kept once the transaction is whole."""
        if not self.added:
            return self.kept
        begin = outdated_before(self.moment)
        young = {name: found for name, found in self.kept.items() if found[0] >= begin}
        return {**young, **self.added}
