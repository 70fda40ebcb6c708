"""Chinese names of record fields, for people who read a comparison."""

from __future__ import annotations

from collections.abc import Mapping

FIELD_LABELS: Mapping[str, str] = {
    "name": "事项名称",
    "item_type": "事项类型",
    "department": "实施部门",
    "objects": "服务对象",
    "themes": "主题",
    "guide.summary": "办成后得到什么",
    "guide.conditions": "受理条件",
    "guide.materials": "申请材料",
    "guide.steps": "办理步骤",
    "guide.legal_limit": "法定时限",
    "guide.promised_limit": "承诺时限",
    "guide.fee": "收费",
    "guide.visits": "到场次数",
    "guide.result": "办理结果",
    "guide.legal_basis": "办理依据",
    "guide.windows": "办理窗口",
    "guide.online_url": "网上办理",
    "guide.cross_region_note": "异地办理说明",
}
