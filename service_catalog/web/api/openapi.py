"""The API as a whole: its blueprints and its OpenAPI document.

``python -m service_catalog.web.api.openapi`` prints the document; docs/openapi.json is the committed copy.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Flask
from flask_smorest import Api

from service_catalog.web.api import documents, items, records, regions, scenarios, scores, search, service
from service_catalog.web.api.blueprint import KEY, OPERATOR, PROBLEM
from service_catalog.web.api.schemas.problems import ProblemSchema
from service_catalog.web.api.schemas.search import ItemHitSchema, ScenarioHitSchema
from service_catalog.web.problems import MEDIA_TYPE

API_VERSION = "1"

INFO = {
    "description": (
        "跨区域政务服务目录：公开查询；持密钥者维护本区记录。"
        "所有失败均以 application/problem+json（RFC 9457）说明，类型见 docs/problems.md。"
        "参数从严检查：未知、重复或有误的参数一并报告（422）。"
        "目录数据注明来源；reference 表示参考数据，不是各区官方清单。"
    )
}


KEY_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "管理员用 catalog keys add 发放的密钥，写作 Bearer {编号}.{密文}。",
}


class CatalogApi(Api):  # type: ignore[misc]  # the library is untyped
    """flask-smorest's API with our problem objects in its document."""

    DEFAULT_ERROR_RESPONSE_NAME = PROBLEM
    ERROR_SCHEMA = ProblemSchema


def register_api(app: Flask) -> None:
    """Register all routes of the API and the document that describes them."""
    api = CatalogApi(
        app,
        spec_kwargs={
            "title": "跨区域政务服务目录",
            "version": API_VERSION,
            "openapi_version": "3.1.0",
            "info": INFO,
        },
    )
    content = {MEDIA_TYPE: {"schema": ProblemSchema}}
    api.spec.components.response(PROBLEM, {"description": "失败的原因（RFC 9457）", "content": content})
    api.spec.components.security_scheme(OPERATOR, {"type": "http", "scheme": "bearer"})
    api.spec.components.security_scheme(KEY, KEY_SCHEME)
    api.spec.components.schema("ItemHit", schema=ItemHitSchema)
    api.spec.components.schema("ScenarioHit", schema=ScenarioHitSchema)
    for module in (search, items, scenarios, regions, records, scores, service, documents):
        api.register_blueprint(module.blueprint)
    documents.serve_document(app, lambda: document(api))


def document(api: Api) -> dict[str, Any]:
    """The OpenAPI document."""
    made: dict[str, Any] = api.spec.to_dict()
    del made["components"]["schemas"]["PaginationMetadata"]  # the library's own header, which no answer has
    return made


def main() -> None:
    """Print the document as it is committed."""
    from service_catalog.web.register import register  # noqa: PLC0415 - register imports this module

    app = Flask("service_catalog.web", static_folder=None)
    register(app)
    print(json.dumps(app.extensions[documents.EXTENSION](), ensure_ascii=False, indent=1, sort_keys=True))


if __name__ == "__main__":
    main()
