"""Fields by the names that editors know."""

from __future__ import annotations

import pytest

from service_catalog.exchange.sheets.field_names import field_name
from service_catalog.model import Kind


@pytest.mark.parametrize(
    ("kind", "path", "name"),
    [
        (Kind.ITEM, "name", "事项名称"),
        (Kind.ITEM, "aliases.0", "别名第 1 项"),
        (Kind.ITEM, "guide.fee.amount", "收费标准"),
        (Kind.ITEM, "guide.fee", "是否收费等"),
        (Kind.ITEM, "guide", "办事指南"),
        (Kind.ITEM, "guide.conditions.11", "受理条件第 12 项"),
        (Kind.ITEM, "guide.materials", "材料"),
        (Kind.ITEM, "guide.materials.1", "材料第 2 项"),
        (Kind.ITEM, "guide.materials.1.copies", "材料第 2 项的份数"),
        (Kind.ITEM, "guide.windows.0.hall", "窗口第 1 项的大厅"),
        (Kind.ITEM, "guide.materials.1.of_tomorrow", "材料第 2 项的of_tomorrow"),
        (Kind.ITEM, "extra.行使层级", "行使层级"),
        (Kind.ITEM, "from_the_future.a", "from_the_future.a"),
        (Kind.SCENARIO, "steps.0.item", "一件事步骤第 1 项的事项编号"),
        (Kind.ACCEPTANCE, "windows.2.phone", "异地受理窗口第 3 项的电话"),
        (Kind.ACCEPTANCE, "deleted", "撤回"),
    ],
)
def test_field_when_named_then_by_the_headings_of_our_tables(kind: Kind, path: str, name: str) -> None:
    assert field_name(kind, path) == name
