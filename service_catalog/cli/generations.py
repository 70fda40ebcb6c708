"""``catalog rebuild``, ``generations``, ``activate``, ``prune`` and ``index``: work on the search index."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any, Protocol

import click

from service_catalog.catalog import Catalog
from service_catalog.catalog.generations import Generations
from service_catalog.cli.printing import bar, show
from service_catalog.config import Settings
from service_catalog.observe import set_up_logging

ACTIONS = {"built": "建成", "activated": "启用", "dropped": "删除", "failed": "重建失败"}


class Wired(Protocol):
    """What these commands need of the application."""

    def catalog(self) -> AbstractContextManager[Catalog]: ...


def add_generations(group: click.Group, wiring: Wired) -> None:
    """Add the commands."""
    for add in (_add_rebuild, _add_generations, _add_activate, _add_prune, _add_index):
        add(group, wiring)


def _add_rebuild(group: click.Group, wiring: Wired) -> None:
    @group.command(help="重建搜索索引：另建、核对、追平变更后启用，原索引保留，可用 activate 换回。")
    def rebuild() -> None:
        with wiring.catalog() as catalog:
            with bar("重建索引") as progress:
                generation = catalog.rebuild(lambda _what, done, total: progress(done, total))
            engine = catalog.status().engine
        show(f"已启用索引 {generation.name}：{engine.documents} 条，序号 {engine.seq}")


def _add_generations(group: click.Group, wiring: Wired) -> None:
    @group.command(help="列出各代搜索索引，以及何人何时建立、启用、删除了哪一代。")
    @click.option("--json", "as_json", is_flag=True, help="输出 JSON")
    def generations(as_json: bool) -> None:
        with wiring.catalog() as catalog:
            found = catalog.generations()
        if as_json:
            show(json.dumps(asdict(found), ensure_ascii=False, indent=2))
        else:
            show("\n".join(_lines(found)))


def _add_activate(group: click.Group, wiring: Wired) -> None:
    @group.command(help="改用另一代索引，例如新索引有问题时换回上一代。它缺少的变更随后自动追平。")
    @click.argument("name")
    def activate(name: str) -> None:
        with wiring.catalog() as catalog:
            catalog.activate(name)
        show(f"已启用索引 {name}")


def _add_prune(group: click.Group, wiring: Wired) -> None:
    @group.command(help="删除旧的各代索引，保留正在使用的和最新的几代。")
    @click.option(
        "--keep", type=click.IntRange(0, 100), default=1, show_default=True, help="除正在使用的之外保留几代"
    )
    def prune(keep: int) -> None:
        with wiring.catalog() as catalog:
            dropped = catalog.prune(keep)
        show(f"已删除 {len(dropped)} 代：{'、'.join(dropped)}" if dropped else "没有可删除的索引")


def _add_index(group: click.Group, wiring: Wired) -> None:
    @group.command(help="使搜索索引跟上变更，直到停止（Ctrl+C）。可在多台机器上运行，同时只有一个在工作。")
    @click.option("--follow", is_flag=True, required=True, help="一直运行")
    def index(follow: bool) -> None:
        assert follow  # noqa: S101 - click has seen to it
        set_up_logging(Settings.from_env().log_level)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stopping(stop))
        show("使搜索索引跟上变更（停止：Ctrl+C）", err=True)
        with wiring.catalog() as catalog:
            catalog.follow(stop)


def _stopping(stop: threading.Event) -> Callable[[int, Any], None]:
    def stopping(_number: int, _frame: Any) -> None:
        stop.set()

    return stopping


def _lines(found: Generations) -> Iterator[str]:
    yield f"搜索索引（{found.engine}）"
    for name in found.whole:
        yield f"  {name}" + ("  正在使用" if name == found.serving else "")
    for name in found.unfinished:
        yield f"  {name}  未建完"
    if not found.whole and not found.unfinished:
        yield "  还没有；请执行 catalog rebuild"
    if found.events:
        yield "经过"
    for event in found.events:
        detail = f"（{event.detail}）" if event.detail else ""
        action = ACTIONS.get(event.action, event.action)
        yield f"  {event.at}  {event.who}  {action} {event.generation}{detail}"
