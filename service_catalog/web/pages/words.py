"""Values in plain Chinese. What is not known is said, never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from service_catalog.catalog.counterparts.likeness import BASES
from service_catalog.web.pages.places import Place

UNKNOWN = "未提供"

KIND = {"item": "事项", "scenario": "一件事"}

NECESSITY = {"required": "必要", "conditional": "视情况", "deferrable": "可容缺后补"}
"""Strictest first, the order in which materials are listed."""

NECESSITY_HEADING = {
    "required": "必要：都要准备",
    "conditional": "视情况：符合的才要",
    "deferrable": "可容缺：可以先办后补",
}

FORM = {"original": "原件", "copy": "复印件", "electronic": "电子件", "form": "填写的表格"}

UNIT = {"working_day": "个工作日", "calendar_day": "个自然日"}

RESULT = {
    "certificate": "证照",
    "approval": "批准文书",
    "registration": "登记",
    "record": "办结信息",
    "payment": "资金",
    "none": "没有书面结果",
}

PROVENANCE_MARK = {"reference": "参考", "sample": "样例"}
"""Marks of what is not official. Official records carry none."""

GROUND = {
    "national_law": "国家规定",
    "local_regulation": "本地规定",
    "other_province_guide": "外省同类指南",
    "common_practice": "通行做法",
}
"""What a guide's field mainly rests on (``provenance.sources``)."""

FIELD = {
    "name": "名称",
    "item_type": "事项类型",
    "department": "办理部门",
    "objects": "办理对象",
    "themes": "主题",
    "summary": "办成后得到什么",
    "conditions": "办理条件",
    "materials": "要准备的材料",
    "steps": "办理步骤",
    "legal_limit": "法定时限",
    "promised_limit": "承诺时限",
    "fee": "收费",
    "visits": "最少到场次数",
    "result": "办理结果",
    "legal_basis": "依据",
    "questions": "常见问题",
    "windows": "办理窗口",
    "online_url": "网上办理地址",
    "cross_region_note": "人在外地怎么办",
}

LINK_BASIS = {**BASES, "chosen": "自选的两条事项"}

_MODE = {
    "online": "在网上办，一般不用到窗口",
    "agent": "在{here}的窗口交材料，由窗口转给{owner}办理",
    "joint": "在{here}提出申请，由两地部门共同办理",
    "remote_window": "到{here}的云窗口，由{owner}的工作人员远程办理",
    "kiosk": "在{here}的自助终端上办理",
}
"""The modes as a person meets them; the first three are those of 国办发〔2020〕35号."""

_BEIJING = timezone(timedelta(hours=8))


def mode_sentence(mode: str, here: Place, owner: Place) -> str | None:
    """What a mode means for somebody at ``here``; None for a mode that is not known."""
    sentence = _MODE.get(mode)
    return sentence.format(here=here.short_name, owner=owner.short_name) if sentence else None


def limit(value: Mapping[str, Any] | None) -> str:
    """20 个工作日."""
    if not value:
        return UNKNOWN
    return f"{value['value']} {UNIT.get(value['unit'], value['unit'])}" if value["value"] else "当场办结"


def fee(value: Mapping[str, Any] | None) -> str:
    """不收费, or what is known of the charge."""
    if value is None:
        return UNKNOWN
    if not value.get("charged"):
        return "不收费"
    basis = f"（依据：{value['basis']}）" if value.get("basis") else ""
    return f"收费：{value.get('amount') or '标准未提供'}{basis}"


def visits(value: int | None) -> str:
    """The fewest times a person has to be there."""
    if value is None:
        return UNKNOWN
    return f"{value} 次" if value else "不用到场"


def result(value: Mapping[str, Any] | None) -> str:
    """Name and sort of the result."""
    if not value or not (value.get("name") or value.get("kind")):
        return UNKNOWN
    kind = RESULT.get(value.get("kind") or "", "")
    return f"{value['name']}（{kind}）" if value.get("name") and kind else value.get("name") or kind


def amount(form: str | None, copies: int | None) -> str:
    """原件 1 份."""
    parts = [FORM.get(form, form)] if form else []
    parts += [f"{copies} 份"] if copies else []
    return " ".join(parts)


def day(moment: str) -> str:
    """The date of a UTC time in Beijing."""
    local = _local(moment)
    return f"{local.year}年{local.month}月{local.day}日"


def minute(moment: str) -> str:
    """Date and time of a UTC time in Beijing."""
    return f"{day(moment)} {_local(moment):%H:%M}"


def _local(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(_BEIJING)
