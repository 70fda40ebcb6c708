"""The store as dicts, for simulations and tests of what stands above it. Nothing outlives the object."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from service_catalog.model import Change, Kind, Record, Revision
from service_catalog.model.errors import NotFoundError
from service_catalog.store.base import Snapshot, WriteTransaction
from service_catalog.store.canonical import canonical_json, text_hash
from service_catalog.store.clock import Clock, timestamp, utc_now
from service_catalog.store.entry import Entry, Stamp, make_entry
from service_catalog.store.keyring import Receipt
from service_catalog.store.memory_keys import Kept, MemoryKeyring, MemoryReceipts
from service_catalog.store.memory_upkeep import MemoryUpkeep
from service_catalog.store.rows import dictionary_of
from service_catalog.store.turns import Turns


@dataclass(slots=True)
class _State:
    """What is committed. ``entries`` is replaced as a whole by each commit, so a view of it never changes."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    history: dict[str, list[Revision]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    sources: dict[str, set[str]] = field(default_factory=dict)
    dictionaries: dict[str, str] = field(default_factory=dict)
    receipts: Kept = field(default_factory=dict)


class MemoryStore:
    """See ``base.Store``. ``epoch`` may be given where a simulation must be repeatable."""

    def __init__(self, *, clock: Clock = utc_now, epoch: str | None = None) -> None:
        self._clock = clock
        self._epoch = epoch or secrets.token_hex(8)
        self._turns = Turns()
        self._lock = threading.Lock()
        self._state = _State()
        self.keyring = MemoryKeyring(clock)
        self.upkeep = MemoryUpkeep(clock)

    @contextmanager
    def write(self, *, author: str, reason: str) -> Iterator[WriteTransaction]:
        with self._turns.take():
            stamp = Stamp(author, reason, timestamp(self._clock()))
            receipts = MemoryReceipts(self._state.receipts, stamp.changed_at)
            transaction = _MemoryTransaction(
                self._state.entries, receipts, head=len(self._state.changes), stamp=stamp
            )
            try:
                yield transaction
                self._commit(transaction.written, receipts.result())
            finally:
                transaction.close()

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        with self._lock:
            view = MemorySnapshot(self._state.entries, head=len(self._state.changes))
        yield view

    def head(self, kinds: Collection[Kind] = ()) -> int:
        with self._lock:
            if not kinds:
                return len(self._state.changes)
            return next((change.seq for change in reversed(self._state.changes) if change.kind in kinds), 0)

    def epoch(self) -> str:
        return self._epoch

    def changes(self, after: int, limit: int) -> Sequence[Change]:
        begin = max(after, 0)
        with self._lock:
            return self._state.changes[begin : begin + max(limit, 0)]

    def get(self, record_id: str) -> Revision | None:
        entry = self._state.entries.get(record_id)
        return entry.revision if entry else None

    def get_many(self, record_ids: Collection[str]) -> Mapping[str, Revision]:
        entries = self._state.entries
        return {name: entries[name].revision for name in record_ids if name in entries}

    def history(self, record_id: str) -> Sequence[Revision]:
        with self._lock:
            return self._state.history.get(record_id, [])[::-1]

    def referrers(
        self, record_ids: Collection[str], kinds: Collection[Kind] = ()
    ) -> Mapping[str, Sequence[Revision]]:
        with self._lock:
            sources = {name: sorted(self._state.sources.get(name, ())) for name in record_ids}
            entries = self._state.entries
        found = {
            name: [
                entries[source].revision
                for source in names
                if not kinds or entries[source].revision.record.kind in kinds
            ]
            for name, names in sources.items()
        }
        return {name: revisions for name, revisions in found.items() if revisions}

    def listing(
        self,
        kind: Kind,
        *,
        owner: str | None = None,
        department: str | None = None,
        after: str = "",
        limit: int,
    ) -> Sequence[Revision]:
        entries = _live(self._state.entries, kind, owner)
        wanted = [
            entry.revision
            for entry in entries
            if entry.revision.record.id > after and department in (None, entry.department)
        ]
        return wanted[: max(limit, 0)]

    def departments(self) -> Sequence[tuple[str, str, int]]:
        found: dict[tuple[str, str], int] = {}
        for entry in _live(self._state.entries, Kind.ITEM, None):
            if entry.department is not None:
                named = (entry.revision.record.owner, entry.department)
                found[named] = found.get(named, 0) + 1
        return [(owner, department, count) for (owner, department), count in sorted(found.items())]

    def counts(self) -> Mapping[tuple[str, Kind], int]:
        return _counts(self._state.entries)

    def save_dictionary(self, content: Mapping[str, Any]) -> str:
        body = canonical_json(dict(content))
        name = text_hash(body)
        with self._lock:
            self._state.dictionaries[name] = body
        return name

    def dictionary(self, name: str) -> Mapping[str, Any]:
        try:
            return dictionary_of(self._state.dictionaries[name])
        except KeyError:
            raise NotFoundError(f"没有词典 {name}：请运行 catalog rebuild") from None

    def close(self) -> None:
        """Nothing is held."""

    def _commit(self, written: Sequence[Entry], receipts: Kept) -> None:
        with self._lock:
            state = self._state
            state.receipts = receipts
            before = state.entries
            state.entries = {**before, **{entry.revision.record.id: entry for entry in written}}
            for entry in written:
                state.history.setdefault(entry.revision.record.id, []).append(entry.revision)
                state.changes.append(entry.change)
            for name in dict.fromkeys(entry.revision.record.id for entry in written):
                self._relink(name, before.get(name), state.entries[name])

    def _relink(self, source: str, before: Entry | None, after: Entry) -> None:
        for target in before.targets if before else ():
            self._state.sources[target].discard(source)
        for target in after.targets:
            self._state.sources.setdefault(target, set()).add(source)


