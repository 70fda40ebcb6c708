"""GET /v1/items: the list, one item with what belongs to it, its comparison."""

from __future__ import annotations

from typing import Any

from flask import Response

from service_catalog.model import Kind
from service_catalog.web.api import arguments as a
from service_catalog.web.api.answers import plain_answer, tagged_answer
from service_catalog.web.api.blueprint import Blueprint
from service_catalog.web.api.item_answer import comparison_answer, item_answer
from service_catalog.web.api.paging import make_cursor, read_cursor
from service_catalog.web.api.schemas.items import (
    ComparisonAnswerSchema,
    ItemAnswerSchema,
    ItemListSchema,
)
from service_catalog.web.current import catalog

blueprint = Blueprint("items", __name__, url_prefix="/v1/items", description="事项")


class ItemListQuery(a.QuerySchema):
    """Parameters of the list."""

    owner_region = a.region("只看哪个区划的事项")
    department = a.text("部门全名")
    limit = a.count(a.MAX_LIMIT, a.DEFAULT_LIMIT, "每页条数")
    cursor = a.text("上一页的 next", 1000)


class ComparisonQuery(a.QuerySchema):
    """Parameters of a comparison."""

    with_ = a.text("与哪个事项比较；只有一条对应事项时可省略", 160, data_key="with")


@blueprint.read("", ItemListSchema, "按编号列出事项", query=ItemListQuery(), failures=(503,), tagged=True)
def list_items(arguments: dict[str, Any]) -> Response:
    """One page of items in order of id."""
    owner, department = arguments.get("owner_region"), arguments.get("department")
    after = read_cursor(arguments.get("cursor"), str(Kind.ITEM), owner, department)
    page, last = catalog().listing(
        Kind.ITEM, owner=owner, department=department, after=after, limit=arguments["limit"]
    )
    records = [revision.record.as_json() for revision in page]
    return plain_answer({"items": records, "next": make_cursor(last, str(Kind.ITEM), owner, department)})


@blueprint.read(
    "/<record_id>", ItemAnswerSchema, "一个事项及其异地受理、对应事项", failures=(404, 410, 503), tagged=True
)
def item(record_id: str) -> Response:
    """One item with all that belongs to it."""
    current = catalog()
    view = current.item(a.check_id(record_id))
    return tagged_answer(view.digest, lambda: item_answer(view, current.labels))


@blueprint.read(
    "/<record_id>/comparison",
    ComparisonAnswerSchema,
    "与另一区划的对应事项并列比较",
    query=ComparisonQuery(),
    failures=(404, 410, 503),
    tagged=True,
)
def item_comparison(arguments: dict[str, Any], record_id: str) -> Response:
    """Two rows side by side."""
    other = arguments.get("with_")
    compared = catalog().comparison(a.check_id(record_id), None if other is None else a.check_id(other))
    return tagged_answer(compared.digest, lambda: comparison_answer(compared))
