"""Puts a generated seed folder into a store as a restored backup would come: a million items in minutes.

``catalog init`` checks every record, which for two million takes the better part of an hour; ``make bench``
measures it at 50,000. Here each line of a file becomes rows as it stands: ``generate.py`` writes them in the
canonical form that the store keeps (a test holds it).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from service_catalog.exchange.seeding import seed_files
from service_catalog.model import Record, references
from service_catalog.store.canonical import text_hash
from service_catalog.store.clock import timestamp, utc_now
from service_catalog.store.dumping import Moment, loading
from service_catalog.store.schema import SCHEMA

PORTION = 500
"""Records made into rows at once."""

AUTHOR = {"author": "bench", "reason": "bench"}

Row = dict[str, Any]


def load_rows(url: str, seed: Path) -> int:
    """Replace everything in the store at ``url``, whose tables exist; returns the number of records."""
    lines = enumerate(_lines(seed), start=1)
    written = {**AUTHOR, "changed_at": timestamp(utc_now())}
    head = 0
    with loading(url) as load:
        while portion := [_rows(line, seq, written) for seq, line in islice(lines, PORTION)]:
            rows = [row for row, _ in portion]
            for table in ("record", "revision", "change"):
                load.add(table, rows)
            load.add("link", chain.from_iterable(links for _, links in portion))
            head += len(portion)
        load.begin_epoch(Moment(SCHEMA, "generated", head), "bench")
    return head


def _lines(seed: Path) -> Iterator[str]:
    for path in seed_files(seed):
        with path.open(encoding="utf-8") as lines:
            yield from lines


def _rows(line: str, seq: int, written: Row) -> tuple[Row, list[Row]]:
    """What the tables of records, revisions and changes hold of a record, and its links."""
    body = line.rstrip("\n")
    data = json.loads(body)
    row = {name: data[name] for name in ("id", "kind", "owner", "version")}
    row |= {name: data.get(name) for name in ("name", "department")}
    row |= {"seq": seq, "hash": text_hash(body), "deleted": False, "body": body, **written}
    links = [{"source": data["id"], "target": target} for target in references(Record.from_json(data))]
    return row, links
