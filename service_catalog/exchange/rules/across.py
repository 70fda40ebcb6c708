"""Rules that need more than one record: duplicates, references, departments, owners.

Keeps a few words of each record, not the records: a file may hold hundreds of thousands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from service_catalog.catalog import Catalog
from service_catalog.catalog.importing import BATCH, Importing
from service_catalog.catalog.reading import living_item
from service_catalog.exchange.drafts import Draft, Finding, Place, Severity
from service_catalog.exchange.rules.base import parts, text
from service_catalog.model import Kind, Revision, references
from service_catalog.search.rank import holds_in_order

_KINDS = frozenset(Kind)


@dataclass(slots=True)
class _Several:
    """Where something was seen first, and how often in all."""

    place: Place
    value: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class _Reference:
    place: Place
    record_id: str
    field: str
    target: str


@dataclass(slots=True)
class Across:
    """What is known of the records of one import, as it is read. ``writable``: regions it may write."""

    importing: Importing
    departments: Mapping[str, Collection[str]]
    """By region, those of the stored items."""
    regions: Collection[str]
    """Those that are stored."""
    rows: dict[str, Place] = field(default_factory=dict)
    """Where each record is."""
    kinds: dict[str, set[Kind]] = field(default_factory=dict)
    """The kinds that the import has, by region."""
    gone: dict[str, Place] = field(default_factory=dict)
    """Records that the import itself withdraws."""
    _codes: dict[str, Place] = field(default_factory=dict)
    _names: dict[int, Place] = field(default_factory=dict)
    _references: list[_Reference] = field(default_factory=list)
    _owners: dict[str, _Several] = field(default_factory=dict)
    _new_departments: dict[tuple[str, str], _Several] = field(default_factory=dict)

    @classmethod
    def of(cls, catalog: Catalog, importing: Importing, *, has_items: bool = True) -> Across:
        """With what the catalogue has. ``has_items`` False: departments need not be read."""
        departments: dict[str, set[str]] = {}
        for owner, department, _count in catalog.departments() if has_items else ():
            departments.setdefault(owner, set()).add(department)
        return cls(importing, departments, {revision.record.id for revision in catalog.regions()})

    def add(self, draft: Draft, data: Mapping[str, Any]) -> Iterator[Finding]:
        """Take in a record, ``data`` as the rules may see it; tells what can be told at once."""
        self._references.extend(_references(draft, data))
        record_id, owner, kind = (text(data, name) for name in ("id", "owner", "kind"))
        if owner:
            self._owners.setdefault(owner, _Several(draft.place_of("owner"), owner)).count += 1
            if kind in _KINDS:
                self.kinds.setdefault(owner, set()).add(Kind(kind))
        if record_id:
            twice = list(_twice(self.rows, record_id, draft.place_of("id"), "id", record_id, "编号"))
            yield from twice
            if twice:
                return  # whatever else two of them share follows from that
        if data.get("deleted") is True:
            self.gone[record_id] = draft.place
        elif kind == Kind.ITEM:
            yield from self._add_item(draft, data, record_id, owner)

    def finish(self, withdrawn: Collection[str]) -> Iterator[Finding]:
        """What can only be told at the end. ``withdrawn``: ids that a complete list lacks."""
        yield from self._owner_findings()
        yield from self._department_findings()
        yield from self._reference_findings(withdrawn)
        yield from self._use_findings(withdrawn)

    def _add_item(
        self, draft: Draft, data: Mapping[str, Any], record_id: str, owner: str
    ) -> Iterator[Finding]:
        code, name, department = (text(data, each) for each in ("handling_code", "name", "department"))
        if code:
            place = draft.place_of("handling_code")
            yield from _twice(self._codes, code, place, "handling_code", record_id, "业务办理项编码")
        if name:
            place = draft.place_of("name")
            first = self._names.setdefault(hash((owner, name, department)), place)
            if first is not place:
                yield Finding(
                    Severity.DOUBT,
                    place,
                    f"与{_row(first, place)}的事项同名、同部门",
                    field="name",
                    value=name,
                    hint="同一事项的各种情形请在名称里写明区别；重复的请删去一个",
                    record_id=record_id,
                )
        known = self.departments.get(owner)
        if department and known and department not in known:
            several = _Several(draft.place_of("department"), department)
            self._new_departments.setdefault((owner, department), several).count += 1

    def _owner_findings(self) -> Iterator[Finding]:
        writable = self.importing.regions
        for owner, seen in self._owners.items():
            many = f"（共 {seen.count} 条记录）" if seen.count > 1 else ""
            if owner not in writable:
                mine = "、".join(sorted(writable)) or "（无）"
                yield Finding(
                    Severity.FAULT,
                    seen.place,
                    f"区划 {owner} 的记录不能由本节点导入{many}",
                    field="owner",
                    value=owner,
                    hint=f"可写的区划：{mine}；受该区委托时加 --on-behalf {owner}",
                )
            elif owner not in self.regions and Kind.REGION not in self.kinds.get(owner, ()):
                yield Finding(
                    Severity.DOUBT,
                    seen.place,
                    f"库里还没有区划 {owner} 的名称和地名{many}",
                    field="owner",
                    value=owner,
                    hint="请另外导入区划记录（region），否则按地名搜不到",
                )

    def _department_findings(self) -> Iterator[Finding]:
        for (owner, department), seen in self._new_departments.items():
            near = _nearest(department, self.departments[owner])
            many = f"（共 {seen.count} 处）" if seen.count > 1 else ""
            yield Finding(
                Severity.DOUBT,
                seen.place,
                f"区划 {owner} 还没有部门“{department}”{many}",
                field="department",
                value=department,
                hint=f"最接近的是 {near[0]}" if near else "新部门不必改；写错的请改正",
            )

    def _reference_findings(self, withdrawn: Collection[str]) -> Iterator[Finding]:
        going = {*withdrawn, *self.gone}
        unsure = [each for each in self._references if each.target not in self.rows or each.target in going]
        for begin in range(0, len(unsure), BATCH):
            batch = unsure[begin : begin + BATCH]
            stored = self.importing.current({each.target for each in batch})
            lost = [
                each for each in batch if each.target in going or living_item(stored.get(each.target)) is None
            ]
            before = self.importing.current({each.record_id for each in lost})
            for each in lost:
                why = "已撤回" if each.target in stored else "不存在"
                if each.target in going:
                    why = "由这次导入撤回"
                elif _refers(before.get(each.record_id), each.target):
                    yield self._lost(each, why, Severity.DOUBT)  # so it was before: no fault of this file
                    continue
                yield self._lost(each, why, Severity.FAULT)

    def _lost(self, reference: _Reference, why: str, severity: Severity) -> Finding:
        return Finding(
            severity,
            reference.place,
            f"引用的事项 {reference.target} {why}",
            field=reference.field,
            value=reference.target,
            hint=self._near(reference.target, owner=reference.record_id[:6]),
            record_id=reference.record_id,
        )

    def _near(self, target: str, owner: str) -> str:
        near = get_close_matches(target, self.importing.near(Kind.ITEM, target), n=1, cutoff=0.8)
        near = near or [name for name in (f"{owner}-{target}", target.upper()) if name in self.rows]
        return f"最接近的是 {near[0]}" if near else "请核对编号，或把该事项放进同一次导入"

    def _use_findings(self, withdrawn: Collection[str]) -> Iterator[Finding]:
        """Stored records that go on referring to what the import withdraws."""
        going = {*withdrawn, *self.gone}
        anywhere = next(iter(self.rows.values()), Place(""))
        for name, users in sorted(self.importing.users(going).items()):
            left = [each for each in users if each not in going and each not in self.rows]
            if left:
                place = self.gone.get(name) or Place(anywhere.file)
                shown = "、".join(left[:3]) + (" 等" if len(left) > 3 else "")
                message = f"要撤回的 {name} 还被 {len(left)} 条记录引用：{shown}"
                hint = "这些记录也请修改或撤回"
                yield Finding(Severity.DOUBT, place, message, value=name, hint=hint, record_id=name)


def _references(draft: Draft, data: Mapping[str, Any]) -> Iterator[_Reference]:
    fields: dict[str, Sequence[str]] = {Kind.ACCEPTANCE: ("item",), Kind.COUNTERPART: ("a", "b")}
    record_id, kind = text(data, "id"), text(data, "kind")
    for name in fields.get(kind, ()):
        if text(data, name):
            yield _Reference(draft.place_of(name), record_id, name, text(data, name))
    if kind == Kind.SCENARIO:
        for at, step in parts(data, "steps"):
            if text(step, "item"):
                path = f"steps.{at}.item"
                yield _Reference(draft.place_of(path), record_id, path, text(step, "item"))


def _refers(revision: Revision | None, target: str) -> bool:
    return revision is not None and target in references(revision.record)


def _twice(
    seen: dict[str, Place], value: str, place: Place, name: str, record_id: str, label: str
) -> Iterator[Finding]:
    first = seen.setdefault(value, place)
    if first is not place:
        message = f"{label}与{_row(first, place)}重复"
        hint = "删去其中一行，或改正编码"
        yield Finding(Severity.FAULT, place, message, name, value, hint, record_id)


def _row(first: Place, here: Place) -> str:
    """How to name the other row to whoever looks at this one."""
    file = f" {first.file} " if first.file != here.file else ""
    sheet = f"“{first.sheet}”表" if first.sheet and (file or first.sheet != here.sheet) else ""
    return f"{file}{sheet}第 {first.row} 行"


def _nearest(department: str, known: Collection[str]) -> list[str]:
    """The department that may be meant: one that it abbreviates (人社局), else the one most like it."""
    longer = sorted((name for name in known if holds_in_order(name, department)), key=len)
    return longer[:1] or get_close_matches(department, known, n=1, cutoff=0.5)
