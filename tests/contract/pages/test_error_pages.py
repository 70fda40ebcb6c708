"""Failures as pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service_catalog.app import create_app
from service_catalog.catalog import Catalog
from service_catalog.config import Settings
from service_catalog.model import Kind
from service_catalog.model.errors import SearchUnavailableError
from service_catalog.web.pages.rendering import visible
from tests.contract.pages.conftest import BROWSER, Open, browser

FAILURES = {
    "no such item": ("/items/110112-TZ9999", 404),
    "no such scenario": ("/scenarios/120105-X", 404),
    "scenario's id as an item's": ("/items/120105-HB-YJS-18", 404),
    "impossible id": ("/items/%E5%81%87%00", 404),
    "no such address": ("/nothing/here", 404),
    "unknown region": ("/?q=a&at_region=999999", 422),
    "unknown region of an item": ("/items/110112-TZ0001?at_region=999999", 422),
    "unknown kind": ("/?q=a&kind=thing", 422),
    "too long": ("/?q=" + "长" * 257, 422),
    "cursor of another search": ("/?q=a&cursor=abc", 422),
    "unreadable": ("/?q=%ff", 400),
}


@pytest.mark.parametrize(("address", "status"), FAILURES.values(), ids=FAILURES.keys())
def test_page_tells_the_same_as_the_problem(
    client: FlaskClient, visit: Open, address: str, status: int
) -> None:
    problem = client.get(address).get_json(force=True)
    page = visit(address)
    assert page.response.status_code == problem["status"] == status
    assert page.response.mimetype == "text/html"
    assert page.one("h1").text == problem["title"]
    assert visible(problem["detail"]) in page.text


@pytest.mark.parametrize(("address", "status"), FAILURES.values(), ids=FAILURES.keys())
def test_page_leads_on(visit: Open, address: str, status: int) -> None:
    page = visit(address)
    assert "/" in page.links
    assert "tel:12345" in page.links
    assert page.one("form").get("action") == "/"


def test_all_faults_are_told_at_once(visit: Open) -> None:
    text = visit("/?q=" + "长" * 257 + "&kind=thing&mode=x&at_region=999999&owner_region=888888").text
    for field in ("q", "kind", "mode", "at_region", "owner_region"):
        assert f"{field}：" in text
    assert "已收录的区划：110112、120105" in text


def test_withdrawn_item_says_since_when(visit_fresh: Open, fresh: Catalog) -> None:
    change = fresh.withdraw("120105-HB0001", Kind.ITEM, author="test", reason="test")
    page = visit_fresh("/items/120105-HB0001")
    assert page.response.status_code == 410
    assert page.one("h1").text == "该记录已撤回"
    assert change.changed_at[:10] in page.text
    assert "（北京时间）" in page.text


def test_withdrawn_scenario_is_gone_too(visit_fresh: Open, fresh: Catalog) -> None:
    fresh.withdraw("120105-HB-YJS-18", Kind.SCENARIO, author="test", reason="test")
    assert visit_fresh("/scenarios/120105-HB-YJS-18").response.status_code == 410


def test_while_search_is_down_the_page_says_what_still_works(
    fresh_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise SearchUnavailableError("机器名和文件名", retry_after_s=7)

    monkeypatch.setattr(Catalog, "search", fail)
    visit = browser(fresh_app.test_client())
    page = visit("/?q=身份证")
    assert page.response.status_code == 503
    assert "请在 7 秒后再试" in page.text
    assert "它们不受影响" in page.text
    assert "机器名" not in page.text
    assert not page.all("form")
    for still_works in (page.link("首页"), "/items/120105-HB0001", "/scenarios/120105-HB-YJS-18"):
        assert visit(still_works).response.status_code == 200


def test_without_a_store_the_page_still_comes(tmp_path: Path) -> None:
    page = browser(create_app(Settings(data=tmp_path)).test_client())("/items/120105-HB0001")
    assert page.response.status_code == 503
    assert page.faults == []
    assert "tel:12345" in page.links
    assert not page.all("form")


def test_error_page_is_not_kept(visit: Open) -> None:
    headers = visit("/items/none").response.headers
    assert headers["Cache-Control"] == "no-store"
    assert "Accept" in headers["Vary"]


def test_head_is_answered_like_get(client: FlaskClient) -> None:
    assert client.head("/items/120105-HB0001", headers=BROWSER).status_code == 200
