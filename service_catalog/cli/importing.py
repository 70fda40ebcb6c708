"""``catalog import``: files of editors into the catalogue, checked, compared, then written or not at all."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from service_catalog.catalog import Catalog
from service_catalog.catalog.importing import MAX_SHARE, Plan, Touched
from service_catalog.catalog.judging import Judgement, Outcome
from service_catalog.cli import import_report
from service_catalog.cli.building import await_indexer, build_index
from service_catalog.cli.confirming import CONFIRM
from service_catalog.cli.failures import fail, sentence
from service_catalog.cli.printing import bar, show
from service_catalog.exchange.importing import FileImport, Told
from service_catalog.exchange.reading.files import read_file
from service_catalog.exchange.reports.workbook import write_report
from service_catalog.exchange.sheets.profile import load_profile
from service_catalog.model.errors import CatalogError, ConflictError, InvalidRequestError

if TYPE_CHECKING:
    from service_catalog.cli.commands import Wiring

FAULTS, CONFLICTS, HELD, BEHIND = 1, 3, 4, 5
"""Exit codes. 2 is click's: the command line itself is wrong."""

FEW_CHANGES = 50
"""So many the search index takes in by itself before the next answer; for more it is built anew."""

BYTES_PER_RECORD = 700
"""Of a file, roughly; the bar need not be exact."""

HELP = """导入 NDJSON、CSV 或 XLSX 文件：检查、与库比较、写入。全部写入，或一条也不写。

每个错误都指出文件、工作表、行、列、值、哪里不对和最接近的可用值；有一处错误就不写入。
版本列说明表格是从哪一版导出的：导出之后别人改过的记录不会被覆盖，而是报告冲突。
同一个文件再导入一次，什么也不改。

\b
退出码：
  0  已写入，或没有要改的（--dry-run：可以写入）
  1  有错误，没有写入
  2  命令写错了
  3  文件没有错误，但与别人的修改冲突，没有写入
  4  改动过多，或要改已有记录而文件里没有版本，没有写入；核对后加 --confirm
  5  已全部写入，但搜索索引没有跟上；请执行 catalog rebuild
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for."""

    files: tuple[Path, ...]
    profile: str
    dry_run: bool
    confirm: bool
    complete: str | None
    on_behalf: tuple[str, ...]
    max_share: float
    report: Path | None
    skip_sheets: tuple[str, ...]
    as_json: bool
    author: str | None
    reason: str | None

    @property
    def why(self) -> str:
        """The reason for the history."""
        return self.reason or "导入 " + "、".join(path.name for path in self.files)


def add_importing(group: click.Group, wiring: Wiring) -> None:
    """Register the command."""

    @group.command("import", help=HELP)
    @click.argument(
        "files",
        metavar="文件…",
        nargs=-1,
        required=True,
        type=click.Path(path_type=Path),
    )
    @click.option("--profile", default="catalogue", show_default=True, help="表头配置：名称，或 JSON 文件")
    @click.option("--dry-run", is_flag=True, help="只检查，逐条显示会改什么，不写入")
    @CONFIRM
    @click.option("--complete", metavar="区划", help="文件是该区划这几类记录的完整清单：清单里没有的撤回")
    @click.option(
        "--on-behalf", metavar="区划", multiple=True, help="代该区划导入（不在 CATALOG_REGIONS 里的）"
    )
    @click.option(
        "--max-share",
        metavar="百分比",
        type=click.FloatRange(0, 100),
        default=100 * MAX_SHARE,
        show_default=True,
        help="一个区划最多改动和撤回百分之几的已有记录，超过须加 --confirm",
    )
    @click.option(
        "--report",
        type=click.Path(dir_okay=False, path_type=Path),
        help="把问题写成 XLSX：出错的行照抄，问题标在单元格旁",
    )
    @click.option(
        "--skip-sheet", "skip_sheets", metavar="工作表", multiple=True, help="不读这个工作表，可重复"
    )
    @click.option("--json", "as_json", is_flag=True, help="输出 JSON")
    @click.option("--author", help="谁在导入，记入历史；默认为登录名")
    @click.option("--reason", help="为何导入，记入历史；默认为“导入 文件名”")
    def import_(**options: Any) -> None:
        asked = Asked(**options)
        if asked.report is not None and asked.report.exists():
            fail(f"报告文件 {asked.report} 已存在，不覆盖；请换一个文件名")
        if asked.report is not None and (asked.report.suffix != ".xlsx" or not asked.report.parent.is_dir()):
            fail(f"报告文件 {asked.report} 须是 .xlsx，放在已有的文件夹里")
        names = [path.name for path in asked.files]
        if twice := next((name for name in names if names.count(name) > 1), None):
            fail(f"有两个文件都叫 {twice}，报告里分不清是哪一个；请改名，或分两次导入")
        with wiring.catalog() as catalog:
            raise SystemExit(_import(catalog, asked))


