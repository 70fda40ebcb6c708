"""Every name and code of the seed finds its own row first, in every way it may be written.

100 %, not a share: a citizen who types the exact name and gets something else has no reason to try again.
"""

from __future__ import annotations

from collections.abc import Callable

import opencc
import pytest

from service_catalog.catalog import Catalog
from service_catalog.model import Confidence, SearchRequest
from tests.seed_rows import ITEMS, SCENARIOS

TRADITIONAL = opencc.OpenCC("s2t")
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def as_it_is(text: str) -> str:
    return text


def in_traditional(text: str) -> str:
    return str(TRADITIONAL.convert(text))


def in_full_width(text: str) -> str:
    return text.translate(FULL_WIDTH)


def with_spaces(text: str) -> str:
    return " ".join(text)


WRITTEN = [as_it_is, in_traditional, in_full_width, with_spaces]


def not_first(catalog: Catalog, queries: list[tuple[str, str, str]]) -> list[str]:
    """Queries (text, owner, id) whose own row is not the first hit, or is not trusted."""
    found = []
    for text, owner, record_id in queries:
        page = catalog.search(SearchRequest(text=text, owner_region=owner, limit=1))
        first = page.hits[0].candidate.id if page.hits else None
        if first != record_id or page.confidence is not Confidence.HIGH:
            found.append(f"{text} → {first} ({page.confidence})")
    return found


@pytest.mark.parametrize("write", WRITTEN)
def test_item_name_when_searched_then_its_row_is_first(seeded: Catalog, write: Callable[[str], str]) -> None:
    assert len(ITEMS) == 1174
    assert not_first(seeded, [(write(row["name"]), row["owner"], row["id"]) for row in ITEMS]) == []


@pytest.mark.parametrize("write", WRITTEN)
def test_scenario_name_when_searched_then_its_row_is_first(
    seeded: Catalog, write: Callable[[str], str]
) -> None:
    assert len(SCENARIOS) == 41
    assert not_first(seeded, [(write(row["name"]), row["owner"], row["id"]) for row in SCENARIOS]) == []


@pytest.mark.parametrize("write", [*WRITTEN, str.lower])
@pytest.mark.parametrize("key", ["code", "id"])
def test_code_when_searched_then_its_row_is_first(
    seeded: Catalog, write: Callable[[str], str], key: str
) -> None:
    rows = [*ITEMS, *SCENARIOS]
    assert not_first(seeded, [(write(row[key]), row["owner"], row["id"]) for row in rows]) == []
