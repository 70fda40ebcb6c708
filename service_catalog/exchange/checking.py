"""One record against its schema and the business rules, for those who write single records.

The same rules as for files, none of them twice: a file of one record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from service_catalog.catalog import Catalog
from service_catalog.exchange.drafts import Draft, Place, Severity
from service_catalog.exchange.rules.across import Across
from service_catalog.exchange.rules.base import Known
from service_catalog.exchange.rules.ruleset import breaches
from service_catalog.exchange.rules.shape import Shape, without_faults
from service_catalog.model import Kind
from service_catalog.model.errors import Fault, InvalidRecordError


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found: faults refuse the record, doubts are for somebody to look at."""

    faults: tuple[Fault, ...]
    doubts: tuple[Fault, ...] = ()

    def require(self, name: str) -> None:
        """Raise InvalidRecordError with every fault, if there is one."""
        if self.faults:
            told = "；".join(f"{fault.field} {fault.message}" for fault in self.faults)
            raise InvalidRecordError(f"{name}：{told}", faults=self.faults)


class RecordCheck:
    """Checks single records against one catalogue. Whether the region may be written, the write asks."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._shape = Shape(catalog.labels)

    def shape(self, data: dict[str, Any]) -> Sequence[Fault]:
        """What its schema finds wrong, which takes no look at the store."""
        return self._shape.faults(data)

    def whole(self, data: dict[str, Any]) -> Checked:
        """Everything: shape, rules, references, departments. Reads the store."""
        shape = self.shape(data)
        plain = without_faults(data, shape)
        found = list(self._rules(plain))
        faults = [fault for severity, fault in found if severity is Severity.FAULT]
        doubts = [fault for severity, fault in found if severity is Severity.DOUBT]
        return Checked(tuple(dict.fromkeys((*shape, *faults))), tuple(dict.fromkeys(doubts)))

    def _rules(self, data: Mapping[str, Any]) -> Iterator[tuple[Severity, Fault]]:
        known = Known(self._catalog.labels, date.today().isoformat())
        for rule, breach in breaches(data, known):
            yield rule.severity, Fault(breach.field, breach.message, breach.hint)
        importing = self._catalog.importing(on_behalf=[str(data.get("owner"))])
        across = Across.of(self._catalog, importing, has_items=data.get("kind") == Kind.ITEM)
        draft = Draft(data, Place(""))
        for finding in (*across.add(draft, data), *across.finish(())):
            yield finding.severity, Fault(finding.field, finding.message, finding.hint)