def _import(catalog: Catalog, asked: Asked) -> int:
    """The whole command; returns its exit code."""
    profile = load_profile(asked.profile, labels=catalog.labels)
    today = date.today().isoformat()
    with FileImport(catalog, today=today, on_behalf=asked.on_behalf, complete=asked.complete) as work:
        _require_own(asked.complete, work)
        with _bar(asked.files, work) as told:
            plan = work.check(
                asked.files, lambda path: read_file(path, profile, skipped=asked.skip_sheets), told=told
            )
        if asked.report is not None and work.findings.kept:
            write_report(asked.report, work.findings, asked.files)
        held = [each for each in plan.touched if each.is_held(asked.max_share / 100)]
        code = _verdict(work, is_held=not asked.confirm and bool(held or plan.blind))
        changes = _diff(work, asked) if asked.dry_run and not work.findings.faults else []
        seq = None
        if code == 0 and not asked.dry_run and plan.changes:
            seq = _write(work, plan, asked)
        if seq is not None and not _follows(catalog, plan):
            code = BEHIND
        _tell(work, plan, held, asked, seq=seq, code=code, changes=changes)
    return code


def _require_own(region: str | None, work: FileImport) -> None:
    if region and region not in work.importing.regions:
        hint = f"受该区委托时加 --on-behalf {region}"
        raise InvalidRequestError(f"--complete {region}：本节点不能修改这个区划；{hint}")


def _verdict(work: FileImport, *, is_held: bool) -> int:
    if work.findings.faults:
        return CONFLICTS if work.findings.are_conflicts else FAULTS
    return HELD if is_held else 0


def _write(work: FileImport, plan: Plan, asked: Asked) -> int:
    try:
        with bar("写入") as progress:
            told = Told(written=lambda done: progress(done, plan.changes))
            return work.write(plan, author=asked.author or getpass.getuser(), reason=asked.why, told=told)
    except ConflictError as error:
        show(f"错误：{sentence(error)}", err=True)
        if asked.as_json:
            show(
                json.dumps(
                    {"written": False, "exit_code": CONFLICTS, "error": error.detail}, ensure_ascii=False
                )
            )
        raise SystemExit(CONFLICTS) from None


def _diff(work: FileImport, asked: Asked) -> list[dict[str, Any]]:
    """Show what every record would become; for machines, return it."""
    changes: list[dict[str, Any]] = []

    def tell(judgement: Judgement) -> None:
        if judgement.outcome is Outcome.UNCHANGED:
            return
        if asked.as_json:
            changes.append(import_report.judgement_json(judgement))
        else:
            show("\n".join(import_report.judgement_lines(judgement)))

    work.show(tell)
    return changes


def _tell(
    work: FileImport,
    plan: Plan,
    held: list[Touched],
    asked: Asked,
    *,
    seq: int | None,
    code: int,
    changes: list[dict[str, Any]],
) -> None:
    if asked.as_json:
        answer = import_report.answer_json(work, plan, held, seq=seq, code=code, dry_run=asked.dry_run)
        if asked.dry_run:
            answer["changes"] = changes
        show(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    lines = list(import_report.finding_lines(work.findings, asked.report))
    if lines:
        show("\n".join(lines), err=True)
    lines = list(import_report.outcome_lines(work, plan, held, code=code, seq=seq, dry_run=asked.dry_run))
    show("\n".join(lines), err=code != 0)


def _follows(catalog: Catalog, plan: Plan) -> bool:
    """Bring the search index level; False, and said, if that fails."""
    try:
        if catalog.status().needs_indexer:
            await_indexer(catalog)
        elif plan.changes > FEW_CHANGES or not catalog.status().ready:
            build_index(catalog)
        else:
            catalog.warm()
    except CatalogError as error:
        show(
            f"错误：记录已全部写入，但搜索索引没有跟上（{sentence(error)}）；请执行 catalog rebuild", err=True
        )
        return False
    return True


@contextmanager
def _bar(files: tuple[Path, ...], work: FileImport) -> Iterator[Told]:
    """One bar for reading and comparing. How many records there are is guessed until all are read."""
    guess = sum(path.stat().st_size for path in files) // BYTES_PER_RECORD
    with bar("检查") as progress:
        yield Told(
            read=lambda done: progress(done, 2 * max(done, guess)),
            compared=lambda done: progress(work.records + done, 2 * work.records),
        )
