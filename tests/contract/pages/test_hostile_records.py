"""Records that mean harm show harmlessly: markup, script addresses, unseen characters, endless names."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from service_catalog.catalog import Catalog
from service_catalog.model import Kind, Record
from service_catalog.web.pages.guide import web_address
from service_catalog.web.pages.rendering import visible
from tests.contract.pages.conftest import Open
from tests.contract.pages.html import Page

SHOWN = "</bdi><script>alert(1)</script><img src=x onerror=alert(1)>\" onclick='x' {{ 7*7 }}恶意"
EVIL = SHOWN.replace("恶", "\u202e\u200b\u2066恶")
ADDRESS = "javascript:alert(1)"
ITEM, OTHER, SCENARIO = "120105-HB9666", "120105-HB9667", "120105-HB-YJS-66"

UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069]")

PAGES = {
    "start": "/",
    "results": "/?q=HB9666",
    "browsing": "/?owner_region=120105&department=" + EVIL.replace("&", "%26").replace("#", "%23"),
    "item": f"/items/{ITEM}",
    "item at a region": f"/items/{ITEM}?at_region=120105",
    "scenario": f"/scenarios/{SCENARIO}",
    "comparison": f"/compare/{ITEM}?with={OTHER}",
    "what was typed": f"/?q={EVIL}",
    "not found": "/items/<script>",
}


def hostile_item(code: str, name: str) -> Record:
    """An item that is hostile in every text it has."""
    guide = {
        "summary": EVIL,
        "conditions": [EVIL],
        "materials": [
            {
                "name": EVIL,
                "form": EVIL,
                "copies": 1,
                "necessity": "required",
                "when": EVIL,
                "issued_by": EVIL,
            }
        ],
        "steps": [{"name": EVIL, "detail": EVIL}],
        "legal_limit": {"value": 1, "unit": EVIL},
        "fee": {"charged": True, "amount": EVIL, "basis": EVIL},
        "visits": 1,
        "result": {"name": EVIL, "kind": EVIL},
        "legal_basis": [{"title": EVIL, "article": EVIL}],
        "questions": [{"question": EVIL, "answer": EVIL}],
        "windows": [{"hall": EVIL, "address": EVIL, "phone": ADDRESS, "hours": EVIL}],
        "online_url": ADDRESS,
        "cross_region_note": EVIL,
    }
    content = {
        "code": code,
        "name": name,
        "aliases": [EVIL],
        "item_type": EVIL,
        "department": EVIL,
        "objects": [EVIL],
        "themes": [EVIL],
        "guide": guide,
        "provenance": {"status": "reference", "note": EVIL, "sources": {EVIL: EVIL}},
        "valid_from": EVIL,
    }
    return Record(Kind.ITEM, f"120105-{code}", "120105", 1, content)


@pytest.fixture
def visit_hostile(fresh: Catalog, visit_fresh: Open) -> Open:
    """Opens pages of a catalogue into which somebody has put hostile records of every kind that is shown."""
    steps = [{"key": "HB-YJS-66#1", "order": 1, "name": EVIL, "item": ITEM, "relation": "own"}]
    scenario = {
        "code": "HB-YJS-66",
        "name": EVIL,
        "aliases": [EVIL],
        "object": EVIL,
        "life_stage": EVIL,
        "lead_department": EVIL,
        "cooperating_departments": [EVIL],
        "steps": steps,
        "provenance": {"status": "reference", "note": EVIL},
    }
    acceptance = {"item": ITEM, "mode": EVIL, "note": EVIL, "windows": [{"hall": EVIL}], "provenance": {}}
    link = {"a": ITEM, "b": OTHER, "basis": EVIL, "provenance": {}}
    region = next(each for each in fresh.regions() if each.record.id == "120105").record
    named = {**region.content, "name": EVIL, "short_name": EVIL, "city": EVIL, "area_code": ADDRESS}
    for record in (
        replace(region, content=named),
        hostile_item("HB9666", EVIL),
        hostile_item("HB9667", EVIL + "2"),
        Record(Kind.SCENARIO, SCENARIO, "120105", 1, scenario),
        Record(Kind.ACCEPTANCE, f"110112:{ITEM}", "110112", 1, acceptance),
        Record(Kind.COUNTERPART, f"120105-CP-{ITEM}~{OTHER}", "120105", 1, link),
    ):
        fresh.publish(record, author="test", reason="test")
    return visit_fresh


def harmless(page: Page) -> None:
    """No element, attribute or address but the templates' own."""
    assert page.faults == []
    assert page.all("script") == []
    assert [each.get("src") for each in page.all("img") if not each.get("src").startswith("/static/")] == []
    for each in page.elements:
        assert not [name for name in each.attributes if name.startswith("on") or name == "style"]
        for name in ("href", "src", "action"):
            assert re.match(r"/|#|tel:\d+$|$", each.get(name)), each.get(name)
    assert not UNSEEN.search(page.response.get_data(as_text=True))


@pytest.mark.parametrize("address", PAGES.values(), ids=PAGES.keys())
def test_hostile_records_are_harmless_everywhere(visit_hostile: Open, address: str) -> None:
    page = visit_hostile(address)
    assert page.response.status_code in (200, 404)
    assert page.elements
    harmless(page)


@pytest.mark.parametrize(
    "address", ["/?q=HB9666", f"/items/{ITEM}", f"/scenarios/{SCENARIO}", f"/compare/{ITEM}"]
)
def test_hostile_text_is_shown_as_text(visit_hostile: Open, address: str) -> None:
    assert SHOWN in visit_hostile(address).text


def test_names_stand_apart_from_their_surroundings(visit_hostile: Open) -> None:
    isolated = {each.text for each in visit_hostile(f"/items/{ITEM}").all("bdi")}
    assert SHOWN in isolated


def test_endless_name_has_a_page_and_is_found(fresh: Catalog, visit_fresh: Open) -> None:
    name = "长" * 10_000
    fresh.publish(hostile_item("HB9668", name), author="test", reason="test")
    assert name in visit_fresh("/items/120105-HB9668").text
    assert visit_fresh("/?q=HB9668").link(name) == "/items/120105-HB9668"


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        " https://example.cn",
        "java\nscript:alert(1)",
        "https://example.cn/\nx",
        "data:text/html,x",
        "//example.cn",
        "/items",
        "ftp://example.cn",
        "https:///",
        'https://example.cn/"onclick=x',
        "https://exa<b>mple.cn",
        None,
        7,
    ],
)
def test_only_web_addresses_become_links(text: object) -> None:
    assert web_address(text) is None


@pytest.mark.parametrize(
    "text", ["https://example.cn/a?b=1&c=%20#d", "HTTP://example.cn", "https://例子.中国/办事"]
)
def test_web_addresses_stay_as_they_are(text: str) -> None:
    assert web_address(text) == text


@pytest.mark.parametrize(
    "character",
    ["\0", "\x1b", "\u00ad", "\u200b", "\u200d", "\u202e", "\u2067", "\ufeff", "\ud800", "\U000e0041"],
)
def test_unseen_characters_are_left_out(character: str) -> None:
    assert visible(f"甲{character}乙") == "甲乙"


def test_seen_characters_stay() -> None:
    text = "甲 乙\n丙\tａ１（）“”·—𠮷é\u3000"
    assert visible(text) == text
