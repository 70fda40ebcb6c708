"""What people type, made from a seed folder: a fixed mix of queries, none of which comes twice.

The mix covers the ways a query can go through the search: whole names of items and scenarios, fragments of
them (many candidates), everyday words and aliases (meanings), typing errors (few pairs left), pinyin in full
and as initials.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from service_catalog.text import Segmenter, fold, initials, syllables

STANDING_IN = ("110112", "120105")
"""Values of ``at_region``: every request says where the person stands, as the portal's do."""

MOST_NAMES = 2_500
"""Names that queries are made from, at most. Gives 25,000 requests: more than a round gets through."""

FRAGMENT_CHARACTERS = (2, 6)
"""From a single word (补换) to half a name."""

SPELLED_CHARACTERS = (3, 8)
"""Characters of a name that are typed as pinyin."""


def targets(seed: Path, chance: random.Random) -> list[str]:
    """Request targets (path and query string) in random order, each once."""
    found = [target(text, region) for text in dict.fromkeys(_texts(seed, chance)) for region in STANDING_IN]
    chance.shuffle(found)
    return found


def target(text: str, region: str) -> str:
    """The request target of one search."""
    return f"/v1/search?q={quote(text)}&at_region={region}"


def rows(seed: Path, pattern: str) -> list[dict[str, Any]]:
    """The records of the files of a seed folder that match a pattern."""
    paths = sorted(seed.glob(f"{pattern}.ndjson"))
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]


def _texts(seed: Path, chance: random.Random) -> Iterator[str]:
    """Every name, alias and word; and of every name two fragments, a typing error, and pinyin."""
    chosen = _chosen(seed, chance)
    names = [record["name"] for record in chosen]
    characters = sorted({each for name in names for each in name if each.isalpha()})
    segmenter = Segmenter({})
    yield from names
    yield from (alias for record in chosen for alias in record["aliases"])
    yield from (term["word"] for term in rows(seed, "terms"))
    for name in names:
        yield _fragment(name, chance)
        yield _fragment(name, chance)
        yield _mistyped(name, characters, chance)
        yield _pinyin(segmenter.segments(fold(name)), chance)


def _chosen(seed: Path, chance: random.Random) -> list[dict[str, Any]]:
    """Items and scenarios in random order. Of a million lines only the chosen ones are held and parsed."""
    total = sum(1 for _ in _lines(seed))
    order = chance.sample(range(total), min(total, MOST_NAMES))
    wanted = set(order)
    found = {number: json.loads(line) for number, line in enumerate(_lines(seed)) if number in wanted}
    return [found[number] for number in order]


def _lines(seed: Path) -> Iterator[bytes]:
    """The lines of all items, then of all scenarios."""
    for path in (*sorted(seed.glob("items-*.ndjson")), seed / "scenarios.ndjson"):
        with path.open("rb") as lines:
            yield from lines


def _fragment(name: str, chance: random.Random) -> str:
    length = min(len(name), chance.randint(*FRAGMENT_CHARACTERS))
    at = chance.randint(0, len(name) - length)
    return name[at : at + length]


def _mistyped(name: str, characters: Sequence[str], chance: random.Random) -> str:
    """One character wrong, missing, or exchanged with the next."""
    at = chance.randrange(len(name) - 1)
    typed = chance.choice((chance.choice(characters), "", name[at + 1] + name[at]))
    return name[:at] + typed + name[at + max(1, len(typed)) :]


def _pinyin(words: list[str], chance: random.Random) -> str:
    """The beginning of a name as full pinyin or as initials."""
    sound = syllables(words)[: chance.randint(*SPELLED_CHARACTERS)]
    return "".join(sound) if chance.random() < 0.5 else initials(sound)
