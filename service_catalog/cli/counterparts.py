"""``catalog counterparts``: propose which items of two districts are one matter; take in what was
decided."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from service_catalog.catalog.counterparts.decisions import Settled
from service_catalog.catalog.counterparts.proposing import BASES, MIN_CONFIDENCE, PROPOSED
from service_catalog.catalog.counterparts.suggesting import Suggestion, Suggestions
from service_catalog.cli.printing import show
from service_catalog.exchange.drafts import Finding
from service_catalog.exchange.matching_sheet import as_findings, read_decisions, write_suggestions
from service_catalog.model import Kind, Record

if TYPE_CHECKING:
    from service_catalog.cli.commands import Wiring

SHOWN = 30
"""Proposals that are read on a terminal; all of them are in the workbook and in JSON."""

_AUTHOR = click.option("--author", help="谁在修改，记入历史；默认为登录名")
_JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON")


def add_counterparts(group: click.Group, wiring: Wiring) -> None:
    """Register the commands."""

    @group.group(help="两区的对应事项：由程序提出建议，由人决定。")
    def counterparts() -> None:
        pass

    _add_suggest(counterparts, wiring)
    _add_accept(counterparts, wiring)
    _add_withdraw(counterparts, wiring)


def _add_suggest(group: click.Group, wiring: Wiring) -> None:
    @group.command(
        help="建议 A、B 两区（六位代码）的哪些事项是同一件事，写成表格（-o）供人逐行接受或拒绝。"
        "已有对应的事项、拒绝过的一对不再列出。"
    )
    @click.argument("a", metavar="A")
    @click.argument("b", metavar="B")
    @click.option(
        "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="写成建议表（XLSX）"
    )
    @click.option(
        "--limit",
        type=click.IntRange(1, 20),
        default=PROPOSED,
        show_default=True,
        help="每个事项最多几条，第一条为首选",
    )
    @click.option(
        "--min-confidence",
        type=click.FloatRange(0, 1),
        default=MIN_CONFIDENCE,
        show_default=True,
        help="置信度低于此数的不列",
    )
    @click.option("--all", "everything", is_flag=True, help="已有对应的和拒绝过的也列出")
    @_JSON
    def suggest(
        a: str,
        b: str,
        output: Path | None,
        limit: int,
        min_confidence: float,
        everything: bool,
        as_json: bool,
    ) -> None:
        with wiring.catalog() as catalog:
            found = catalog.suggest_counterparts(
                a, b, limit=limit, min_confidence=min_confidence, everything=everything
            )
            if output is not None:
                write_suggestions(output, found, catalog.labels)
        if as_json:
            show(json.dumps(_suggestions_json(found), ensure_ascii=False, indent=2))
        else:
            show("\n".join(_lines(found, output)))


def _add_accept(group: click.Group, wiring: Wiring) -> None:
    @group.command(
        help="读取填好的建议表 FILE：接受的成为对应记录（属于甲区，原有而未经复核的改为已确认），"
        "拒绝的不再建议，留空的不动。"
        "有一处错误就都不写入，并指出每一处在哪一格。"
    )
    @click.argument("path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
    @click.option("--dry-run", is_flag=True, help="只检查，不写入")
    @click.option("--several", is_flag=True, help="允许一个事项有几个对应")
    @_AUTHOR
    @click.option("--reason", help="为何修改，记入历史；默认写明文件名")
    @_JSON
    def accept(
        path: Path, dry_run: bool, several: bool, author: str | None, reason: str | None, as_json: bool
    ) -> None:
        decided = read_decisions(path)
        with wiring.catalog() as catalog:
            outcome = catalog.decide_counterparts(
                decided.decisions,
                author=author or getpass.getuser(),
                reason=reason or f"按对应建议表 {path.name} 的决定",
                dry_run=dry_run or bool(decided.findings),
                several=several,
            )
        faults = sorted(
            [*decided.findings, *as_findings(path, outcome.faults, decided)],
            key=lambda each: each.place.row or 0,
        )
        if as_json:
            told = _outcome_json(outcome, faults, undecided=decided.undecided, dry_run=dry_run)
            show(json.dumps(told, ensure_ascii=False, indent=2))
        elif faults:
            show("\n".join(_fault_lines(faults)), err=True)
        else:
            show(_outcome_line(outcome, decided.undecided, dry_run=dry_run))
        if faults:
            raise SystemExit(1)


def _add_withdraw(group: click.Group, wiring: Wiring) -> None:
    @group.command(help="撤回一条对应记录 ID。这一对以后也不再建议（--all 除外）。")
    @click.argument("record_id", metavar="ID")
    @_AUTHOR
    @click.option("--reason", help="为何撤回，记入历史；不给则询问")
    def withdraw(record_id: str, author: str | None, reason: str | None) -> None:
        with wiring.catalog() as catalog:
            change = catalog.withdraw(
                record_id,
                Kind.COUNTERPART,
                author=author or getpass.getuser(),
                reason=reason or click.prompt("为何撤回", err=True),
            )
        show(f"已撤回 {record_id}（第 {change.version} 版）")


def _lines(found: Suggestions, output: Path | None) -> Iterator[str]:
    first = [each for each in found.found if each.pair.rank == 1]
    a, b = found.a.content["name"], found.b.content["name"]
    others = len(found.found) - len(first)
    yield f"{a} {found.items[0]} 个事项，{b} {found.items[1]} 个：建议 {len(first)} 对，另有备选 {others} 条"
    if any(found.linked):
        yield f"已有对应的没有列入：{a} {found.linked[0]} 个，{b} {found.linked[1]} 个（--all 可列出）"
    if output is not None:
        yield f"已写入 {output}；在“决定”列填“接受”或“拒绝”，然后执行 catalog counterparts accept {output}"
        return
    for each in first[:SHOWN]:
        pair = each.pair
        yield f"  {pair.confidence:.2f}  {_named(pair.a)} ↔ {_named(pair.b)}（{BASES[pair.basis]}）"
    if len(first) > SHOWN:
        yield f"  另有 {len(first) - SHOWN} 对"
    if first:
        yield "说明、备选和填写决定：加 -o 建议.xlsx"


def _named(record: Record) -> str:
    return f"{record.id} {record.content['name']}"


def _suggestions_json(found: Suggestions) -> dict[str, Any]:
    return {
        "a": found.a.id,
        "b": found.b.id,
        "seq": found.seq,
        "items": {"a": found.items[0], "b": found.items[1]},
        "linked": {"a": found.linked[0], "b": found.linked[1]},
        "suggestions": [_suggestion_json(each) for each in found.found],
    }


def _suggestion_json(each: Suggestion) -> dict[str, Any]:
    pair = each.pair
    return {
        "a": {"id": pair.a.id, "name": pair.a.content["name"]},
        "b": {"id": pair.b.id, "name": pair.b.content["name"]},
        "rank": pair.rank,
        "basis": pair.basis,
        "confidence": pair.confidence,
        "note": pair.note,
        "a_counterparts": list(each.a_links),
        "b_counterparts": list(each.b_links),
        "was_refused": each.was_refused,
    }


def _outcome_line(outcome: Settled, undecided: int, *, dry_run: bool) -> str:
    begin = "检查通过，没有写入：将" if dry_run else "已"
    return (
        f"{begin}接受 {len(outcome.accepted)} 对，拒绝 {len(outcome.refused)} 对；"
        f"原已如此 {len(outcome.unchanged)} 对，未决定 {undecided} 行"
    )


def _fault_lines(faults: Sequence[Finding]) -> Iterator[str]:
    yield f"错误：有 {len(faults)} 处错误，没有写入任何决定"
    for each in faults:
        value = f"（{each.value}）" if each.value else ""
        hint = f"；{each.hint}" if each.hint else ""
        yield f"  {each.place.sheet} 第 {each.place.row} 行 {each.place.column}{value}：{each.message}{hint}"


def _outcome_json(
    outcome: Settled, faults: Sequence[Finding], *, undecided: int, dry_run: bool
) -> dict[str, Any]:
    written = not dry_run and not faults
    return {
        "written": written,
        "accepted": list(outcome.accepted) if not faults else [],
        "refused": list(outcome.refused) if not faults else [],
        "unchanged": list(outcome.unchanged) if not faults else [],
        "undecided": undecided,
        "faults": [
            {
                "sheet": each.place.sheet,
                "row": each.place.row,
                "column": each.place.column,
                "value": each.value,
                "message": each.message,
                "hint": each.hint,
            }
            for each in faults
        ],
    }
