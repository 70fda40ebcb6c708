"""The worklist of guides to complete, as a workbook for editors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from service_catalog.catalog.scores import Group, Scores, Task
from service_catalog.catalog.scoring import BY_NAME, ELEMENTS
from service_catalog.exchange.writing.workbooks import Column, Sheet, Value, write_workbook

FIRST = 3
"""Elements named as the first to add: what one sitting can do."""

ORDER = (
    "排序：先是“一件事”用到的事项（指南缺什么，一件事页面也缺什么），再是其他事项；"
    "其中得分低的在前，同分的用到它的一件事多者在前。"
)

TASK_COLUMNS = (
    Column("序号", 6),
    Column("区划", 9),
    Column("部门", 30),
    Column("事项编号", 18),
    Column("事项名称", 44),
    Column("得分", 6),
    Column("用到它的一件事", 8),
    Column("先补", 36),
    Column("可加分", 8),
    Column("缺少的全部要素", 80),
)
GROUP_COLUMNS = (
    Column("区划", 9),
    Column("部门", 36),
    Column("事项数", 8),
    Column("没有指南", 9),
    Column("平均分", 8),
)
RULE_COLUMNS = (Column("要素", 18), Column("分值", 6), Column("理由", 60))


def write_worklist(path: Path, tasks: Sequence[Task], scores: Scores) -> None:
    """Write the worklist, the averages and the rules. Raises InvalidRequestError if the file exists."""
    groups = [*scores.regions(), *scores.departments()]
    write_workbook(
        path,
        [
            Sheet("待完善", TASK_COLUMNS, _task_rows(tasks)),
            Sheet("部门", GROUP_COLUMNS, (_group_row(group) for group in groups)),
            Sheet("评分规则", RULE_COLUMNS, _rule_rows()),
        ],
    )


def _task_rows(tasks: Sequence[Task]) -> Iterator[Sequence[Value]]:
    for number, task in enumerate(tasks, start=1):
        item = task.item
        first = [BY_NAME[name] for name in item.missing[:FIRST]]
        yield (
            number,
            item.owner,
            item.department,
            item.id,
            item.name,
            item.score,
            task.scenarios,
            "、".join(element.label for element in first),
            sum(element.weight for element in first),
            "、".join(BY_NAME[name].label for name in item.missing),
        )


def _group_row(group: Group) -> Sequence[Value]:
    return (
        group.owner,
        group.department or "（全区划）",
        group.items,
        group.without_guide,
        group.average,
    )


def _rule_rows() -> Iterator[Sequence[Value]]:
    for element in ELEMENTS:
        yield element.label, element.weight, element.reason
    yield "得分", 100, "已有要素的分值之和占该事项适用要素分值之和的百分比，四舍五入；只看是否齐全，不看对错"
    yield "顺序", None, ORDER
