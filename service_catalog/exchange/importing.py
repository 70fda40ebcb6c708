"""Importing files: read, check, compare with the store, write.

Every fault of every file is told at once, and nothing is written while there is one. Checked records wait in
a temporary file, for a list of a hundred thousand is larger than the memory that an import may take.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

from service_catalog.catalog import Catalog
from service_catalog.catalog.completing import completed
from service_catalog.catalog.importing import BATCH, Importing, Plan
from service_catalog.catalog.judging import REFUSED, Incoming, Judgement
from service_catalog.exchange.drafts import Draft, Finding, Place, Severity
from service_catalog.exchange.reading.files import NDJSON, file_format
from service_catalog.exchange.reports.findings import Findings, Stage, shown
from service_catalog.exchange.rules.across import Across
from service_catalog.exchange.rules.base import Breach, Known
from service_catalog.exchange.rules.ruleset import breaches
from service_catalog.exchange.rules.shape import Shape, plain_hints, without_faults
from service_catalog.exchange.sheets.columns import EXTRA
from service_catalog.exchange.sheets.field_names import field_name
from service_catalog.exchange.sheets.paths import value_at
from service_catalog.model import Kind, Revision
from service_catalog.model.errors import Fault

Progress = Callable[[int], None]
Read = Callable[[Path], Iterable[Draft | Finding]]
"""Reads one file."""

_NUMBER = re.compile(r"\.[0-9]+(?=\.|\Z)")
"""The number of a part in a path."""

SHOWN_CHANGES = 3
"""Fields of a conflict that its hint shows."""


@dataclass(frozen=True, slots=True)
class Told:
    """Who hears of the progress: records read, compared, written."""

    read: Progress = lambda _done: None
    compared: Progress = lambda _done: None
    written: Progress = lambda _done: None


class FileImport:
    """One import, of one or several files that belong together. A context manager: it keeps a temporary
    file. ``complete``: the region whose records the files have all of."""

    def __init__(
        self, catalog: Catalog, *, today: str, on_behalf: Sequence[str] = (), complete: str | None = None
    ) -> None:
        self.importing: Importing = catalog.importing(on_behalf=on_behalf)
        self.findings = Findings()
        self.records = 0
        self._complete = complete
        self._known = Known(catalog.labels, today)
        self._shape = Shape(catalog.labels)
        self._across = Across.of(catalog, self.importing)
        self._spill = _Spill()

    def __enter__(self) -> FileImport:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._spill.close()

    def check(
        self,
        paths: Sequence[Path],
        read: Read,
        *,
        told: Told = Told(),
    ) -> Plan:
        """Read the files and say what they would do; ``findings`` then has everything that is wrong.

        Raises InvalidRequestError for a file that cannot be read at all.
        """
        for path in paths:
            self._read(path, read(path), told.read)
        self._require_records(Place(paths[0].name if paths else ""))

        blind: list[str] = []

        def judged(judgement: Judgement) -> None:
            if judgement.outcome in REFUSED:
                self.findings.add(self._refusal(judgement), Stage.STORE)
            if judgement.is_blind:
                blind.append(judgement.id)

        plan = self._plan(judged, told.compared)
        for finding in self._across.finish(plan.withdrawn):
            self.findings.add(finding, Stage.RULES)
        if blind:
            self.findings.add(self._blindness(blind), Stage.RULES)
        self.findings.close()
        return plan

    def show(self, tell: Callable[[Judgement], None]) -> None:
        """Compare once more; ``tell`` hears what every record would become, and what would be withdrawn."""
        self._plan(tell, lambda _done: None)

    def write(self, plan: Plan, *, author: str, reason: str, told: Told = Told()) -> int:
        """Write what was checked, all or nothing; returns the seq of the last change.

        Raises ConflictError if the store has changed since the check.
        """
        return self.importing.write(
            self._spill.records(), plan, author=author, reason=reason, progress=told.written
        )

    def _plan(self, tell: Callable[[Judgement], None], progress: Progress) -> Plan:
        return self.importing.plan(
            self._spill.records(),
            tell=tell,
            complete=self._complete,
            present=self._across.rows.keys(),
            kinds=self._across.kinds,
            progress=progress,
        )

    def _read(self, path: Path, read: Iterable[Draft | Finding], progress: Progress) -> None:
        # In all other files a field without a column stays as it is stored.
        is_whole = file_format(path) == NDJSON
        each = iter(read)
        while batch := list(islice(each, BATCH)):
            drafts = []
            for found in batch:
                if isinstance(found, Finding):
                    hint = found.hint or next(plain_hints(found.message), None)
                    self.findings.add(replace(found, hint=hint), Stage.READING)
                else:
                    drafts.append(found)
            ids = [] if is_whole else [str(draft.data.get("id")) for draft in drafts]
            stored = self.importing.current(ids)
            for draft in drafts:
                covers = None if is_whole else _covered(draft)
                self._examine(draft, covers, stored.get(str(draft.data.get("id"))))
            self.records += len(drafts)
            progress(self.records)

    def _examine(self, draft: Draft, covers: frozenset[str] | None, current: Revision | None) -> None:
        """Check one record by itself, and keep it if its shape is right."""
        self.findings.begin(draft.place)
        given = {"version": draft.seen_version or 1, **draft.data}
        whole = dict(completed(given, covers, current.record if current else None, draft.defaults))
        faults = self._shape.faults(whole)
        data = without_faults(whole, faults)
        record_id = str(whole.get("id", "")) or None
        for fault in faults:
            self._tell(draft, Severity.FAULT, fault, whole, Stage.SHAPE)
        for rule, breach in breaches(data, self._known):
            self._tell(draft, rule.severity, breach, whole, Stage.RULES)
        for finding in self._across.add(draft, data):
            self.findings.add(finding, Stage.RULES)
        if not faults and record_id:
            self._spill.add(Incoming(given, draft.seen_version, covers, draft.defaults))

    def _tell(
        self, draft: Draft, severity: Severity, what: Fault | Breach, data: Mapping[str, Any], stage: Stage
    ) -> None:
        finding = Finding(
            severity,
            _place(draft, what.field),
            what.message,
            field=what.field,
            value=shown(value_at(data, what.field)),
            hint=what.hint,
            record_id=shown(data.get("id")) or None,
        )
        self.findings.add(finding, stage)

    def _require_records(self, place: Place) -> None:
        region = self._complete
        if not self.records and not self.findings.faults:
            hint = "第一行是表头，记录从第二行起"
            self.findings.add(Finding(Severity.FAULT, place, "文件里没有记录", hint=hint), Stage.READING)
        elif region and region not in self._across.kinds:
            message = f"文件里没有区划 {region} 的记录，不能当作它的完整清单"
            hint = "请核对 --complete 的区划代码"
            self.findings.add(Finding(Severity.FAULT, place, message, hint=hint), Stage.READING)

    def _blindness(self, ids: Sequence[str]) -> Finding:
        many = f"等 {len(ids)} 条记录" if len(ids) > 1 else ""
        message = f"{ids[0]} {many}要修改，文件里却没有版本：别人在这份文件之后的修改会被盖掉"
        hint = "请先用 --dry-run 逐条核对；用本系统导出的带版本的文件则不会盖掉"
        place = self._across.rows.get(ids[0], Place(""))
        return Finding(Severity.DOUBT, place, message, "version", hint=hint, record_id=ids[0])

    def _refusal(self, judgement: Judgement) -> Finding:
        kind = judgement.before.record.kind if judgement.before else Kind.ITEM
        changes = [
            f"{field_name(kind, each.field)}："
            f"{shown(each.before) or '（空）'} → {shown(each.after) or '（空）'}"
            for each in judgement.theirs[:SHOWN_CHANGES]
        ]
        more = f" 等 {len(judgement.theirs)} 处" if len(judgement.theirs) > SHOWN_CHANGES else ""
        told = f"对方改了 {'；'.join(changes)}{more}。" if changes else ""
        return Finding(
            Severity.FAULT,
            self._across.rows.get(judgement.id, Place("")),
            judgement.reason,
            field="version",
            value=judgement.id,
            hint=f"{told}请重新导出，在新文件上修改这一条",
            record_id=judgement.id,
        )


class _Spill:
    """Checked records in a temporary file, in the order of reading."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115 - see close
        self._scopes: dict[tuple[frozenset[str] | None, str], int] = {}

    def add(self, incoming: Incoming) -> None:
        """Keep a record. What a file covers is the same for most of its records: kept once."""
        scope = (
            incoming.covers,
            json.dumps(incoming.defaults, ensure_ascii=False) if incoming.defaults else "{}",
        )
        number = self._scopes.setdefault(scope, len(self._scopes))
        self._file.write(json.dumps([incoming.data, incoming.seen, number], ensure_ascii=False) + "\n")

    def records(self) -> Iterator[Incoming]:
        """All records; nothing may be added after the first call."""
        scopes = [(covers, json.loads(defaults)) for covers, defaults in self._scopes]
        self._file.seek(0)
        for line in self._file:
            data, seen, number = json.loads(line)
            yield Incoming(data, seen, *scopes[number])

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _place(draft: Draft, path: str) -> Place:
    """The cell of a field; in JSON, which has no cells, the field itself."""
    place = draft.place_of(path)
    is_around = place.sheet is None and place.column is not None and path.startswith(f"{place.column}.")
    return replace(place, column=path) if is_around else place


def _covered(draft: Draft) -> frozenset[str]:
    """The fields that a sheet has, those of parts without the parts' numbers."""
    return frozenset(map(_field, draft.cells))


@cache
def _field(path: str) -> str:
    own, mark, heading = f".{path}".partition(f".{EXTRA}.")  # a heading may have points and be a number
    return f"{_NUMBER.sub('.*', own)}{mark}{heading}"[1:]
