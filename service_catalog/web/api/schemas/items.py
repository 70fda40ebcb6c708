"""Items, their history and their comparison."""

from __future__ import annotations

from marshmallow import fields as f
from marshmallow.validate import OneOf

from service_catalog.exchange.schemas import AcceptanceSchema, ItemSchema
from service_catalog.web.api.schemas.base import (
    Closed,
    boolean,
    cursor,
    integer,
    labels,
    many,
    nullable,
    one,
    region_code,
    string,
    strings,
)


class RevisionSchema(Closed):
    seq = integer("变更序号")
    changed_at = string("变更时间（UTC，ISO 8601）")


class LinkSchema(Closed):
    id = string("对应关系的编号")
    basis = nullable("对应的依据")
    confidence = f.Float(required=True, allow_none=True, metadata={"description": "把握，0 到 1"})


class ItemBriefSchema(Closed):
    id = string("编号")
    region = region_code()
    name = string("名称")
    department = nullable("实施部门；参考步骤为 null")
    has_guide = boolean("是否有办事指南")


class CounterpartLinkSchema(Closed):
    link = one(LinkSchema)
    item = one(ItemBriefSchema)


class ScenarioBriefSchema(Closed):
    id = string("编号")
    region = region_code()
    name = string("名称")
    relations = strings("该事项在一件事中的关系：own 本区事项，foreign 在另一城市办理，stands_for 仅供参考")


class LabelsSchema(Closed):
    """Label by code."""

    item_type = labels()
    object = labels()
    theme = labels()
    mode = labels()


class ItemAnswerSchema(Closed):
    item = one(ItemSchema)
    revision = one(RevisionSchema)
    acceptances = many(AcceptanceSchema)
    counterparts = many(CounterpartLinkSchema)
    scenarios = many(ScenarioBriefSchema)
    labels = one(LabelsSchema)
    unknown_ = strings("未提供的指南字段", data_key="unknown")  # marshmallow itself has an "unknown"


class ItemListSchema(Closed):
    items = many(ItemSchema)
    next = cursor()


class DifferenceSchema(Closed):
    field = string("字段")
    label = string("字段名称")
    left = f.Raw(required=True, allow_none=True)
    right = f.Raw(required=True, allow_none=True)
    verdict = string(
        "比较结果", validate=OneOf(["same", "different", "left_unknown", "right_unknown", "unknown"])
    )


class ComparedItemSchema(ItemBriefSchema):
    version = integer("版本")
    provenance = nullable("来源：official、reference 或 sample")


class ComparisonAnswerSchema(Closed):
    left = one(ComparedItemSchema)
    right = one(ComparedItemSchema)
    basis = string("为何比较；chosen 表示由请求指定")
    differences = many(DifferenceSchema)
