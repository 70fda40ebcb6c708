"""GET /v1/search and /v1/suggest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from flask import Response

from service_catalog.catalog.labels import FIXED
from service_catalog.model import Hit, SearchRequest
from service_catalog.model.records import SEARCHABLE
from service_catalog.web.api import arguments as a
from service_catalog.web.api.answers import PERSONAL, encode, json_answer
from service_catalog.web.api.blueprint import Blueprint
from service_catalog.web.api.schemas.search import SearchAnswerSchema, SuggestAnswerSchema
from service_catalog.web.api.search_answer import page_text
from service_catalog.web.current import catalog

blueprint = Blueprint("search", __name__, url_prefix="/v1", description="搜索与联想")

ALL_KINDS = "all"

MAX_SUGGESTIONS = 10

ASKED_PER_SUGGESTION = 2
"""Hits asked for per suggestion, as names that a region has several rows of take one place only."""


class SearchQuery(a.QuerySchema):
    """Parameters of a search."""

    q = a.query_text("要办的事，用自己的话；事项名称、编码、拼音均可，折叠后最多 256 个字；留空为浏览")
    at_region = a.region("人在哪个区划：不减少结果，在该区划办不了的排后并注明")
    owner_region = a.region("只看哪个区划的事项")
    kind = a.choice([ALL_KINDS, *map(str, SEARCHABLE)], "事项或一件事", load_default=ALL_KINDS)
    item_type = a.text("事项类型代码", 10)
    department = a.text("部门全名")
    theme = a.text("主题，例如 natural_person:011")
    object = a.choice(FIXED["object"], "服务对象")
    mode = a.choice(FIXED["mode"], "办理方式；给出 at_region 时指在该区划的方式")
    limit = a.count(a.MAX_LIMIT, a.DEFAULT_LIMIT, "每页条数")
    cursor = a.text("上一页的 next", 1000)


class SuggestQuery(a.QuerySchema):
    """Parameters of a suggestion."""

    q = a.query_text("已输入的文字；留空没有联想")
    at_region = a.region("人在哪个区划")
    owner_region = a.region("只看哪个区划的事项")
    limit = a.count(MAX_SUGGESTIONS, MAX_SUGGESTIONS, "条数")


@blueprint.read("/search", SearchAnswerSchema, "搜索事项和一件事", query=SearchQuery(), failures=(503,))
def search(arguments: dict[str, Any]) -> Response:
    """One page of a search. It has no ETag: to know whether an answer is still the same it has to be made."""
    current = catalog()
    page = current.search(_request(arguments))
    return json_answer(page_text(page, current.labels), cache=PERSONAL)


@blueprint.read("/suggest", SuggestAnswerSchema, "输入时的联想", query=SuggestQuery(), failures=(503,))
def suggest(arguments: dict[str, Any]) -> Response:
    """Names that what was typed so far may become."""
    limit = arguments.pop("limit")
    text = arguments.pop("q")
    hits: Sequence[Hit] = ()
    if text.strip():
        hits = (
            catalog().search(SearchRequest(text=text, limit=limit * ASKED_PER_SUGGESTION, **arguments)).hits
        )
    return json_answer(encode({"suggestions": list(_distinct(hits))[:limit]}), cache=PERSONAL)


def _request(arguments: dict[str, Any]) -> SearchRequest:
    kind = arguments.pop("kind")
    return SearchRequest(text=arguments.pop("q"), kind=None if kind == ALL_KINDS else kind, **arguments)


def _distinct(hits: Sequence[Hit]) -> Iterator[dict[str, Any]]:
    """Each name of a region once."""
    seen: set[tuple[str, str]] = set()
    for hit in hits:
        shown = json.loads(hit.candidate.fragment)
        named = (shown["region"], shown["name"])
        if named not in seen:
            seen.add(named)
            yield {key: shown[key] for key in ("kind", "id", "region", "name")}
