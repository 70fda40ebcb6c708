"""The store interface: records, revisions and the one ordered log.

Two implementations: ``store.sql`` (SQLite and PostgreSQL) and ``store.memory`` (a dict, for simulations). One
contract suite holds all of them (tests/contract/store)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from service_catalog.model import Change, Kind, Record, Revision
from service_catalog.store.keyring import Keyring, Receipts
from service_catalog.store.upkeep import Upkeep


class WriteTransaction(Receipts, Protocol):
    """Everything written here becomes visible together, or not at all. One writer at a time holds the log."""

    def get(self, record_id: str) -> Revision | None:
        """The current revision, tombstones included, with this transaction's own writes."""
        ...

    def get_many(self, record_ids: Collection[str]) -> Mapping[str, Revision]:
        """The same for many ids in few round trips; ids that do not exist are missing from the answer."""
        ...

    def put(self, record: Record) -> Change:
        """Write ``record`` as its newest revision and append a change with the next seq.

        Raises ConflictError if the id belongs to another kind or owner, or if ``record.version`` is not above
        the stored version (a first version must be ≥ 1).
        """
        ...


class Snapshot(Protocol):
    """The store as it stood at one moment, whatever is written meanwhile."""

    head: int

    def records(self, kind: Kind, *, owner: str | None = None) -> Iterator[Revision]:
        """All records of a kind that are not deleted, in order of id."""
        ...

    def referrers(
        self, record_ids: Collection[str], kinds: Collection[Kind] = ()
    ) -> Mapping[str, Sequence[Revision]]:
        """For each id the records that refer to it and are not deleted, in order of id. Ids without any are
        missing."""
        ...

    def counts(self) -> Mapping[tuple[str, Kind], int]:
        """Number of records that are not deleted, by owner and kind."""
        ...


class Store(Protocol):
    """Records, revisions and changes. Safe to share between threads; made after a fork, not before."""

    def write(self, *, author: str, reason: str) -> AbstractContextManager[WriteTransaction]:
        """Open a write transaction. Leaving the block commits; an exception rolls everything back.

        Once the block is left without an exception the writes are durable.
        """
        ...

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Open a consistent view."""
        ...

    def head(self, kinds: Collection[Kind] = ()) -> int:
        """Seq of the newest change (0 if none), of the given kinds only if any are given. Cheap enough per
        request."""
        ...

    def epoch(self) -> str:
        """Name of this log's life."""
        ...

    def changes(self, after: int, limit: int) -> Sequence[Change]:
        """At most ``limit`` changes with seq > ``after``, in order. A reader with a cursor never skips
        one."""
        ...

    def get(self, record_id: str) -> Revision | None:
        """The current revision of a record, tombstones included."""
        ...

    def get_many(self, record_ids: Collection[str]) -> Mapping[str, Revision]:
        """The same for many ids."""
        ...

    def history(self, record_id: str) -> Sequence[Revision]:
        """All revisions, newest first."""
        ...

    def referrers(
        self, record_ids: Collection[str], kinds: Collection[Kind] = ()
    ) -> Mapping[str, Sequence[Revision]]:
        """For each id the records that refer to it and are not deleted, in order of id. Ids without any are
        missing."""
        ...

    def listing(
        self,
        kind: Kind,
        *,
        owner: str | None = None,
        department: str | None = None,
        after: str = "",
        limit: int,
    ) -> Sequence[Revision]:
        """Records of a kind that are not deleted, in order of id, beginning after the id ``after``."""
        ...

    def departments(self) -> Sequence[tuple[str, str, int]]:
        """(owner, department, number of items that are not deleted), in order."""
        ...

    def counts(self) -> Mapping[tuple[str, Kind], int]:
        """Number of records that are not deleted, by owner and kind."""
        ...

    def save_dictionary(self, content: Mapping[str, Any]) -> str:
        """Keep a dictionary and return its hash. Nothing happens if it is already there."""
        ...

    def dictionary(self, name: str) -> Mapping[str, Any]:
        """The dictionary with that hash. Raises NotFoundError."""
        ...

    def close(self) -> None:
        """Let go of all connections. Idempotent."""
        ...

    @property
    def keyring(self) -> Keyring:
        """The access keys."""
        ...

    @property
    def upkeep(self) -> Upkeep:
        """Who works on the search indexes, and what was done to them."""
        ...
