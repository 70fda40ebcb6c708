"""Writing down what a person decided on proposed counterparts.

An accepted pair becomes a counterpart record of the first district, with confidence 1: a person has
confirmed it. So does a link that was there without a reviewer. A refused pair is written and withdrawn in one
transaction: it is never seen or searched, but its tombstone stays, so that the pair is not proposed again, on
no node that follows the log, and its history says who refused it and what had been proposed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from enum import StrEnum

from service_catalog.catalog.counterparts.proposing import BASES, Ids
from service_catalog.catalog.counterparts.suggesting import link_ids
from service_catalog.catalog.reading import living_item
from service_catalog.catalog.writing import Writing
from service_catalog.model import Kind, Record, Revision, references
from service_catalog.store.base import Store

CONFIRMED = 1.0
"""Confidence of a pair that a person has confirmed."""

WEAKEST_FIRST = ("sample", "reference", "official")
"""A link is no more official than the weaker of its two rows."""


class Verdict(StrEnum):
    """What a person decided on a pair."""

    ACCEPT = "accept"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's decision on a pair, and what that person saw. ``row`` is where it stands in its file;
    ``saw_refusal``: the file said that the pair had been refused before."""

    row: int
    a: str
    b: str
    verdict: Verdict
    a_name: str
    b_name: str
    basis: str
    confidence: float
    reviewer: str = ""
    saw_refusal: bool = False


@dataclass(frozen=True, slots=True)
class DecisionFault:
    """Why a decision cannot stand. ``field`` is the decision's."""

    row: int
    field: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of decisions: ids of records. With ``faults`` nothing was written."""

    accepted: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    faults: tuple[DecisionFault, ...] = ()


def decide(
    writing: Writing,
    decisions: Sequence[Decision],
    *,
    author: str,
    reason: str,
    dry_run: bool = False,
    several: bool = False,
) -> Settled:
    """Write down decisions: all or nothing. What is so already stays as it is.

    Every decision is checked and every fault told. ``several``: an item may get more than one counterpart,
    as where one district splits a matter that the other handles as one. ``dry_run``: only say what would be
    done.
    """
    store = writing.store
    with nullcontext() if dry_run else store.write(author=author, reason=reason) as transaction:
        # Read while no other writer can be at work: what is checked is what is written upon.
        known = _Known.of(store, decisions)
        faults = tuple(_faults(decisions, known, writing.regions, several=several))
        if faults:
            return Settled(faults=faults)
        done: dict[Verdict, list[str]] = {verdict: [] for verdict in Verdict}
        unchanged: list[str] = []
        for decision in decisions:
            record = _record(decision, known, author)
            link = known.link(decision)
            if link is not None and not link.record.deleted:
                record = replace(record, content={**link.record.content, **record.content})
            if link is not None and _is_so(link.record, record, decision):
                unchanged.append(link.record.id)
                continue
            done[decision.verdict].append(record.id)
            if transaction is not None:
                writing.publish_in(transaction, record, if_version=None)
                if decision.verdict is Verdict.REFUSE:
                    writing.withdraw_in(transaction, record.id, Kind.COUNTERPART, if_version=None)
    return Settled(tuple(done[Verdict.ACCEPT]), tuple(done[Verdict.REFUSE]), tuple(unchanged))


@dataclass(frozen=True, slots=True)
class _Known:
    """What the store has of the decisions' items and links."""

    rows: Mapping[str, Revision]
    links: Mapping[str, Revision]
    partners: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, store: Store, decisions: Sequence[Decision]) -> _Known:
        pairs = [(each.a, each.b) for each in decisions]
        partners = _partners(store, sorted({item for pair in pairs for item in pair}))
        items = {*partners, *(other for others in partners.values() for other in others)}
        return cls(store.get_many(items), store.get_many(link_ids(pairs)), partners)

    def link(self, decision: Decision) -> Revision | None:
        """The record of a pair, of whichever district; a living one before a tombstone."""
        found = [self.links[name] for name in link_ids([(decision.a, decision.b)]) if name in self.links]
        return min(found, key=lambda each: each.record.deleted, default=None)

    def others(self, item: str, other: str) -> list[str]:
        """Counterparts of an item in the region of ``other``, that one left out."""
        region = self.rows[other].record.owner
        rows = (living_item(self.rows.get(each)) for each in self.partners[item] if each != other)
        return sorted(row.record.id for row in rows if row is not None and row.record.owner == region)


def _faults(
    decisions: Sequence[Decision], known: _Known, regions: Sequence[str], *, several: bool
) -> Iterator[DecisionFault]:
    seen: dict[Ids, int] = {}
    first: dict[str, int] = {}
    for each in decisions:
        found = list(_row_faults(each, known, regions))
        if (each.a, each.b) in seen:
            message = f"这一对在第 {seen[each.a, each.b]} 行已有决定"
            found.append(DecisionFault(each.row, "verdict", message, "一对只留一行决定"))
        seen.setdefault((each.a, each.b), each.row)
        if each.verdict is Verdict.ACCEPT and not several and not found:
            found = list(_second_faults(each, known, first))
        yield from found


