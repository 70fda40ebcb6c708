"""The answers of search and suggest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields as f
from marshmallow.validate import OneOf

from service_catalog.model import Confidence, Mode
from service_catalog.model.records import SEARCHABLE
from service_catalog.model.searching import FACETS
from service_catalog.web.api.schemas.base import (
    Closed,
    boolean,
    cursor,
    integer,
    many,
    nullable,
    one,
    region_code,
    string,
    strings,
)


class MeaningSchema(Closed):
    word = string("查询中的日常用语")
    object = string("所指的办理对象")
    action = string("所指的办理动作")
    name = string("所指的名称")


class UnderstandingSchema(Closed):
    text = string("原样的搜索词")
    corrected = nullable("改正后的搜索词")
    regions = strings("搜索词中提到的区划")
    open_place = nullable("可能指区划、也可能指别的词")
    code = nullable("搜索词若是编码，归一后的编码")
    meanings = many(MeaningSchema)


class ReasonSchema(Closed):
    code = string("稳定的代码")
    text = string("给人看的说明")


class HitAcceptanceSchema(Closed):
    region = string("受理区划")
    mode = string("办理方式", validate=OneOf([str(mode) for mode in Mode]))
    note = nullable("怎么办理")


class HitSchema(Closed):
    """What hits of both kinds have."""

    score = f.Float(required=True)
    reasons = many(ReasonSchema)
    accepted_here = boolean("能否在 at_region 办理；没有给 at_region 时为 null", allow_none=True)
    mode_here = nullable("在 at_region 的办理方式；本区事项为 null")
    kind = string("种类", validate=OneOf([str(kind) for kind in SEARCHABLE]))
    id = string("编号")
    region = region_code()
    code = string("编码")
    name = string("名称")
    department = nullable("实施部门；一件事为牵头部门")
    summary = nullable("办成后得到什么")
    provenance = nullable("来源：official、reference 或 sample")
    version = integer("版本")


class ItemHitSchema(HitSchema):
    item_type = nullable("事项类型代码")
    objects = strings("服务对象")
    has_guide = boolean("是否有办事指南")
    acceptances = many(HitAcceptanceSchema)
    counterparts = strings("其他区划对应事项的编号")


class ScenarioHitSchema(HitSchema):
    object = nullable("服务对象")
    life_stage = nullable("人生或企业阶段")
    steps = integer("步骤数")


HIT: Mapping[str, Any] = {
    "oneOf": [{"$ref": "#/components/schemas/ItemHit"}, {"$ref": "#/components/schemas/ScenarioHit"}]
}


class FacetValueSchema(Closed):
    value = string("可作为参数值")
    label = string("显示的名称")
    count = integer("不计本筛选时的结果数")


FacetsSchema = type(
    "FacetsSchema", (Closed,), {facet: f.List(f.Nested(FacetValueSchema), required=True) for facet in FACETS}
)


class EngineSchema(Closed):
    name = string("搜索引擎")
    seq = integer("索引到达的序号")
    age_s = f.Float(required=True, metadata={"description": "索引落后的秒数；与目录一致时为 0"})
    degraded = boolean("是否由备用引擎作答")


class SearchAnswerSchema(Closed):
    query = one(UnderstandingSchema)
    confidence = string("第一条结果的可信程度", validate=OneOf([str(each) for each in Confidence]))
    total = integer("结果数，最多 1000")
    hits = f.List(f.Raw(metadata=HIT), required=True)
    facets = f.Nested(FacetsSchema, required=True)
    next = cursor()
    suggestions = strings("没有结果时最接近的名称")
    engine = one(EngineSchema)
    changed = boolean("翻页期间目录有变化，各页可能重复或缺少")


class SuggestionSchema(Closed):
    kind = string("种类", validate=OneOf([str(kind) for kind in SEARCHABLE]))
    id = string("编号")
    region = region_code()
    name = string("名称")


class SuggestAnswerSchema(Closed):
    suggestions = many(SuggestionSchema)
