"""``catalog backup`` and ``catalog restore``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service_catalog.catalog.backup import Backup, Held, Manifest, held, make_backup, open_backup
from service_catalog.cli.building import build_index
from service_catalog.cli.confirming import CONFIRM, agreed
from service_catalog.cli.explaining import whole_line
from service_catalog.cli.failures import fail
from service_catalog.cli.printing import bar, show
from service_catalog.config import Settings

if TYPE_CHECKING:
    from service_catalog.cli.commands import Wiring

_FILE = click.argument("path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))


def add_backup(group: click.Group, wiring: Wiring) -> None:
    """Register the commands."""
    _add_backup(group)
    _add_restore(group, wiring)


def _add_backup(group: click.Group) -> None:
    @group.command(help="把全部数据备份到 FILE（zip）。服务和写入照常进行，备份的是同一时刻的数据。")
    @_FILE
    @click.option("--json", "as_json", is_flag=True, help="输出 JSON（备份清单）")
    def backup(path: Path, as_json: bool) -> None:
        with bar("备份") as progress:
            manifest = make_backup(Settings.from_env().store, path, progress)
        if as_json:
            show(json.dumps(manifest.as_json(), ensure_ascii=False, indent=2))
        else:
            show(f"已备份到 {path}（{path.stat().st_size / 1e6:.1f} MB）：{_told(manifest)}")


def _add_restore(group: click.Group, wiring: Wiring) -> None:
    @group.command(
        help="用备份 FILE 替换全部数据，然后重建索引。先校验整个备份；中途中断，数据仍是原样。"
        "恢复后日志进入新的纪元，备份之后的写入不再存在。"
    )
    @_FILE
    @CONFIRM
    @click.option("--check", is_flag=True, help="只校验备份，不改动任何数据")
    def restore(path: Path, confirm: bool, check: bool) -> None:
        with open_backup(path) as backup:
            with bar("校验备份") as progress:
                backup.verify(progress)
            show(f"备份完好：{_told(backup.manifest)}")
            if not check:
                _replace(backup, wiring, confirm=confirm)


def _replace(backup: Backup, wiring: Wiring, *, confirm: bool) -> None:
    settings = Settings.from_env()
    settings.data.mkdir(parents=True, exist_ok=True)
    present = held(settings.store)
    if present is not None and present.seq and not confirm:
        _ask(present, backup.manifest)
    wiring.prepare(settings)
    with bar("恢复") as progress:
        epoch = backup.restore(settings.store, progress)
    show(f"已恢复：序号 {backup.manifest.moment.seq}，新纪元 {epoch}")
    with wiring.catalog() as catalog:
        build_index(catalog)
        show(whole_line(catalog.status()))


def _ask(present: Held, manifest: Manifest) -> None:
    """Whoever has no terminal cannot be asked, and must have meant it."""
    show(
        f"数据库里已有 {present.records} 条记录（序号 {present.seq}，纪元 {present.epoch}），将全部被替换",
        err=True,
    )
    if present.epoch == manifest.moment.epoch and present.seq > manifest.moment.seq:
        show(f"备份之后的 {present.seq - manifest.moment.seq} 项变更将丢失", err=True)
    if not sys.stdin.isatty():
        fail("已有数据，没有恢复；确认替换请加 --confirm（可先执行 catalog backup 备份现有数据）")
    if not agreed("确认替换？", default=False):
        fail("没有恢复，数据未改动")


def _told(manifest: Manifest) -> str:
    moment = manifest.moment
    records = manifest.rows_of("record")
    return f"{records} 条记录，序号 {moment.seq}，纪元 {moment.epoch}，备份于 {manifest.created_at}"
