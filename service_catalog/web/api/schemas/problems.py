"""Failures."""

from __future__ import annotations

from marshmallow import INCLUDE, Schema
from marshmallow import fields as f

from service_catalog.web.api.schemas.base import Closed, integer, nullable, string


class FaultSchema(Closed):
    field = string("有误的参数或字段")
    message = string("错在哪里")
    hint = nullable("最接近的可用值")


class ProblemSchema(Schema):
    """RFC 9457. Further members are allowed: clients ignore what they do not know."""

    class Meta:
        unknown = INCLUDE

    type = string("失败类型，见 docs/problems.md")
    title = string("类型的名称")
    status = integer("HTTP 状态码")
    detail = string("这一次的说明")
    instance = string("请求的地址")
    request_id = string("请求编号")
    errors = f.List(f.Nested(FaultSchema), metadata={"description": "每个有误的参数"})


class ProblemTypeSchema(Closed):
    type = string("失败类型")
    status = integer("HTTP 状态码")
    title = string("名称")
    advice = string("怎么办")
