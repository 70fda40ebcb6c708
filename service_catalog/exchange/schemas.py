"""The shape of each record kind on the wire: in files, deliveries and answers.

Fields that a schema does not name are kept, not refused: a node must pass on what a newer node has added.
What is named is checked. The rules come from the national upload tables (基本目录, 实施清单) where they have
the field.
"""

from __future__ import annotations

import re
from typing import Any

from marshmallow import INCLUDE, Schema, ValidationError, validates_schema
from marshmallow.validate import Length

from service_catalog.exchange.checked_fields import (
    OBJECT,
    Day,
    Part,
    Pattern,
    Several,
    Share,
    Text,
    WebAddress,
    Whole,
    Words,
    YesNo,
    one_of,
)
from service_catalog.model import Kind, Mode

REGION = Pattern(r"^[0-9]{6}$", error="区划代码是六位数字")
ID = Pattern(r"^[0-9A-Za-z:~_.-]{1,160}$", error="编号只能有字母、数字和 : ~ _ . -，最长 160 个字符")
CODE = Pattern(r"^[0-9A-Za-z_.-]{1,64}$", error="编码只能有字母、数字和 _ . -，最长 64 个字符")
ITEM_TYPE = Pattern(r"^[0-9]{2}$", error="事项类型是两位数字")
THEME = Pattern(r"^(natural_person|legal_person):[0-9]{3}$", error="主题写作 natural_person:085")
NAME = Words(1000)
OBJECTS = one_of(["natural_person", "legal_person"])
RESULTS = one_of(["certificate", "approval", "registration", "record", "payment", "none"])
STATUS = one_of(["active", "suspended"])
KINDS = one_of([str(kind) for kind in Kind])


class Open(Schema):
    """A schema that keeps fields it does not name."""

    class Meta:
        unknown = INCLUDE

    error_messages = {"type": OBJECT}  # noqa: RUF012 - marshmallow's way


def _text(help_text: str) -> Text:
    return Text(allow_none=True, metadata={"description": help_text})


def _code_of(characters: int) -> Text:
    return Text(allow_none=True, validate=Length(equal=characters, error=f"应为 {characters} 位"))


class ProvenanceSchema(Open):
    status = Text(required=True, validate=one_of(["official", "reference", "sample"]))
    note = _text("来源说明，随记录显示")


class LimitSchema(Open):
    value = Whole(required=True, least=0)
    unit = Text(required=True, validate=one_of(["working_day", "calendar_day"]))


class MaterialSchema(Open):
    name = Text(required=True, validate=NAME)
    form = Text(allow_none=True, validate=one_of(["original", "copy", "electronic", "form"]))
    copies = Whole(allow_none=True, least=0)
    necessity = Text(required=True, validate=one_of(["required", "conditional", "deferrable"]))
    when = _text("何种情形需要；必要材料为空")
    issued_by = _text("出具单位")


class GuideStepSchema(Open):
    name = Text(required=True)
    detail = _text("这一步做什么")


class FeeSchema(Open):
    charged = YesNo(required=True)
    amount = _text("收费标准")
    basis = _text("收费依据")


class ResultSchema(Open):
    name = Text(allow_none=True)
    kind = Text(allow_none=True, validate=RESULTS)


class BasisSchema(Open):
    title = Text(required=True)
    article = _text("条款；未核对时为空")


class QuestionSchema(Open):
    question = Text(required=True)
    answer = Text(required=True)


class WindowSchema(Open):
    hall = Text(required=True)
    address = _text("地址")
    phone = _text("电话")
    hours = _text("办公时间")


class GuideSchema(Open):
    """办事指南. Every field may be unknown: null, or an empty list."""

    summary = _text("办成后得到什么")
    conditions = Several(Text(), allow_none=True)
    materials = Several(Part(MaterialSchema), allow_none=True)
    steps = Several(Part(GuideStepSchema), allow_none=True)
    legal_limit = Part(LimitSchema, allow_none=True)
    promised_limit = Part(LimitSchema, allow_none=True)
    fee = Part(FeeSchema, allow_none=True)
    visits = Whole(allow_none=True, least=0, most=20)
    result = Part(ResultSchema, allow_none=True)
    legal_basis = Several(Part(BasisSchema), allow_none=True)
    questions = Several(Part(QuestionSchema), allow_none=True)
    windows = Several(Part(WindowSchema), allow_none=True)
    online_url = WebAddress(allow_none=True)
    cross_region_note = _text("人在另一城市怎么办")


class RecordSchema(Open):
    """The envelope every record has, and what most kinds share."""

    kind = Text(required=True, validate=KINDS)
    id = Text(required=True, validate=ID)
    owner = Text(required=True, validate=REGION, metadata={"description": "拥有该记录的区划，只有它能修改"})
    version = Whole(required=True, least=1)
    deleted = YesNo()
    provenance = Part(ProvenanceSchema, required=True)
    valid_from = Day(allow_none=True)
    valid_to = Day(allow_none=True)

    @validates_schema(skip_on_field_errors=False)
    def _check_id(self, data: dict[str, Any], **_: Any) -> None:
        try:
            given, expected = data["id"], self.expected_id(data)
        except KeyError:
            return  # a field that the id is made of is at fault, which is told already
        if given != expected:
            raise ValidationError(f"编号应为 {expected}", "id")

    def expected_id(self, data: dict[str, Any]) -> str:
        """The id that the other fields call for. Raises KeyError if one of them is missing."""
        raise NotImplementedError


