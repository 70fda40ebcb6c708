"""The comparison page."""

from __future__ import annotations

from tests.contract.pages.conftest import Open


def test_differences_are_marked_and_equal_fields_told_once(visit: Open) -> None:
    page = visit("/compare/120105-HB0001")
    verdicts = {each.text for each in page.all("span", class_="verdict")}
    assert verdicts >= {"相同", "不同"}
    assert page.text.count("近期免冠照片") == 1
    assert "天津市河北区人力资源和社会保障局" in page.text
    assert "北京市通州区人力资源和社会保障局" in page.text


def test_field_that_one_side_lacks_says_so(visit: Open) -> None:
    page = visit("/compare/120105-HB0001?with=110112-TZ0001")
    assert "一方未提供" in page.text
    assert "自选的两条事项" in page.text


def test_item_without_counterpart_has_no_comparison(visit: Open) -> None:
    assert visit("/compare/110112-TZ0001").response.status_code == 404


def test_unknown_other_item_is_not_found(visit: Open) -> None:
    assert visit("/compare/120105-HB0001?with=120105-X").response.status_code == 404
