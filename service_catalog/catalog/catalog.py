"""The catalogue: one object with every use case. Holds the parts; the work is in the modules beside this
one."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager

from service_catalog.catalog import comparing, reading, scenarios, status, writing
from service_catalog.catalog.comparing import Comparison
from service_catalog.catalog.counterparts import decisions, suggesting
from service_catalog.catalog.generations import Generations, read_generations
from service_catalog.catalog.importing import Importing
from service_catalog.catalog.keyed import KeyedWriting, revision_at
from service_catalog.catalog.keys import Keys
from service_catalog.catalog.labels import Labels
from service_catalog.catalog.reading import ItemView
from service_catalog.catalog.scenarios import ScenarioView
from service_catalog.catalog.scores import ScoreBook, Scores, Task, worklist
from service_catalog.catalog.status import Status, Verification
from service_catalog.catalog.writing import DeliveryCounts, Writing
from service_catalog.indexing.building import Builder, Progress, silent
from service_catalog.indexing.indexer import Indexer, follow_files
from service_catalog.indexing.reserve import Reserve
from service_catalog.indexing.viewing import Viewer
from service_catalog.model import Change, Generation, Kind, Record, Revision, SearchPage, SearchRequest
from service_catalog.observe import count_search
from service_catalog.search.cursor import Cursors
from service_catalog.search.searching import Explanation, Searching
from service_catalog.store.base import Snapshot, Store


class Catalog:
    """All use cases over one store and one engine. Safe to share between threads; one per process."""

    def __init__(
        self, *, store: Store, viewer: Viewer, secret: str, labels: Labels, regions: Sequence[str]
    ) -> None:
        self.labels = labels
        self._store, self._viewer = store, viewer
        self._searching = Searching(viewer, Cursors(secret))
        self._writing = Writing(store, regions)
        self.keys = Keys(store, regions)
        self.keyed = KeyedWriting(store, self._writing)
        self._scores = ScoreBook(store)

    def search(self, request: SearchRequest) -> SearchPage:
        """Search. Raises InvalidRequestError, SearchUnavailableError."""
        page = self._searching.search(request)
        fresh = page.freshness
        count_search(str(page.confidence), head=fresh.head, seq=fresh.seq, age_s=fresh.age_s)
        return page

    def explain(self, request: SearchRequest) -> Explanation:
        """How a search is understood and why its hits rank as they do. Raises as ``search`` does."""
        reading.check_regions(self._store, at_region=request.at_region, owner_region=request.owner_region)
        return self._searching.explain(request)

    def item(self, item_id: str) -> ItemView:
        """An item with its acceptances, counterparts and scenarios. Raises NotFoundError, GoneError."""
        return reading.read_item(self._store, item_id)

    def scenario(self, scenario_id: str) -> ScenarioView:
        """A scenario, resolved. Raises NotFoundError, GoneError."""
        return scenarios.read_scenario(self._store, scenario_id)

    def comparison(self, item_id: str, other_id: str | None = None) -> Comparison:
        """Two rows side by side. Raises NotFoundError, GoneError, InvalidRequestError."""
        return comparing.compare(self._store, item_id, other_id)

    def history(self, record_id: str, kind: Kind) -> Sequence[Revision]:
        """All revisions of a record, newest first. Raises NotFoundError."""
        return reading.read_history(self._store, record_id, kind)

    def record(self, record_id: str, kind: Kind) -> Revision:
        """One record by itself, without what belongs to it. Raises NotFoundError, GoneError."""
        return reading.read_record(self._store, record_id, kind)

    def find(self, record_id: str) -> Revision:
        """The newest revision of a record of any kind, tombstones included. Raises NotFoundError."""
        return reading.find_record(self._store, record_id)

    def revision_at(self, record_id: str, kind: Kind, version: int) -> Record:
        """A record as it was at a version. Raises NotFoundError, InvalidRequestError for a tombstone."""
        return revision_at(self._store, record_id, kind, version)

    def listing(
        self,
        kind: Kind,
        *,
        owner: str | None = None,
        department: str | None = None,
        after: str = "",
        limit: int,
    ) -> tuple[Sequence[Revision], str | None]:
        """One page of records in order of id, and the id to continue after. Raises InvalidRequestError."""
        reading.check_regions(self._store, owner_region=owner)
        return reading.read_list(
            self._store, kind, owner=owner, department=department, after=after, limit=limit
        )

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """All records as they stand at one moment, whatever is written meanwhile, with the seq of the
        moment."""
        return self._store.snapshot()

    def regions(self) -> Sequence[Revision]:
        """All regions."""
        return self._store.listing(Kind.REGION, limit=1000)

    def departments(self, owner: str | None = None) -> Sequence[tuple[str, str, int]]:
        """(region, department, number of items). Raises InvalidRequestError."""
        reading.check_regions(self._store, owner_region=owner)
        return [row for row in self._store.departments() if owner is None or row[0] == owner]

    def scores(self, *, owner: str | None = None, department: str | None = None) -> Scores:
        """Guide scores, the worst first. Raises InvalidRequestError."""
        reading.check_regions(self._store, owner_region=owner)
        return self._scores.scores(owner=owner, department=department)

    def worklist(self, *, owner: str | None = None, department: str | None = None) -> Sequence[Task]:
        """Items whose guides lack something, in the order of doing. Raises InvalidRequestError."""
        return worklist(self._store, self.scores(owner=owner, department=department))

    def publish(
        self,
        record: Record,
        *,
        author: str,
        reason: str,
        if_version: int | None = None,
        check: writing.Check | None = None,
    ) -> Change | None:
        """Write a record of one's own. Raises NotOwnerError, ConflictError, InvalidRecordError."""
        return self._writing.publish(record, author=author, reason=reason, if_version=if_version, check=check)

    def withdraw(
        self, record_id: str, kind: Kind, *, author: str, reason: str, if_version: int | None = None
    ) -> Change:
        """Withdraw a record of one's own. Raises NotFoundError, NotOwnerError, ConflictError."""
        return self._writing.withdraw(record_id, kind, author=author, reason=reason, if_version=if_version)

    def deliver(
        self,
        records: Iterator[Record],
        *,
        author: str,
        reason: str,
        progress: writing.Progress = lambda _done: None,
    ) -> DeliveryCounts:
        """Take in records as their owners made them: all or nothing."""
        return self._writing.deliver(records, author=author, reason=reason, progress=progress)

    def importing(self, *, on_behalf: Sequence[str] = ()) -> Importing:
        """Imports of editors' files. ``on_behalf``: regions that this one may write besides this node's."""
        return Importing(self._store, frozenset((*self._writing.regions, *on_behalf)))

    def suggest_counterparts(
        self, a: str, b: str, *, limit: int, min_confidence: float, everything: bool = False
    ) -> suggesting.Suggestions:
        """Propose pairs of items of two districts. Raises InvalidRequestError."""
        return suggesting.suggest(
            self._store, a, b, limit=limit, min_confidence=min_confidence, everything=everything
        )

    def decide_counterparts(
        self,
        decided: Sequence[decisions.Decision],
        *,
        author: str,
        reason: str,
        dry_run: bool = False,
        several: bool = False,
    ) -> decisions.Settled:
        """Write down what a person decided on pairs: all or nothing, with every fault told."""
        return decisions.decide(
            self._writing, decided, author=author, reason=reason, dry_run=dry_run, several=several
        )

    def rebuild(self, progress: Progress = silent) -> Generation:
        """Build and activate a new generation of the index. Raises EngineBusyError, EngineError."""
        return self._builder().rebuild(progress)

    def generations(self) -> Generations:
        """The generations of the index, and what was done to them by whom."""
        return read_generations(self._store, self._viewer.engine)

    def activate(self, name: str) -> None:
        """Let another generation serve. Raises EngineBusyError, EngineError."""
        self._builder().activate(name)

    def prune(self, keep: int) -> Sequence[str]:
        """Drop all generations but the serving one and the newest ``keep`` others; returns their names."""
        return self._builder().prune(keep)

    def follow(self, stop: threading.Event) -> None:
        """Keep the search index level with the log until ``stop``."""
        viewer = self._viewer
        if isinstance(viewer, Reserve):
            Indexer(self._store, viewer.engine, viewer.definition, viewer.spare).run(stop)
        else:
            follow_files(viewer, stop)

    def _builder(self) -> Builder:
        return Builder(self._store, self._viewer.engine, self._viewer.definition)

    def verify(self) -> Verification:
        """Compare store and engine, document by document."""
        return status.verify(self._store, self._viewer)

    def status(self) -> Status:
        """The state of store and engine, as it is."""
        return status.read_status(self._store, self._viewer)

    def warm(self) -> Status:
        """Open everything a first request would have to open, and begin a rebuild where one is due."""
        self._viewer.warm()
        return self.status()

    def close(self) -> None:
        """Let go of files and connections."""
        self._viewer.close()
        self._store.close()
