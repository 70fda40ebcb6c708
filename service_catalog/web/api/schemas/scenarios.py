"""Scenarios, resolved."""

from __future__ import annotations

from marshmallow import RAISE
from marshmallow import fields as f
from marshmallow.validate import OneOf

from service_catalog.catalog.scenarios import NECESSITIES
from service_catalog.exchange.schemas import LimitSchema, ScenarioSchema, WindowSchema
from service_catalog.model import Mode
from service_catalog.web.api.schemas.base import (
    Closed,
    boolean,
    cursor,
    integer,
    many,
    nullable,
    one,
    string,
    strings,
)
from service_catalog.web.api.schemas.items import ItemBriefSchema, RevisionSchema


class StepAcceptanceSchema(Closed):
    region = string("受理区划")
    mode = string("办理方式", validate=OneOf([str(mode) for mode in Mode]))
    note = nullable("怎么办理")
    windows = f.List(f.Nested(WindowSchema), required=True)


class ResolvedStepSchema(Closed):
    """A step of a scenario, resolved."""

    key = string("步骤的编号")
    order = integer("次序")
    name = string("名称")
    relation = string("与一件事的关系", validate=OneOf(["own", "foreign", "stands_for", "outside"]))
    is_reference = boolean("本区同名事项未收录，仅供参考")
    item = one(ItemBriefSchema, allow_none=True)
    acceptances = many(StepAcceptanceSchema)


class MaterialVariantSchema(Closed):
    step = string("需要它的步骤")
    form = nullable("形式")
    copies = integer("份数", allow_none=True)
    necessity = string("必要程度", validate=OneOf(NECESSITIES))
    when = nullable("何种情形需要")
    issued_by = nullable("出具单位")
    is_reference = boolean("仅供参考")


class MergedMaterialSchema(Closed):
    name = string("材料名称")
    necessity = string("最严的必要程度", validate=OneOf(NECESSITIES))
    is_reference = boolean("只有参考步骤需要它")
    variants = many(MaterialVariantSchema)


class LongestLimitSchema(LimitSchema):
    """The longest limit of one unit."""

    class Meta:
        unknown = RAISE

    step = string("来自哪一步")
    is_reference = boolean("仅供参考")


class LimitsSchema(Closed):
    """By unit: working_day, calendar_day."""

    legal_limit = f.Dict(keys=f.String(), values=f.Nested(LongestLimitSchema), required=True)
    promised_limit = f.Dict(keys=f.String(), values=f.Nested(LongestLimitSchema), required=True)


class VisitsSchema(Closed):
    least_in_total = integer("已知到场次数之和；都未知时为 null", allow_none=True)
    label = string("名称")
    reference_steps = strings("其中取自参考指南的步骤")


class UnknownSchema(Closed):
    """Keys of the steps about which something is not known."""

    outside_catalogue = strings("目录以外的步骤")
    item_missing = strings("事项已不在目录中的步骤")
    guide = strings("没有指南的步骤")
    materials = strings("材料未提供的步骤")
    legal_limit = strings("法定时限未提供的步骤")
    promised_limit = strings("承诺时限未提供的步骤")
    visits = strings("到场次数未提供的步骤")
    fee = strings("收费未提供的步骤")


class ScenarioAnswerSchema(Closed):
    scenario = one(ScenarioSchema)
    revision = one(RevisionSchema)
    steps = many(ResolvedStepSchema)
    materials = many(MergedMaterialSchema)
    limits = one(LimitsSchema)
    visits = one(VisitsSchema)
    unknown_ = one(UnknownSchema, data_key="unknown")  # marshmallow itself has an attribute "unknown"


class ScenarioListSchema(Closed):
    scenarios = many(ScenarioSchema)
    next = cursor()
