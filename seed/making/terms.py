"""Terms: everyday words and the matters they mean, one record a word and target."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from making import provenance
from making.names import Target, reduce
from making.regions import HEBEI, TONGZHOU
from making.sources import Row, Sources


def records(sources: Sources) -> list[dict[str, Any]]:
    """The lexicon with its item names reduced; rows of one word that reduce to one target become one term.

    ``word_kind`` is the table's kind of word (the envelope has a ``kind`` already). A term belongs to Hebei
    District when one of its rows names an item or scenario there, else to Tongzhou.
    """
    found: dict[str, dict[str, Any]] = {}
    hebei = _names_of_hebei(sources)
    # Hebei District's rows first (the sort is stable), so that a merged term keeps them as its owner.
    for row in sorted(sources.lexicon, key=lambda row: row["task_name"] not in hebei):
        owner = HEBEI if row["task_name"] in hebei else TONGZHOU
        target = reduce(row["task_name"], row["term"])
        found.setdefault(_key(row, target), _term(owner, row, target))
    return list(found.values())


def _names_of_hebei(sources: Sources) -> set[str]:
    items = {row["task_name"] for row in sources.items[HEBEI]}
    return items | {row["scenario_name"] for row in sources.scenarios}


def _key(row: Row, target: Target) -> str:
    return f"{row['term']}\n{json.dumps(target, ensure_ascii=False, sort_keys=True, separators=(',', ':'))}"


def _term(owner: str, row: Row, target: Target) -> dict[str, Any]:
    digest = hashlib.sha256(_key(row, target).encode()).hexdigest()[:8]
    return {
        "kind": "term", "id": f"{owner}-T-{digest}", "owner": owner, "version": 1,
        "word": row["term"], "word_kind": row["kind"], "target": target,
        "provenance": provenance.reference(provenance.TERM),
    }  # fmt: skip
