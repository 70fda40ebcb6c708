"""Any sequence of writes leaves the small store and the real one alike."""

from __future__ import annotations

import itertools
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service_catalog.model import Change, Kind, Record, Revision
from service_catalog.model.errors import ConflictError
from service_catalog.store.base import Store
from service_catalog.store.memory import MemoryStore
from service_catalog.store.migrate import migrate
from service_catalog.store.sql import open_store

NAMES = ("a", "b", "c", "d")
KINDS = (Kind.ITEM, Kind.SCENARIO, Kind.ACCEPTANCE)


class RefusedError(Exception):
    """Rolls a transaction back."""


@dataclass(frozen=True)
class Write:
    """One put. ``ahead`` is added to the version that stands before it."""

    kind: Kind
    name: str
    ahead: int
    deleted: bool
    content: dict[str, Any]


writes = st.builds(
    Write,
    kind=st.sampled_from(KINDS),
    name=st.sampled_from(NAMES),
    ahead=st.integers(0, 2),
    deleted=st.booleans(),
    content=st.fixed_dictionaries(
        {"department": st.sampled_from(["甲", "乙"])},
        optional={
            "item": st.sampled_from(NAMES),
            "steps": st.lists(st.fixed_dictionaries({"item": st.sampled_from(NAMES)}), max_size=3),
            "note": st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=5),
        },
    ),
)
transactions = st.lists(st.tuples(st.lists(writes, max_size=4), st.booleans()), max_size=8)


def run(store: Store, script: list[tuple[list[Write], bool]]) -> list[object]:
    """Every transaction in turn; a conflict ends its put, not the transaction."""
    answers: list[object] = []
    for puts, kept in script:
        try:
            with store.write(author="a", reason="r") as transaction:
                for write in puts:
                    current = transaction.get(write.name)
                    version = (current.record.version if current else 0) + write.ahead
                    content = {} if write.deleted else write.content
                    record = Record(write.kind, write.name, "110112", version, content, write.deleted)
                    try:
                        answers.append(timeless(transaction.put(record)))
                    except ConflictError as error:
                        answers.append(error.detail)
                if not kept:
                    raise RefusedError
        except RefusedError:
            answers.append("rolled back")
    return answers


def timeless(value: Change | Revision) -> Change | Revision:
    return replace(value, changed_at="")


def everything(store: Store) -> dict[str, object]:
    with store.snapshot() as view:
        seen = {kind: [timeless(revision) for revision in view.records(kind)] for kind in KINDS}
        view_counts = view.counts()
    referrers = store.referrers(NAMES)
    return {
        "head": [store.head(), *(store.head((kind,)) for kind in KINDS), store.head(KINDS[:2])],
        "changes": [timeless(change) for change in store.changes(0, 1_000)],
        "current": {name: timeless(revision) for name, revision in store.get_many(NAMES).items()},
        "history": {name: [timeless(old) for old in store.history(name)] for name in NAMES},
        "snapshot": seen,
        "listing": [[r.record.id for r in store.listing(kind, department="甲", limit=9)] for kind in KINDS],
        "referrers": {name: [timeless(revision) for revision in found] for name, found in referrers.items()},
        "departments": [tuple(row) for row in store.departments()],
        "counts": [store.counts(), view_counts],
    }


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "catalog.db"
    migrate(f"sqlite:///{path}")
    return path


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(script=transactions)
def test_memory_and_sqlite_after_any_writes_hold_the_same(
    migrated: Path, script: list[tuple[list[Write], bool]]
) -> None:
    path = migrated.with_name(f"copy-{next(_copies)}.db")
    shutil.copy(migrated, path)
    store = open_store(f"sqlite:///{path}")
    try:
        memory = MemoryStore()
        assert run(store, script) == run(memory, script)
        assert everything(store) == everything(memory)
    finally:
        store.close()
        path.unlink()


_copies = itertools.count()
