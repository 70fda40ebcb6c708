"""GET /v1/scenarios: the list, and one scenario resolved."""

from __future__ import annotations

from typing import Any

from flask import Response

from service_catalog.model import Kind
from service_catalog.web.api import arguments as a
from service_catalog.web.api.answers import plain_answer, tagged_answer
from service_catalog.web.api.blueprint import Blueprint
from service_catalog.web.api.paging import make_cursor, read_cursor
from service_catalog.web.api.scenario_answer import scenario_answer
from service_catalog.web.api.schemas.scenarios import ScenarioAnswerSchema, ScenarioListSchema
from service_catalog.web.current import catalog

blueprint = Blueprint("scenarios", __name__, url_prefix="/v1/scenarios", description="一件事")


class ScenarioListQuery(a.QuerySchema):
    """Parameters of the list."""

    owner_region = a.region("只看哪个区划的一件事")
    limit = a.count(a.MAX_LIMIT, a.DEFAULT_LIMIT, "每页条数")
    cursor = a.text("上一页的 next", 1000)


@blueprint.read(
    "", ScenarioListSchema, "按编号列出一件事", query=ScenarioListQuery(), failures=(503,), tagged=True
)
def list_scenarios(arguments: dict[str, Any]) -> Response:
    """One page of scenarios in order of id."""
    owner = arguments.get("owner_region")
    after = read_cursor(arguments.get("cursor"), str(Kind.SCENARIO), owner)
    page, last = catalog().listing(Kind.SCENARIO, owner=owner, after=after, limit=arguments["limit"])
    records = [revision.record.as_json() for revision in page]
    return plain_answer({"scenarios": records, "next": make_cursor(last, str(Kind.SCENARIO), owner)})


@blueprint.read(
    "/<record_id>",
    ScenarioAnswerSchema,
    "一件事：步骤、合并后的材料、时限和到场次数",
    failures=(404, 410, 503),
    tagged=True,
)
def scenario(record_id: str) -> Response:
    """One scenario with its steps resolved and its materials merged."""
    view = catalog().scenario(a.check_id(record_id))
    return tagged_answer(view.digest, lambda: scenario_answer(view))
