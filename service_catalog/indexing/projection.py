"""Records → document: what the engine holds of an item or scenario.

A document is made from the record itself, the acceptances that name it and the counterparts it stands in, so
a change of any of these makes it anew (``documents_of``). Nothing here is ever read back into the store."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from service_catalog.indexing.dictionary import Dictionary
from service_catalog.model import Change, Document, Kind, Record, Revision, references
from service_catalog.model.records import SEARCHABLE
from service_catalog.store.base import Store
from service_catalog.text import bigrams, fold, fold_code, initials, syllables

RELATED = (Kind.ACCEPTANCE, Kind.COUNTERPART)
"""Kinds whose records become part of the documents they refer to."""

ABOUT_CHARACTERS = 200
"""Context beyond this only adds common words; 200 holds department, group and every summary of the seed
(longest: 64)."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

Related = Mapping[str, Sequence[Revision]]


@dataclass(frozen=True, slots=True)
class Projection:
    """Makes documents with one dictionary."""

    dictionary: Dictionary

    def document(self, revision: Revision, related: Sequence[Revision], *, seq: int) -> Document:
        """The document of one item or scenario at log position ``seq``. A tombstone becomes a deleted
        document."""
        record = revision.record
        if record.deleted:
            return Document(id=record.id, seq=seq, deleted=True)
        acceptances = [other.record for other in related if other.record.kind is Kind.ACCEPTANCE]
        facts = self._facts(record)
        fields = self._texts(record, facts)
        fields.update(_filters(record, acceptances))
        fields["id"] = (record.id,)
        facts["sources"] = sources_digest([revision, *related])
        return Document(record.id, seq, fields, facts, _fragment(revision, acceptances, related))

    def _facts(self, record: Record) -> dict[str, Any]:
        name = fold(record.content["name"])
        sound = syllables(self.dictionary.segmenter.segments(name))
        return {
            "name": name,
            "aliases": [fold(alias) for alias in record.content.get("aliases") or ()],
            "codes": list(dict.fromkeys(_codes(record))),
            "syllables": " ".join(sound),
            "initials": initials(sound),
        }

    def _texts(self, record: Record, facts: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
        content = record.content
        name, aliases, first = facts["name"], facts["aliases"], facts["initials"]
        sound = facts["syllables"].split(" ")
        words = self.dictionary.segmenter.words
        fields = {
            "exact": tuple(dict.fromkeys([part for part in (name, *aliases, *facts["codes"]) if part])),
            "words": tuple(words(name)),
            "bigrams": tuple(pieces(name)),
            "alias": tuple([piece for alias in aliases for piece in pieces(alias)]),
            "about": tuple(dict.fromkeys(words(fold(_about(content))))),
            "syllables": (*sound, *[one + two for one, two in pairwise(sound)]),
            "initials": (*runs(first, 2), *runs(first, 3)),
        }
        if record.kind is Kind.SCENARIO:
            steps = "，".join(step["name"] for step in content.get("steps") or ())
            fields["steps"] = tuple(dict.fromkeys(words(fold(steps))))
        return fields


def pieces(folded: str) -> list[str]:
    """Character pairs and single characters: a query of one character must find the names that hold it."""
    return list(dict.fromkeys((*bigrams(folded), *(each for each in folded if each != " "))))


def runs(text: str, length: int) -> list[str]:
    """All stretches of ``length`` neighbouring characters."""
    return [text[at : at + length] for at in range(len(text) - length + 1)]


def sources_digest(revisions: Iterable[Revision]) -> str:
    """Digest over (id, version, hash) of all records a document or a composed answer is made of."""
    lines = sorted(f"{each.record.id} {each.record.version} {each.hash}" for each in revisions)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]


def affected_ids(changes: Iterable[Change], current: Mapping[str, Revision], history: Related) -> list[str]:
    """Ids of the documents that ``changes`` touch, each once.

    ``history`` holds the revisions of changed related records: a counterpart that is gone, or that now links
    other rows, must leave the documents it was part of, and only its old revisions still name them.
    """
    found: dict[str, None] = {}
    for change in changes:
        if change.kind in SEARCHABLE:
            found[change.id] = None
        elif change.kind in RELATED:
            revisions = [*history.get(change.id, ()), *([current[change.id]] if change.id in current else [])]
            for revision in revisions:
                found.update(dict.fromkeys(references(revision.record)))
    return list(found)


