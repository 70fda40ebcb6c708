"""What ``catalog import`` says: findings, the diff of each record, and what came of it all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from service_catalog.catalog.importing import Plan, Touched
from service_catalog.catalog.judging import Judgement, Outcome
from service_catalog.cli.editing import change_lines
from service_catalog.exchange.drafts import Finding, Severity
from service_catalog.exchange.importing import FileImport
from service_catalog.exchange.reports.findings import LABELS, Findings, finding_json, place_text
from service_catalog.exchange.sheets.field_names import field_name
from service_catalog.model import Kind

SHOWN = {Severity.FAULT: 30, Severity.DOUBT: 15, Severity.NOTE: 10}
"""Findings of each severity that the terminal shows; more would hide the first ones."""

SHOWN_ALIKE = 5
"""Of findings that say the same of the same column."""

SHOWN_WITHDRAWN = 20

OUTCOMES = {
    Outcome.NEW: "新增",
    Outcome.CHANGED: "修改",
    Outcome.WITHDRAWN: "撤回",
    Outcome.KEPT: "保留他人的修改",
    Outcome.UNCHANGED: "不变",
    Outcome.CONFLICT: "冲突",
    Outcome.AHEAD: "版本不对",
}
"""In the order in which they are counted to the reader."""

SIGNS = {Outcome.NEW: "+", Outcome.CHANGED: "~", Outcome.WITHDRAWN: "-", Outcome.KEPT: "="}


def finding_lines(findings: Findings, report: Path | None) -> Iterator[str]:
    """Findings by severity, each with its place, what is there, what should be, and a hint."""
    hidden = False
    for severity, label in LABELS.items():
        total = findings.count(severity)
        if not total:
            continue
        yield f"{label} {total} 处："
        shown = list(_first(findings, severity))
        yield from (line for each in shown for line in _lines(each))
        if total > len(shown):
            hidden = True
            yield f"  另有 {total - len(shown)} 处{label}"
    if report is not None and findings.kept:
        yield f"全部问题和有问题的行已写入 {report}"
    elif report is not None:
        yield "没有发现问题，没有写报告文件"
    elif hidden or findings.faults:
        yield "全部问题标在单元格旁：加 --report 问题.xlsx；供程序用：加 --json"


def outcome_lines(
    work: FileImport, plan: Plan, held: Sequence[Touched], *, code: int, seq: int | None, dry_run: bool
) -> Iterator[str]:
    """What came of the import, or would."""
    faults = work.findings.faults and not work.findings.are_conflicts
    yield f"{work.records} 条记录" + ("" if faults else f"：{counts_text(plan)}")
    if plan.withdrawn:
        more = f" 等 {len(plan.withdrawn)} 条" if len(plan.withdrawn) > SHOWN_WITHDRAWN else ""
        done = "已" if seq is not None else "会"
        yield f"清单里没有、{done}撤回：{'、'.join(plan.withdrawn[:SHOWN_WITHDRAWN])}{more}"
    if work.findings.faults:
        yield "一条也没有写入：请改正上面的错误，再导入一次"
        return
    for each in held:
        touched = each.changed + each.withdrawn
        share = f"{100 * touched / each.stored:.0f}%" if each.stored else "全部"
        doing = f"要修改 {each.changed} 条、撤回 {each.withdrawn} 条（{share}）"
        yield f"区划 {each.region} 已有 {each.stored} 条，{doing}"
    if code and plan.blind:
        yield f"文件里没有版本，要改写 {plan.blind} 条已有的记录：别人的修改可能被盖掉"
    if code:
        yield "没有写入：请用 --dry-run 逐条核对；确认无误后加 --confirm"
    elif dry_run:
        yield "没有写入（--dry-run）"
    elif seq is None:
        yield "没有要改的，库里已是这样"
    else:
        yield f"已全部写入，日志序号到 {seq}"


def judgement_lines(judgement: Judgement) -> Iterator[str]:
    """One record of the diff."""
    sign, label = SIGNS.get(judgement.outcome, "!"), OUTCOMES[judgement.outcome]
    version = f" 第 {judgement.record.version} 版" if judgement.record else ""
    yield f"{sign} {label} {judgement.id}{version}{_name(judgement)}"
    if judgement.outcome is Outcome.CHANGED:
        kind = judgement.record.kind if judgement.record else Kind.ITEM
        yield from change_lines(judgement.changes, partial(field_name, kind))


def judgement_json(judgement: Judgement) -> dict[str, Any]:
    """The same for machines."""
    changes = judgement.changes if judgement.outcome is Outcome.CHANGED else []
    return {
        "id": judgement.id,
        "outcome": str(judgement.outcome),
        "version": judgement.record.version if judgement.record else None,
        "changes": [{"field": each.field, "before": each.before, "after": each.after} for each in changes],
    }


def answer_json(
    work: FileImport, plan: Plan, held: Sequence[Touched], *, seq: int | None, code: int, dry_run: bool
) -> dict[str, Any]:
    """The whole answer for machines. ``seq`` is null where nothing was written."""
    findings = work.findings
    return {
        "written": seq is not None,
        "dry_run": dry_run,
        "exit_code": code,
        "seq": seq,
        "records": work.records,
        "counts": {str(outcome): plan.counts[outcome] for outcome in Outcome},
        "withdrawn": plan.withdrawn,
        "held": [
            {
                "region": each.region,
                "stored": each.stored,
                "changed": each.changed,
                "withdrawn": each.withdrawn,
            }
            for each in held
        ],
        "totals": {str(severity): findings.count(severity) for severity in Severity},
        "findings": [finding_json(finding) for finding in findings.kept],
    }


def counts_text(plan: Plan) -> str:
    """How many records become what."""
    told = [f"{label} {plan.counts[outcome]}" for outcome, label in OUTCOMES.items() if plan.counts[outcome]]
    return "，".join(told) or "没有可比较的"


def _first(findings: Findings, severity: Severity) -> Iterator[Finding]:
    """The first of them, of those alike a few."""
    alike: Counter[tuple[str | None, str]] = Counter()
    left = SHOWN[severity]
    for finding in findings.of(severity):
        key = (finding.place.column, finding.message)
        alike[key] += 1
        if left and alike[key] <= SHOWN_ALIKE:
            left -= 1
            yield finding


def _lines(finding: Finding) -> Iterator[str]:
    whose = f"（{finding.record_id}）" if finding.record_id else ""
    # Where the file has no column for it, the field's own name says what is meant.
    field = f" 字段 {finding.field}" if finding.field and not finding.place.column else ""
    yield f"  {place_text(finding.place)}{field}{whose}"
    value = f"值 {finding.value}：" if finding.value else ""
    hint = f"。{finding.hint}" if finding.hint else ""
    yield f"    {value}{finding.message}{hint}"


def _name(judgement: Judgement) -> str:
    records = [judgement.record, judgement.before.record if judgement.before else None]
    names = (str(record.content.get("name", "")) for record in records if record is not None)
    name = next((each for each in names if each), "")
    return f" {name}" if name else ""
