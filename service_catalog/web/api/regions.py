"""GET /v1/regions and /v1/departments: what a form offers to choose from."""

from __future__ import annotations

from typing import Any

from flask import Response

from service_catalog.web.api import arguments as a
from service_catalog.web.api.answers import plain_answer
from service_catalog.web.api.blueprint import Blueprint
from service_catalog.web.api.schemas.service import DepartmentListSchema, RegionListSchema
from service_catalog.web.current import catalog

blueprint = Blueprint("regions", __name__, url_prefix="/v1", description="区划与部门")


class DepartmentQuery(a.QuerySchema):
    """Parameters of the list of departments."""

    owner_region = a.region("只看哪个区划的部门")


@blueprint.read("/regions", RegionListSchema, "已收录的区划", failures=(503,), tagged=True)
def regions() -> Response:
    """All regions."""
    return plain_answer({"regions": [revision.record.as_json() for revision in catalog().regions()]})


@blueprint.read(
    "/departments",
    DepartmentListSchema,
    "有事项的部门及事项数",
    query=DepartmentQuery(),
    failures=(503,),
    tagged=True,
)
def departments(arguments: dict[str, Any]) -> Response:
    """All departments that have items."""
    rows = catalog().departments(arguments.get("owner_region"))
    return plain_answer(
        {"departments": [{"region": owner, "name": name, "items": items} for owner, name, items in rows]}
    )