def changed_documents(store: Store, projection: Projection, changes: Sequence[Change]) -> Iterator[Document]:
    """The documents that ``changes`` touch, made from the current rows, at the seq of the last change.

    The current row, not the change, is what gets indexed: a late or repeated batch can then only bring a
    document forward, never back.
    """
    moved = [change.id for change in changes if change.kind in RELATED]
    ids = affected_ids(
        changes, store.get_many(moved), {each: store.history(each) for each in dict.fromkeys(moved)}
    )
    rows = store.get_many(ids)
    related = store.referrers(ids, RELATED)
    for document_id in ids:
        if document_id in rows and rows[document_id].record.kind in SEARCHABLE:
            yield projection.document(rows[document_id], related.get(document_id, ()), seq=changes[-1].seq)


def _codes(record: Record) -> Iterator[str]:
    content = record.content
    yield fold_code(record.id)
    for key in ("code", "basic_code", "implementation_code", "handling_code"):
        if content.get(key):
            yield fold_code(content[key])


def _about(content: Mapping[str, Any]) -> str:
    guide = content.get("guide") or {}
    department = content.get("department") or content.get("lead_department") or ""
    return "，".join((department, content.get("group") or "", guide.get("summary") or ""))[:ABOUT_CHARACTERS]


def _filters(record: Record, acceptances: Sequence[Record]) -> dict[str, tuple[str, ...]]:
    content = record.content
    modes = {other.owner: other.content["mode"] for other in acceptances}
    objects = content.get("objects") or ([content["object"]] if content.get("object") else [])
    department = content.get("department") or content.get("lead_department")
    values = {
        "kind": (str(record.kind),),
        "owner": (record.owner,),
        "department": (department,) if department else (),
        "object": tuple(objects),
    }
    if record.kind is Kind.ITEM:
        values["item_type"] = (content["item_type"],) if content.get("item_type") else ()
        values["theme"] = tuple(content.get("themes") or ())
        at = [f"{mode}@{region}" for region, mode in sorted(modes.items())]
        values["mode"] = (*sorted(set(modes.values())), *at)
        values["accepted_at"] = tuple(sorted(modes))
    else:
        values["accepted_at"] = tuple(_foreign_regions(record))
    return values


def _foreign_regions(record: Record) -> list[str]:
    """Other regions in which steps of a scenario are handled, as the Beijing steps of 天津营业执照北京出."""
    steps = record.content.get("steps") or ()
    items = (step.get("item") or "" for step in steps if step.get("relation") == "foreign")
    return sorted({item.partition("-")[0] for item in items if item})


def _fragment(revision: Revision, acceptances: Sequence[Record], related: Sequence[Revision]) -> str:
    """What a hit shows of the record, as JSON text: an answer is put together from these, not dumped through
    a schema, which alone costs 70 % of a bare route's time for 20 hits."""
    record, content = revision.record, revision.record.content
    guide = content.get("guide") or {}
    shown: dict[str, Any] = {
        "kind": str(record.kind),
        "id": record.id,
        "region": record.owner,
        "code": content["code"],
        "name": content["name"],
        "department": content.get("department") or content.get("lead_department"),
        "summary": guide.get("summary"),
        "provenance": (content.get("provenance") or {}).get("status"),
        "version": record.version,
    }
    if record.kind is Kind.ITEM:
        shown["item_type"] = content.get("item_type")
        shown["objects"] = content.get("objects") or []
        shown["has_guide"] = bool(guide)
        shown["acceptances"] = [
            {"region": each.owner, "mode": each.content["mode"], "note": each.content.get("note")}
            for each in acceptances
        ]
        shown["counterparts"] = sorted(_other_ends(record.id, related))
    else:
        shown["object"] = content.get("object")
        shown["life_stage"] = content.get("life_stage")
        shown["steps"] = len(content.get("steps") or ())
    return _encode(shown)


def _other_ends(item: str, related: Sequence[Revision]) -> set[str]:
    ends: set[str] = set()
    for revision in related:
        if revision.record.kind is Kind.COUNTERPART:
            ends.update(references(revision.record))
    return ends - {item}