class MemorySnapshot:
    """See ``base.Snapshot``."""

    def __init__(self, entries: Mapping[str, Entry], *, head: int) -> None:
        self._entries = entries
        self.head = head

    def records(self, kind: Kind, *, owner: str | None = None) -> Iterator[Revision]:
        return (entry.revision for entry in _live(self._entries, kind, owner))

    def referrers(
        self, record_ids: Collection[str], kinds: Collection[Kind] = ()
    ) -> Mapping[str, Sequence[Revision]]:
        found: dict[str, list[Revision]] = {}
        for _, entry in sorted(self._entries.items()):
            if not kinds or entry.revision.record.kind in kinds:
                for target in entry.targets:
                    found.setdefault(target, []).append(entry.revision)
        return {name: found[name] for name in record_ids if name in found}

    def counts(self) -> Mapping[tuple[str, Kind], int]:
        return _counts(self._entries)


class _MemoryTransaction:
    """See ``base.WriteTransaction``."""

    def __init__(
        self, entries: Mapping[str, Entry], receipts: MemoryReceipts, *, head: int, stamp: Stamp
    ) -> None:
        self._entries = entries
        self._receipts = receipts
        self._head = head
        self._stamp = stamp
        self._latest: dict[str, Entry] = {}
        self._over = False
        self.written: list[Entry] = []

    def get(self, record_id: str) -> Revision | None:
        entry = self._latest.get(record_id) or self._entries.get(record_id)
        return entry.revision if entry else None

    def get_many(self, record_ids: Collection[str]) -> Mapping[str, Revision]:
        return {name: found for name in record_ids if (found := self.get(name)) is not None}

    def put(self, record: Record) -> Change:
        if self._over:
            raise RuntimeError("the write transaction is over")
        seq = self._head + len(self.written) + 1
        entry = make_entry(record, self.get(record.id), seq=seq, stamp=self._stamp)
        self.written.append(entry)
        self._latest[record.id] = entry
        return entry.change

    def receipt(self, key_id: str, token: str) -> Receipt | None:
        return self._receipts.receipt(key_id, token)

    def keep_receipt(self, receipt: Receipt) -> None:
        self._receipts.keep_receipt(receipt)

    def close(self) -> None:
        self._over = True


def _live(entries: Mapping[str, Entry], kind: Kind, owner: str | None) -> list[Entry]:
    wanted = (
        entry
        for entry in entries.values()
        if not entry.revision.record.deleted
        and entry.revision.record.kind is kind
        and owner in (None, entry.revision.record.owner)
    )
    return sorted(wanted, key=lambda entry: entry.revision.record.id)


def _counts(entries: Mapping[str, Entry]) -> Mapping[tuple[str, Kind], int]:
    found: dict[tuple[str, Kind], int] = {}
    for entry in entries.values():
        record = entry.revision.record
        if not record.deleted:
            found[record.owner, record.kind] = found.get((record.owner, record.kind), 0) + 1
    return found
