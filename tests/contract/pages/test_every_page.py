"""What holds on every page: structure, labels, policy, and links that lead somewhere."""

from __future__ import annotations

import re
from itertools import pairwise
from urllib.parse import urlsplit

import pytest

from tests.contract.pages.conftest import Open

PAGES = {
    "start": "/",
    "start at a region": "/?at_region=120105",
    "results": "/?q=社会保障卡",
    "results at a region": "/?q=社保卡丢了&at_region=120105",
    "narrowed results": "/?q=社会保障卡&kind=item&mode=online&at_region=120105",
    "browsing": "/?owner_region=120105&at_region=110112",
    "unsure results": "/?q=宠物医院",
    "nothing found": "/?q=龘龘龘龘",
    "item with guide": "/items/120105-HB0001",
    "item without guide": "/items/110112-TZ0001?at_region=120105",
    "scenario": "/scenarios/120105-HB-YJS-18",
    "scenario at a region": "/scenarios/120105-HB-KS-01?at_region=110112",
    "comparison": "/compare/120105-HB0002?at_region=110112",
    "not found": "/items/110112-TZ9999",
    "wrong parameter": "/?q=a&at_region=999999",
}

LEADING = [
    "start at a region",
    "results at a region",
    "browsing",
    "item with guide",
    "scenario at a region",
    "comparison",
]

every_page = pytest.mark.parametrize("address", PAGES.values(), ids=PAGES.keys())


@every_page
def test_page_is_well_formed(visit: Open, address: str) -> None:
    assert visit(address).faults == []


@every_page
def test_page_has_one_heading_and_the_landmarks(visit: Open, address: str) -> None:
    page = visit(address)
    assert [len(page.all(tag)) for tag in ("h1", "main", "footer", "title")] == [1, 1, 1, 1]
    assert page.one("html").get("lang") == "zh-Hans"
    assert page.one("title").text.strip()


@every_page
def test_headings_leave_no_level_out(visit: Open, address: str) -> None:
    levels = [int(each.tag[1]) for each in visit(address).elements if re.fullmatch(r"h[1-6]", each.tag)]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


@every_page
def test_ids_are_unique_and_what_refers_to_them_finds_them(visit: Open, address: str) -> None:
    page = visit(address)
    ids = [each.get("id") for each in page.elements if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    named = ("for", "aria-labelledby", "aria-describedby")
    wanted = [each.get(name) for each in page.elements for name in named if name in each.attributes]
    wanted += [link[1:] for link in page.links if link.startswith("#")]
    assert set(wanted) <= set(ids)
    assert "main" in wanted  # the link that skips the head


@every_page
def test_every_field_has_a_label(visit: Open, address: str) -> None:
    page = visit(address)
    labelled = {each.get("for") for each in page.all("label")}
    for each in (*page.all("input"), *page.all("select")):
        # radios and checkboxes stand inside their labels
        assert each.get("type") in ("hidden", "radio", "checkbox") or each.get("id") in labelled


@every_page
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(visit: Open, address: str) -> None:
    page = visit(address)
    assert not page.all("script") + page.all("style")
    for each in page.elements:
        assert not [name for name in each.attributes if name == "style" or name.startswith("on")]
        for name in ("src", "href", "action"):
            assert urlsplit(each.get(name)).scheme in ("", "tel")
            assert urlsplit(each.get(name)).netloc == ""


@every_page
def test_policy_lets_nothing_in(visit: Open, address: str) -> None:
    policy = visit(address).response.headers["Content-Security-Policy"]
    assert policy == (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


@pytest.mark.parametrize("name", LEADING)
def test_every_link_leads_to_a_page(visit: Open, name: str) -> None:
    links = [link for link in visit(PAGES[name]).links if link.startswith("/")]
    assert len(links) > 3
    broken = {link: status for link in links if (status := visit(link).response.status_code) != 200}
    assert broken == {}


def test_telephone_links_hold_digits_only(visit: Open) -> None:
    dialled = [link for link in visit("/items/120105-HB0001").links if link.startswith("tel:")]
    assert dialled == ["tel:12345", "tel:02212345"]
