"""An index as the fake search server keeps it: documents under external versions, and the few kinds of query
that this service asks. Shapes of the answers as 9.5.0 gave them; numbers that nobody reads are left out."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

Body = Mapping[str, Any]
Scores = dict[str, float]


class FakeIndex:
    """One index. Changes are seen by the next search. Safe to share between threads."""

    def __init__(self, name: str, mappings: Body) -> None:
        self.name = name
        self.mappings = dict(mappings)
        self._text = _text_fields("", mappings)
        self._held: dict[str, tuple[int, Body]] = {}
        self._postings: dict[tuple[str, Any], set[str]] | None = None
        self._lock = threading.RLock()

    def write(self, document_id: str, version: int, body: Body) -> Body:
        """Write a document unless a newer one is held (``external_gte``); returns the bulk item's result."""
        with self._lock:
            known = self._held.get(document_id)
            if known is not None and version < known[0]:
                reason = f"[{document_id}]: version conflict, current version [{known[0]}] is higher than the"
                return refusal(409, "version_conflict_engine_exception", f"{reason} one provided [{version}]")
            self._held[document_id] = version, body
            self._postings = None
            return {"_version": version, "result": "updated" if known else "created", "status": 201}

    def version(self, document_id: str) -> int | None:
        """The version under which a document is held."""
        held = self._held.get(document_id)
        return held and held[0]

    def search(self, body: Body) -> dict[str, Any]:
        """The answer to a search."""
        with self._lock:
            floor = body.get("min_score", 0.0)
            found = {each: score for each, score in self._scores(body["query"]).items() if score >= floor}
            order = self._ordered(found, body.get("sort", [{"_score": "desc"}]))
            if "search_after" in body:
                order = [each for each in order if each > body["search_after"][0]]
            return {
                "took": 1,
                "timed_out": False,
                "_shards": {"total": 1, "successful": 1, "skipped": 0, "failed": 0},
                "hits": {
                    "total": {"value": len(found), "relation": "eq"},
                    "hits": [self._hit(each, found[each], body) for each in order[: body.get("size", 10)]],
                },
                "aggregations": {
                    name: self._aggregation(asked, found) for name, asked in body.get("aggs", {}).items()
                },
            }

    def _scores(self, query: Body) -> Scores:
        """Id and score of each document that a query finds."""
        ((kind, content),) = query.items()
        match kind:
            case "bool":
                return self._all_and_some(content)
            case "dis_max":
                found: Scores = {}
                for each in content["queries"]:
                    for name, score in self._scores(each).items():
                        found[name] = max(score, found.get(name, 0.0))
                return found
            case "constant_score":
                return dict.fromkeys(self._scores(content["filter"]), content["boost"])
            case "term":
                ((field, value),) = content.items()
                return dict.fromkeys(self._holding(field, value), 1.0)
            case "terms":
                ((field, values),) = content.items()
                return dict.fromkeys((each for value in values for each in self._holding(field, value)), 1.0)
            case "ids":
                return dict.fromkeys((each for each in content["values"] if each in self._held), 1.0)
            case "match_none":
                return {}
        raise NotImplementedError(kind)

    def _all_and_some(self, content: Body) -> Scores:
        must = [self._scores(each) for each in content.get("must", ())]
        needed = [*must, *(self._scores(each) for each in content.get("filter", ()))]
        should = [self._scores(each) for each in content.get("should", ())]
        names = set.intersection(*map(set, needed)) if needed else {name for each in should for name in each}
        scoring = [*must, *should]
        return {name: sum(each.get(name, 0.0) for each in scoring) for name in names}

    def _holding(self, field: str, value: Any) -> Iterable[str]:
        if self._postings is None:
            self._postings = {}
            for name, (_, body) in self._held.items():
                for path, held in _leaves("", body):
                    tokens = held.split(" ") if path in self._text else [held]
                    for token in tokens:
                        self._postings.setdefault((path, token), set()).add(name)
        return self._postings.get((field, value), ())

    def _ordered(self, found: Scores, sort: Iterable[Body]) -> list[str]:
        """By score, where it is asked for, then by the document's key."""
        if any("_score" in each for each in sort):
            return sorted(found, key=lambda each: (-found[each], each))
        return sorted(found)

    def _hit(self, document_id: str, score: float, asked: Body) -> Body:
        body = self._held[document_id][1]
        hit: dict[str, Any] = {"_index": self.name, "_id": document_id, "_score": score}
        if wanted := asked.get("_source"):
            hit["_source"] = {name: body[name] for name in wanted if name in body}
        fields = {name: self._values(body, name) for name in asked.get("docvalue_fields", ())}
        return hit | {"fields": {name: held for name, held in fields.items() if held}}

    @staticmethod
    def _values(body: Body, field: str) -> list[Any]:
        held: Any = body
        for name in field.split("."):
            held = held.get(name, {})
        return sorted(held) if isinstance(held, list) else [held] if held else []

    def _aggregation(self, asked: Body, found: Iterable[str]) -> Body:
        if "global" in asked:
            inner = {name: self._aggregation(each, self._held) for name, each in asked["aggs"].items()}
            return {"doc_count": len(self._held), **inner}
        if "filter" in asked:
            return {"doc_count": len(self._scores(asked["filter"]).keys() & set(found))}
        counts: Counter[str] = Counter()
        for each in found:
            counts.update(self._values(self._held[each][1], asked["terms"]["field"]))
        buckets = [{"key": key, "doc_count": count} for key, count in counts.most_common()]
        return {"sum_other_doc_count": 0, "buckets": buckets[: asked["terms"]["size"]]}


def refusal(status: int, kind: str, reason: str) -> dict[str, Any]:
    """A bulk item's result where it was not written."""
    return {"status": status, "error": {"type": kind, "reason": reason}}


def _text_fields(path: str, mappings: Body) -> set[str]:
    found = set()
    for name, each in mappings.get("properties", {}).items():
        found |= _text_fields(f"{path}{name}.", each)
        if each.get("type") == "text":
            found.add(f"{path}{name}")
    return found


def _leaves(path: str, content: Any) -> Iterable[tuple[str, Any]]:
    """Every value of a document, with the path of its field."""
    if isinstance(content, Mapping):
        for name, each in content.items():
            yield from _leaves(f"{path}.{name}" if path else name, each)
    elif isinstance(content, list):
        for each in content:
            yield from _leaves(path, each)
    else:
        yield path, content
