"""Guide scores."""

from __future__ import annotations

from marshmallow import fields as f

from service_catalog.web.api.schemas.base import (
    Closed,
    boolean,
    cursor,
    integer,
    many,
    nullable,
    region_code,
    string,
    strings,
)


class ScoreSchema(Closed):
    id = string("编号")
    region = region_code()
    name = string("名称")
    department = nullable("实施部门")
    score = integer("办事指南完整度，0 到 100")
    missing = strings("缺少的要素，分值高的在前")


class ElementSchema(Closed):
    name = string("要素")
    label = string("要素名称")
    weight = integer("分值")
    reason = string("为何有这个分值")
    applies = boolean("是否适用于该事项；不适用的不计分")
    lack = nullable("缺什么；不缺或不适用时为 null")


class ItemScoreAnswerSchema(ScoreSchema):
    elements = many(ElementSchema)


class ScoreGroupSchema(Closed):
    region = region_code()
    department = nullable("实施部门；null 为整个区划")
    items = integer("事项数")
    without_guide = integer("没有办事指南的事项数")
    average = f.Float(required=True, metadata={"description": "平均分"})


class ScoreListSchema(Closed):
    seq = integer("对应的日志序号")
    total = integer("事项数")
    average = f.Float(required=True, allow_none=True, metadata={"description": "平均分；没有事项时为 null"})
    groups = many(ScoreGroupSchema)
    items = many(ScoreSchema)
    next = cursor()