def _row_faults(each: Decision, known: _Known, regions: Sequence[str]) -> Iterator[DecisionFault]:
    """What is wrong with a decision by itself."""
    items = {end: living_item(known.rows.get(getattr(each, end))) for end in ("a", "b")}
    for end, revision in items.items():
        yield from _end_faults(each, end, revision, known)
    a, b = items["a"], items["b"]
    if a is None or b is None:
        return
    if a.record.owner == b.record.owner:
        yield DecisionFault(
            each.row, "b", "两个事项属于同一个区划", "对应事项连接两个区划的事项；请重新导出建议表"
        )
    if a.record.owner not in regions:
        mine = "、".join(regions) or "（无）"
        yield DecisionFault(
            each.row,
            "a",
            f"对应记录属于区划 {a.record.owner}，本节点不能写入",
            f"本节点可写：{mine}（CATALOG_REGIONS）",
        )
    yield from _verdict_faults(each, known.link(each))


def _end_faults(
    each: Decision, end: str, revision: Revision | None, known: _Known
) -> Iterator[DecisionFault]:
    item = getattr(each, end)
    if revision is not None:
        if getattr(each, f"{end}_name").strip() != revision.record.content["name"].strip():
            yield DecisionFault(
                each.row,
                f"{end}_name",
                f"与库中 {item} 的名称“{revision.record.content['name']}”不一致",
                "事项改过名，或排序时只选了部分列使各行错位；请重新导出建议表",
            )
        return
    stored = known.rows.get(item)
    if stored is not None and stored.record.kind is Kind.ITEM:
        message, hint = (
            f"事项 {item} 已于 {stored.changed_at[:10]} 撤回",
            "清空这一行的决定，或重新导出建议表",
        )
    else:
        message, hint = f"没有编号为 {item} 的事项", "编号不要改动；请重新导出建议表"
    yield DecisionFault(each.row, end, message, hint)


def _verdict_faults(each: Decision, link: Revision | None) -> Iterator[DecisionFault]:
    if link is None:
        return
    record = link.record
    if each.verdict is Verdict.REFUSE and not record.deleted:
        yield DecisionFault(
            each.row,
            "verdict",
            f"这一对已有对应记录 {record.id}，不能拒绝",
            f"要取消它：catalog counterparts withdraw {record.id}",
        )
    if each.verdict is Verdict.ACCEPT and record.deleted and not each.saw_refusal:
        yield DecisionFault(
            each.row,
            "verdict",
            f"这一对已于 {link.changed_at[:10]} 被 {link.author} 拒绝或撤回（{link.reason}）",
            "仍要接受：用 catalog counterparts suggest --all 重新导出，看到这一情况后再决定",
        )


def _second_faults(each: Decision, known: _Known, first: dict[str, int]) -> Iterator[DecisionFault]:
    """An item that would get a second counterpart. ``first``: rows of the items accepted so far."""
    link = known.link(each)
    is_linked = link is not None and not link.record.deleted
    for end, other in (("a", "b"), ("b", "a")):
        item, partner = getattr(each, end), getattr(each, other)
        hint = "一个事项通常只有一个对应；确有几个的，加 --several"
        if item in first:
            yield DecisionFault(each.row, end, f"{item} 在第 {first[item]} 行已接受另一个对应", hint)
        elif not is_linked and (others := known.others(item, partner)):
            yield DecisionFault(each.row, end, f"{item} 已对应 {'、'.join(others)}", hint)
        first.setdefault(item, each.row)


def _record(decision: Decision, known: _Known, author: str) -> Record:
    """The counterpart record of a decision. Of a refused pair it only ever exists as an old revision."""
    a, b = known.rows[decision.a].record, known.rows[decision.b].record
    is_accepted = decision.verdict is Verdict.ACCEPT
    reviewer = decision.reviewer or author
    told = f"依据：{BASES.get(decision.basis, decision.basis)}；程序建议时的置信度 {decision.confidence:.2f}"
    status = _weaker(a, b)
    content = {
        "a": a.id,
        "b": b.id,
        "basis": decision.basis,
        "confidence": CONFIRMED if is_accepted else decision.confidence,
        "reviewer": reviewer,
        "provenance": {
            "status": status,
            "note": f"经{reviewer}核对{'确认' if is_accepted else '拒绝'}；{told}"
            + ("" if status == "official" else "；事项本身不是官方清单的数据"),
        },
    }
    return Record(Kind.COUNTERPART, f"{a.owner}-CP-{a.id}~{b.id}", a.owner, 1, content)


def _is_so(stored: Record, record: Record, decision: Decision) -> bool:
    """Whether nothing is left to do: refused already, or confirmed by somebody. A link that nobody has
    reviewed becomes a confirmed one, if it is this district's to change."""
    if decision.verdict is Verdict.REFUSE or stored.deleted:
        return stored.deleted and decision.verdict is Verdict.REFUSE
    return stored.id != record.id or bool(stored.content.get("reviewer"))


def _weaker(a: Record, b: Record) -> str:
    found = [(each.content.get("provenance") or {}).get("status") for each in (a, b)]
    return min((status if status in WEAKEST_FIRST else "sample" for status in found), key=WEAKEST_FIRST.index)


def _partners(store: Store, items: Sequence[str]) -> dict[str, frozenset[str]]:
    """For each item the other ends of its links."""
    links = store.referrers(items, (Kind.COUNTERPART,))
    return {
        item: frozenset(end for link in links.get(item, ()) for end in references(link.record)) - {item}
        for item in items
    }
