"""Reading records with what belongs to them. Reads the store only, so it works while search is down."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from service_catalog.indexing.projection import sources_digest
from service_catalog.model import Kind, Revision, references
from service_catalog.model.errors import Fault, GoneError, InvalidRequestError, NotFoundError
from service_catalog.store.base import Store

KIND_LABELS = {
    Kind.ITEM: "事项",
    Kind.SCENARIO: "一件事",
    Kind.ACCEPTANCE: "异地受理",
    Kind.COUNTERPART: "对应事项",
    Kind.TERM: "日常用语",
    Kind.REGION: "区划",
}


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item with its acceptances, counterparts and scenarios. ``digest`` changes when any part does (the
    ETag)."""

    item: Revision
    acceptances: Sequence[Revision]
    counterparts: Sequence[tuple[Revision, Revision]]
    """Each link with the row of the other district."""
    scenarios: Sequence[Revision]

    @property
    def digest(self) -> str:
        """Over (id, version, hash) of every part."""
        ends = [row for pair in self.counterparts for row in pair]
        return sources_digest([self.item, *self.acceptances, *ends, *self.scenarios])


def read_record(store: Store, record_id: str, kind: Kind) -> Revision:
    """The current revision. Raises NotFoundError, or GoneError if it was withdrawn."""
    revision = store.get(record_id)
    if revision is None or revision.record.kind is not kind:
        raise NotFoundError(f"没有编号为 {record_id[:80]} 的{KIND_LABELS[kind]}，请核对编号或用搜索查找")
    if revision.record.deleted:
        raise GoneError(
            f"{KIND_LABELS[kind]} {record_id} 已于 {revision.changed_at[:10]} 撤回",
            withdrawn_at=revision.changed_at,
            version=revision.record.version,
        )
    return revision


def find_record(store: Store, record_id: str) -> Revision:
    """The newest revision of a record of any kind, tombstones included. Raises NotFoundError."""
    revision = store.get(record_id)
    if revision is None:
        raise NotFoundError(f"没有编号为 {record_id[:80]} 的记录，请核对编号")
    return revision


def read_item(store: Store, item_id: str) -> ItemView:
    """An item with everything that refers to it. Raises NotFoundError, GoneError."""
    item = read_record(store, item_id, Kind.ITEM)
    related = store.referrers([item_id]).get(item_id, ())
    links = _of_kind(related, Kind.COUNTERPART)
    others = store.get_many([_other_end(link, item_id) for link in links])
    return ItemView(
        item=item,
        acceptances=_of_kind(related, Kind.ACCEPTANCE),
        counterparts=[
            (link, other)
            for link in links
            if (other := living_item(others.get(_other_end(link, item_id)))) is not None
        ],
        scenarios=_of_kind(related, Kind.SCENARIO),
    )


def living_item(revision: Revision | None) -> Revision | None:
    """``revision`` if it is an item that was not withdrawn: a reference may lead to anything, or to
    nothing."""
    is_one = revision is not None and revision.record.kind is Kind.ITEM and not revision.record.deleted
    return revision if is_one else None


def read_history(store: Store, record_id: str, kind: Kind) -> Sequence[Revision]:
    """All revisions of a record, newest first, also of one that was withdrawn. Raises NotFoundError."""
    revisions = store.history(record_id)
    if not revisions or revisions[0].record.kind is not kind:
        raise NotFoundError(f"没有编号为 {record_id[:80]} 的{KIND_LABELS[kind]}")
    return revisions


def read_list(
    store: Store, kind: Kind, *, owner: str | None, department: str | None, after: str, limit: int
) -> tuple[Sequence[Revision], str | None]:
    """One page of records in order of id, and the id to continue after (None at the end)."""
    found = store.listing(kind, owner=owner, department=department, after=after, limit=limit + 1)
    page = found[:limit]
    return page, page[-1].record.id if len(found) > limit else None


def check_regions(store: Store, **regions: str | None) -> None:
    """Raise InvalidRequestError naming every parameter whose region the catalogue does not know."""
    asked = {name: region for name, region in regions.items() if region is not None}
    if not asked:
        return
    known = [revision.record.id for revision in store.listing(Kind.REGION, limit=1000)]
    faults = tuple(
        Fault(name, f"没有区划 {region}", "已收录的区划：" + "、".join(known))
        for name, region in asked.items()
        if region not in known
    )
    if faults:
        raise InvalidRequestError("；".join(fault.message for fault in faults), faults=faults)


def _of_kind(revisions: Collection[Revision], kind: Kind) -> list[Revision]:
    return [revision for revision in revisions if revision.record.kind is kind]


def _other_end(link: Revision, item_id: str) -> str:
    """Empty for a link that has only one end."""
    return next((end for end in references(link.record) if end != item_id), "")
