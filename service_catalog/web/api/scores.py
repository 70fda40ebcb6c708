"""GET /v1/scores and /v1/items/{id}/score: how complete guides are."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from flask import Response

from service_catalog.catalog.scores import Group
from service_catalog.catalog.scoring import BY_NAME, Finding, ItemScore, findings, score_item
from service_catalog.model import Kind
from service_catalog.web.api import arguments as a
from service_catalog.web.api.answers import plain_answer
from service_catalog.web.api.blueprint import Blueprint
from service_catalog.web.api.paging import make_cursor, read_cursor
from service_catalog.web.api.schemas.scores import ItemScoreAnswerSchema, ScoreListSchema
from service_catalog.web.current import catalog

blueprint = Blueprint("scores", __name__, url_prefix="/v1", description="办事指南完整度")

LIST = "score"
"""What cursors of this list are bound to."""


class ScoreQuery(a.QuerySchema):
    """Parameters of the list."""

    owner_region = a.region("只看哪个区划的事项")
    department = a.text("部门全名")
    limit = a.count(a.MAX_LIMIT, a.DEFAULT_LIMIT, "每页条数")
    cursor = a.text("上一页的 next", 1000)


@blueprint.read(
    "/scores",
    ScoreListSchema,
    "各事项办事指南的完整度，低的在前；各区划、各部门的平均分",
    query=ScoreQuery(),
    failures=(503,),
    tagged=True,
)
def scores(arguments: dict[str, Any]) -> Response:
    """One page of scores, and the averages of all that passes the filters."""
    owner, department, limit = arguments.get("owner_region"), arguments.get("department"), arguments["limit"]
    after = read_cursor(arguments.get("cursor"), LIST, owner, department)
    found = catalog().scores(owner=owner, department=department)
    begin = bisect_right(found.items, after, key=lambda each: each.key)
    page = found.items[begin : begin + limit]
    last = page[-1].key if begin + limit < len(found.items) else None
    groups = [*found.regions(), *found.departments()]
    return plain_answer(
        {
            "seq": found.seq,
            "total": len(found.items),
            "average": found.average,
            "groups": [_group(group) for group in groups],
            "items": [_score(each) for each in page],
            "next": make_cursor(last, LIST, owner, department),
        }
    )


@blueprint.read(
    "/items/<record_id>/score",
    ItemScoreAnswerSchema,
    "一个事项办事指南的完整度，缺哪些要素",
    failures=(404, 410, 503),
    tagged=True,
)
def item_score(record_id: str) -> Response:
    """One score with every element."""
    record = catalog().record(a.check_id(record_id), Kind.ITEM).record
    elements = [_element(each) for each in findings(record)]
    return plain_answer(_score(score_item(record)) | {"elements": elements})


def _score(item: ItemScore) -> dict[str, Any]:
    return {
        "id": item.id,
        "region": item.owner,
        "name": item.name,
        "department": item.department,
        "score": item.score,
        "missing": [BY_NAME[name].label for name in item.missing],
    }


def _element(found: Finding) -> dict[str, Any]:
    element = found.element
    return {
        "name": element.name,
        "label": element.label,
        "weight": element.weight,
        "reason": element.reason,
        "applies": found.applies,
        "lack": found.lack,
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "region": group.owner,
        "department": group.department,
        "items": group.items,
        "without_guide": group.without_guide,
        "average": group.average,
    }
