"""Regions, departments, and the state of the service."""

from __future__ import annotations

from marshmallow import fields as f
from marshmallow.validate import OneOf

from service_catalog.catalog.status import State
from service_catalog.exchange.schemas import RegionSchema
from service_catalog.model import Kind
from service_catalog.web.api.schemas.base import (
    Closed,
    boolean,
    integer,
    many,
    nullable,
    one,
    region_code,
    string,
)


class RegionListSchema(Closed):
    regions = many(RegionSchema)


class DepartmentSchema(Closed):
    region = region_code()
    name = string("部门")
    items = integer("事项数")


class DepartmentListSchema(Closed):
    departments = many(DepartmentSchema)


class EngineStatusSchema(Closed):
    name = string("搜索引擎")
    generation = nullable("正在使用的索引")
    mapping_version = integer("索引定义的版本")
    seq = integer("索引到达的序号")
    lag = integer("尚未进入索引的变更数")
    age_s = f.Float(required=True, metadata={"description": "其中最早一项距今的秒数，追平时为 0"})
    documents = integer("索引中的条数")
    state = string(
        "状态：正在重建、不可用、没有索引、落后、已追平", validate=OneOf([str(state) for state in State])
    )
    percent = f.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "重建这一步完成的百分比；不在重建或不知总量时为空"},
    )
    rejected = integer("未被搜索引擎接受、因而搜不到的条数")


class RejectionSchema(Closed):
    id = string("记录编号")
    seq = integer("变更序号")
    reason = string("搜索引擎说的原因")


class StatusDetailsSchema(Closed):
    error = nullable("目前的问题")
    rebuild = f.Dict(required=True, allow_none=True, metadata={"description": "正在进行的重建：步骤与进度"})
    follow = f.Dict(
        required=True, allow_none=True, metadata={"description": "使索引跟上变更的进程所报告的情况"}
    )
    last_failure = f.Dict(
        required=True, allow_none=True, metadata={"description": "最近一次重建若失败，何时何因"}
    )
    rejections = many(RejectionSchema)


class CountSchema(Closed):
    region = region_code()
    kind = string("种类", validate=OneOf([str(kind) for kind in Kind]))
    count = integer("记录数")


class StatusAnswerSchema(Closed):
    ready = boolean("能否回答搜索")
    head = integer("最新变更的序号")
    epoch = string("变更日志的名称")
    engine = one(EngineStatusSchema)
    counts = many(CountSchema)
    version = string("软件版本")
    details = f.Nested(
        StatusDetailsSchema,
        required=True,
        allow_none=True,
        metadata={"description": "凭运维密钥才有，否则为空"},
    )


class CheckSchema(Closed):
    ok = boolean("是否可用")
    message = nullable("不可用的原因")


class LagSchema(Closed):
    changes = integer("索引尚缺的变更数")
    seconds = f.Float(required=True, metadata={"description": "所缺变更中最早一项距今的秒数，追平时为 0"})
    degraded = boolean("是否由备用索引作答")


class ReadyAnswerSchema(Closed):
    ready = boolean("各部分是否都可用")
    checks = f.Dict(keys=f.String(), values=f.Nested(CheckSchema), required=True)
    lag = f.Nested(
        LagSchema,
        required=True,
        allow_none=True,
        metadata={"description": "索引落后多少；数据库不可用时为空"},
    )


class HealthAnswerSchema(Closed):
    status = string("固定为 ok", validate=OneOf(["ok"]))
