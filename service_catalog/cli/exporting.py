"""``catalog export``: records into a file that people edit or programs read, and that import takes back."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from service_catalog.catalog import Catalog
from service_catalog.cli.failures import fail
from service_catalog.cli.printing import bar, show
from service_catalog.exchange.exporting import Moment, export_records, write_lines
from service_catalog.exchange.reading.files import CSV, file_format
from service_catalog.exchange.sheets.profile import load_profile
from service_catalog.model import Kind, Record
from service_catalog.store.base import Snapshot

if TYPE_CHECKING:
    from service_catalog.cli.commands import Wiring

STANDARD_OUTPUT = Path("-")

SHOWN_IDS = 5

HELP = """把记录导出为文件，格式由后缀决定：.xlsx、.csv、.ndjson；不写 -o 时以 NDJSON 输出到屏幕。

XLSX 供编辑：每种记录一个工作表，材料、步骤等各有工作表；改好后用 catalog import 导入，版本列使别人同时做的
修改不会被覆盖。导出的是同一时刻的数据，服务和写入照常进行。不覆盖已有的文件。
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to export."""

    output: Path
    region: str | None
    kinds: tuple[Kind, ...]
    department: str | None
    ids: frozenset[str]
    limit: int | None
    profile: str

    def takes(self, record: Record) -> bool:
        """Whether a record is asked for."""
        if self.ids and record.id not in self.ids:
            return False
        names = (record.content.get("department"), record.content.get("lead_department"))
        return self.department is None or self.department in names


def add_exporting(group: click.Group, wiring: Wiring) -> None:
    """Register the command."""

    @group.command(help=HELP)
    @click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        default=STANDARD_OUTPUT,
        help="文件；- 为屏幕（NDJSON）",
    )
    @click.option("--region", help="只导出哪个区划的记录（六位代码）")
    @click.option(
        "--kind",
        "kinds",
        type=click.Choice([str(kind) for kind in Kind]),
        multiple=True,
        help="只导出哪种记录，可重复；默认全部（CSV 和指定部门时为 item）",
    )
    @click.option("--department", help="只导出哪个部门的事项（全名），或它牵头的一件事")
    @click.option("--id", "ids", multiple=True, help="只导出这些编号，可重复")
    @click.option("--ids-from", type=click.File(encoding="utf-8-sig"), help="同上，编号在文件里，一行一个")
    @click.option("--limit", type=click.IntRange(min=1), help="每种记录最多几条")
    @click.option("--profile", default="catalogue", show_default=True, help="表头配置：名称，或 JSON 文件")
    def export(ids: tuple[str, ...], ids_from: Any, kinds: tuple[str, ...], **options: Any) -> None:
        listed = [line.strip() for line in ids_from or () if line.strip()]
        chosen = frozenset((*ids, *listed))
        if ids_from is not None and not chosen:
            fail(f"文件 {ids_from.name} 里没有编号")
        asked = Asked(ids=chosen, kinds=_kinds(kinds, options), **options)
        with wiring.catalog() as catalog:
            _export(catalog, asked)


def _kinds(named: Sequence[str], options: dict[str, Any]) -> tuple[Kind, ...]:
    """In the order of loading: a record refers to those before it."""
    if named:
        return tuple(kind for kind in Kind if str(kind) in named)
    is_csv = options["output"] != STANDARD_OUTPUT and file_format(options["output"]) == CSV
    return (Kind.ITEM,) if is_csv or options["department"] else tuple(Kind)


def _export(catalog: Catalog, asked: Asked) -> None:
    if asked.region:
        catalog.listing(Kind.REGION, owner=asked.region, limit=1)  # raises if there is no such region
    with catalog.snapshot() as snapshot:
        _require_ids(snapshot, asked)
        records = _records(snapshot, asked)
        first = next(records, None)
        if first is None:
            fail("没有符合条件的记录，没有写文件；请核对区划、部门（须写全名）和编号")
        whole = chain([first], records)
        if asked.output == STANDARD_OUTPUT:
            write_lines(sys.stdout.buffer, whole)
            return
        counts = snapshot.counts()
        total = sum(count for (owner, kind), count in counts.items() if _is_asked(asked, owner, kind))
        with bar("导出") as progress:
            count = export_records(
                asked.output,
                whole,
                profile=load_profile(asked.profile, labels=catalog.labels),
                moment=Moment(snapshot.head, datetime.now().astimezone().isoformat(" ", "minutes")),
                kinds=asked.kinds,
                progress=lambda done: progress(done, total),
            )
        show(f"已导出 {count} 条记录到 {asked.output}（序号 {snapshot.head}）")


def _records(snapshot: Snapshot, asked: Asked) -> Iterator[Record]:
    for kind in asked.kinds:
        revisions = snapshot.records(kind, owner=asked.region)
        taken = (revision.record for revision in revisions if asked.takes(revision.record))
        yield from islice(taken, asked.limit)


def _is_asked(asked: Asked, owner: str, kind: Kind) -> bool:
    return kind in asked.kinds and asked.region in (None, owner)


def _require_ids(snapshot: Snapshot, asked: Asked) -> None:
    """Whoever names records wants all of them."""
    if asked.ids:
        missing = _missing(snapshot, asked, asked.ids)
        if missing:
            shown = "、".join(missing[:SHOWN_IDS])
            more = f" 等 {len(missing)} 个" if len(missing) > SHOWN_IDS else ""
            fail(f"没有编号为 {shown}{more} 的记录，没有写文件；请核对编号、区划和种类")


def _missing(snapshot: Snapshot, asked: Asked, ids: Collection[str]) -> list[str]:
    found = {
        revision.record.id
        for kind in asked.kinds
        for revision in snapshot.records(kind, owner=asked.region)
        if revision.record.id in ids
    }
    return sorted(set(ids) - found)
