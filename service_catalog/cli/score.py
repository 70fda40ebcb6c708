"""``catalog score``: how complete guides are, what they lack, and what to do first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from service_catalog.catalog import Catalog
from service_catalog.catalog.scores import Scores
from service_catalog.catalog.scoring import BY_NAME, Finding, ItemScore, findings, score_item
from service_catalog.cli.failures import fail
from service_catalog.cli.printing import show
from service_catalog.exchange.worklist import write_worklist
from service_catalog.model import Kind, Record

if TYPE_CHECKING:
    from service_catalog.cli.commands import Wiring

SHOWN_DEPARTMENTS = 20
SHOWN_ITEMS = 10
"""Lines that are read; the whole is in the worklist and in JSON."""


def add_score(group: click.Group, wiring: Wiring) -> None:
    """Register the command."""

    @group.command(
        help="办事指南完整度（0—100）：一个事项缺什么，各部门平均多少，先补哪些。评分规则见工作清单第三页。"
    )
    @click.argument("item_id", metavar="[ID]", required=False)
    @click.option("--region", help="只看哪个区划（六位代码）")
    @click.option("--department", help="只看哪个部门（全名）")
    @click.option("--json", "as_json", is_flag=True, help="输出 JSON")
    @click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        help="把待完善的事项写成工作清单（XLSX）",
    )
    def score(
        item_id: str | None, region: str | None, department: str | None, as_json: bool, output: Path | None
    ) -> None:
        if item_id is not None and (region or department or output):
            raise click.UsageError("给出 ID 时不能再用 --region、--department 或 -o")
        with wiring.catalog() as catalog:
            if item_id is not None:
                _show_item(catalog.record(item_id, Kind.ITEM).record, as_json=as_json)
            else:
                _show_all(catalog, region, department, output, as_json=as_json)


def _show_item(record: Record, *, as_json: bool) -> None:
    found = findings(record)
    if as_json:
        shown = score_json(score_item(record)) | {"elements": [_finding_json(each) for each in found]}
        show(json.dumps(shown, ensure_ascii=False, indent=2))
    else:
        show("\n".join(_item_lines(score_item(record), found)))


def _show_all(
    catalog: Catalog, region: str | None, department: str | None, output: Path | None, *, as_json: bool
) -> None:
    scores = catalog.scores(owner=region, department=department)
    if not scores.items:
        fail("没有符合条件的事项；部门须写全名，可用的部门见 catalog score --json")
    if output is not None:
        tasks = catalog.worklist(owner=region, department=department)
        write_worklist(output, tasks, scores)
        show(f"已写入 {output}：{len(tasks)} 个事项待完善", err=as_json)
    if as_json:
        show(json.dumps(_scores_json(scores), ensure_ascii=False, indent=2))
    elif output is None:
        show("\n".join(_lines(scores)))


def score_json(item: ItemScore) -> dict[str, Any]:
    """A score for machines."""
    return {
        "id": item.id,
        "region": item.owner,
        "name": item.name,
        "department": item.department,
        "score": item.score,
        "missing": [BY_NAME[name].label for name in item.missing],
    }


def _finding_json(found: Finding) -> dict[str, Any]:
    element = found.element
    shown = {"name": element.name, "label": element.label, "weight": element.weight}
    return shown | {"applies": found.applies, "lack": found.lack, "reason": element.reason}


def _scores_json(scores: Scores) -> dict[str, Any]:
    groups = [*scores.regions(), *scores.departments()]
    return {
        "seq": scores.seq,
        "average": scores.average,
        "groups": [
            {
                "region": group.owner,
                "department": group.department,
                "items": group.items,
                "without_guide": group.without_guide,
                "average": group.average,
            }
            for group in groups
        ],
        "items": [score_json(each) for each in scores.items],
    }


def _item_lines(item: ItemScore, found: Sequence[Finding]) -> Iterator[str]:
    yield f"{item.id}  {item.name}（{item.department or '部门未提供'}）"
    yield f"得分 {item.score}" + ("" if item.has_guide else "：没有办事指南")
    for each in found:
        state = "不适用" if not each.applies else each.lack or "有"
        yield f"  {each.element.label}（{each.element.weight} 分）：{state}"


def _lines(scores: Scores) -> Iterator[str]:
    yield f"{len(scores.items)} 个事项，平均 {scores.average} 分"
    for group in scores.regions():
        yield f"  {group.owner}：{group.items} 个，平均 {group.average}，没有指南 {group.without_guide}"
    departments = scores.departments()
    yield f"平均分最低的部门（共 {len(departments)} 个）："
    for group in departments[:SHOWN_DEPARTMENTS]:
        yield f"  {group.average:5}  {group.department}：{group.items} 个，没有指南 {group.without_guide}"
    yield "得分最低的事项："
    for item in scores.items[:SHOWN_ITEMS]:
        lacks = (
            "没有办事指南"
            if not item.has_guide
            else "缺 " + "、".join(BY_NAME[n].label for n in item.missing)
        )
        yield f"  {item.score:3}  {item.id}  {item.name}：{lacks}"
    yield "全部待办及先后：catalog score -o 清单.xlsx"