class ItemSchema(RecordSchema):
    """事项. id = {owner}-{code}."""

    code = Text(required=True, validate=CODE)
    name = Text(required=True, validate=NAME)
    aliases = Several(Text(validate=NAME))
    group = _text("同一事项的各种情形共用的名称")
    item_type = Text(required=True, validate=ITEM_TYPE, metadata={"description": "事项类型代码"})
    department = Text(required=True, allow_none=True)
    objects = Several(Text(validate=OBJECTS))
    themes = Several(Text(validate=THEME))
    basic_code = _code_of(12)
    implementation_code = _code_of(31)
    handling_code = _code_of(33)
    guide = Part(GuideSchema, allow_none=True)
    status = Text(validate=STATUS)

    def expected_id(self, data: dict[str, Any]) -> str:
        return f"{data['owner']}-{data['code']}"


class StepSchema(Open):
    key = Text(required=True)
    order = Whole(required=True, least=1)
    name = Text(required=True, validate=NAME)
    item = Text(allow_none=True, validate=ID)
    relation = Text(required=True, validate=one_of(["own", "foreign", "stands_for", "outside"]))

    @validates_schema(skip_on_field_errors=False)
    def _check_outside(self, data: dict[str, Any], **_: Any) -> None:
        """Else the materials of an item would be listed for a step that claims to have none."""
        if data.get("relation") == "outside" and data.get("item"):
            raise ValidationError("目录外的步骤（outside）不能有事项", "item")


class ScenarioSchema(RecordSchema):
    """一件事. id = {owner}-{code}."""

    code = Text(required=True, validate=CODE)
    name = Text(required=True, validate=NAME)
    aliases = Several(Text(validate=NAME))
    object = Text(allow_none=True, validate=OBJECTS)
    life_stage = _text("人生或企业阶段")
    lead_department = _text("牵头部门")
    cooperating_departments = Several(Text())
    steps = Several(Part(StepSchema), required=True)
    status = Text(validate=STATUS)

    @validates_schema
    def _check_keys(self, data: dict[str, Any], **_: Any) -> None:
        """Answers name steps by key, so a key that two steps share would tell of the wrong one."""
        orders = [step["order"] for step in data["steps"]]
        faults: dict[int, dict[str, list[str]]] = {}
        for at, step in enumerate(data["steps"]):
            expected = f"{data['code']}#{step['order']}"
            if step["key"] != expected:
                faults.setdefault(at, {})["key"] = [f"步骤编号应为 {expected}"]
            if step["order"] in orders[:at]:
                faults.setdefault(at, {})["order"] = ["与前面的步骤重复"]
        if faults:
            raise ValidationError({"steps": faults})

    def expected_id(self, data: dict[str, Any]) -> str:
        return f"{data['owner']}-{data['code']}"


class AcceptanceSchema(RecordSchema):
    """异地受理. id = {accepting region}:{item id}; owned by the accepting region."""

    item = Text(required=True, validate=ID)
    mode = Text(required=True, validate=one_of([str(mode) for mode in Mode]))
    note = _text("怎么办理")
    windows = Several(Part(WindowSchema))

    def expected_id(self, data: dict[str, Any]) -> str:
        return f"{data['owner']}:{data['item']}"


class CounterpartSchema(RecordSchema):
    """对应事项. id = {owner}-CP-{a}~{b}."""

    a = Text(required=True, validate=ID)
    b = Text(required=True, validate=ID)
    basis = Text(required=True)
    confidence = Share()
    reviewer = _text("复核人所在岗位")

    @validates_schema(skip_on_field_errors=False)
    def _check_ends(self, data: dict[str, Any], **_: Any) -> None:
        if "a" in data and data["a"] == data.get("b"):
            raise ValidationError("一个事项不能与自己对应", "b")

    def expected_id(self, data: dict[str, Any]) -> str:
        return f"{data['owner']}-CP-{data['a']}~{data['b']}"


class TargetSchema(Open):
    """What a term points at: object and action, or a name. Never an id: it must survive another catalogue."""

    object = Text(validate=NAME)
    action = Text(allow_none=True)
    name = Text(validate=NAME)

    @validates_schema
    def _check_one(self, data: dict[str, Any], **_: Any) -> None:
        if ("object" in data) == ("name" in data):
            raise ValidationError("指向办理对象（object）或名称（name），二者取一")


class TermSchema(RecordSchema):
    """日常用语. id = {owner}-T-{8 hex digits of word and target}."""

    word = Text(required=True, validate=Words(64))
    word_kind = _text("用语类别")
    target = Part(TargetSchema, required=True)

    def expected_id(self, data: dict[str, Any]) -> str:
        begin = f"{data['owner']}-T-"
        is_right = re.fullmatch(re.escape(begin) + "[0-9a-f]{8}", data["id"])
        return str(data["id"]) if is_right else begin + "（8 位小写十六进制数）"


class RegionSchema(RecordSchema):
    """区划. Owned by itself."""

    name = Text(required=True, validate=NAME)
    short_name = _text("简称")
    city = _text("所在城市")
    area_code = _text("电话区号")
    place_words = Several(Text(validate=NAME))
    city_words = Several(Text(validate=NAME))
    open_words = Several(Text(validate=NAME))
    not_words = Several(Text(validate=NAME))

    def expected_id(self, data: dict[str, Any]) -> str:
        return str(data["owner"])


class TombstoneSchema(Open):
    """A record that is gone: the envelope alone, as far as this node knows."""

    kind = Text(required=True, validate=KINDS)
    id = Text(required=True, validate=ID)
    owner = Text(required=True, validate=REGION)
    version = Whole(required=True, least=1)
    deleted = YesNo(required=True)


SCHEMAS: dict[Kind, type[RecordSchema]] = {
    Kind.REGION: RegionSchema,
    Kind.ITEM: ItemSchema,
    Kind.SCENARIO: ScenarioSchema,
    Kind.ACCEPTANCE: AcceptanceSchema,
    Kind.COUNTERPART: CounterpartSchema,
    Kind.TERM: TermSchema,
}
