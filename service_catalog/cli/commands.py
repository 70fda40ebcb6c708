"""The command group and what all commands share."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import click
from flask import Flask

from service_catalog import __version__
from service_catalog.catalog import Catalog
from service_catalog.cli import explaining, serving
from service_catalog.cli.backup import add_backup
from service_catalog.cli.building import build_index
from service_catalog.cli.counterparts import add_counterparts
from service_catalog.cli.editing import add_editing
from service_catalog.cli.exporting import add_exporting
from service_catalog.cli.failures import Group
from service_catalog.cli.generations import add_generations
from service_catalog.cli.importing import add_importing
from service_catalog.cli.keys import add_keys
from service_catalog.cli.printing import bar, show
from service_catalog.cli.score import add_score
from service_catalog.config import Settings
from service_catalog.exchange.seeding import load_seed
from service_catalog.model import SearchRequest
from service_catalog.model.errors import EngineUnavailableError
from service_catalog.observe import set_up_logging


@dataclass(frozen=True, slots=True)
class Wiring:
    """What the commands need of the application, handed in by ``app``, so that nothing here chooses parts."""

    prepare: Callable[[Settings], None]
    """Make or upgrade the store's tables."""
    open_catalog: Callable[[Settings], Catalog]
    create_app: Callable[[Settings], Flask]

    def catalog(self) -> closing[Catalog]:
        """The catalogue that the environment's settings name, closed after the block."""
        return closing(self.open_catalog(Settings.from_env()))


DIFFERENCE = 3
"""Exit code of ``verify`` when store and engine differ."""


def make_group(wiring: Wiring) -> click.Group:
    """The command group over the parts that ``wiring`` hands in."""

    @click.group("catalog", cls=Group, help="跨区域政务服务目录：建库、搜索、核对、运行。")
    @click.version_option(__version__, prog_name="catalog")
    def group() -> None:
        # A command says itself what it did and what failed. Events are for serve, which sets its own level;
        # without this they would go to standard output, into the middle of an answer.
        set_up_logging("critical")

    for add in (_add_init, _add_search, _add_explain, _add_verify, _add_status, _add_serve):
        add(group, wiring)
    add_generations(group, wiring)
    add_keys(group, wiring)
    add_editing(group, wiring)
    add_backup(group, wiring)
    add_score(group, wiring)
    add_exporting(group, wiring)
    add_importing(group, wiring)
    add_counterparts(group, wiring)
    return group


def _add_init(group: click.Group, wiring: Wiring) -> None:
    @group.command(help="建立或升级数据表，装载参考数据，建立搜索索引。可重复执行，已有数据不受影响。")
    def init() -> None:
        settings = Settings.from_env()
        wiring.prepare(settings)
        with wiring.catalog() as catalog:
            with bar("装载参考数据") as progress:
                counts = load_seed(catalog, settings.seed, progress)
            show("\n".join(explaining.loaded_lines(counts)))
            if counts.applied or not catalog.status().ready:
                _build_or_tell(catalog)
            show(explaining.whole_line(catalog.status()))


def _build_or_tell(catalog: Catalog) -> None:
    """A search server that is down must not keep the service from starting: item pages need none."""
    try:
        build_index(catalog)
    except EngineUnavailableError as error:
        show(
            f"注意：搜索服务器上的索引没有建立（{error.detail}）；catalog index --follow 会在它恢复后建立",
            err=True,
        )


def _add_search(group: click.Group, wiring: Wiring) -> None:
    @group.command(help="搜索事项和一件事。")
    @click.argument("text")
    @click.option("--at-region", help="人在哪个区划（六位代码）")
    @click.option("--owner-region", help="只看哪个区划的事项")
    @click.option("--kind", type=click.Choice(["item", "scenario"]), help="只看事项或一件事")
    @click.option("--limit", type=click.IntRange(1, 50), default=10, show_default=True, help="显示几条")
    @click.option("--json", "as_json", is_flag=True, help="输出 JSON")
    def search(
        text: str,
        at_region: str | None,
        owner_region: str | None,
        kind: str | None,
        limit: int,
        as_json: bool,
    ) -> None:
        request = SearchRequest(
            text=text, at_region=at_region, owner_region=owner_region, kind=kind, limit=limit
        )
        with wiring.catalog() as catalog:
            page = catalog.search(request)
        if as_json:
            show(json.dumps(explaining.page_json(page), ensure_ascii=False, indent=2))
        else:
            show("\n".join(explaining.page_lines(page)))


def _add_explain(group: click.Group, wiring: Wiring) -> None:
    @group.command(help="说明一次搜索：两边的词，以及每条结果为什么排在那里。")
    @click.argument("text")
    @click.option("--at-region", help="人在哪个区划（六位代码）")
    @click.option("--owner-region", help="只看哪个区划的事项")
    @click.option("--limit", type=click.IntRange(1, 50), default=5, show_default=True, help="说明几条")
    def explain(text: str, at_region: str | None, owner_region: str | None, limit: int) -> None:
        request = SearchRequest(text=text, at_region=at_region, owner_region=owner_region)
        with wiring.catalog() as catalog:
            show("\n".join(explaining.explanation_lines(catalog.explain(request), limit)))


def _add_verify(group: click.Group, wiring: Wiring) -> None:
    @group.command(help="逐条核对数据库与搜索索引（摘要比对）。有差异时退出码为 3。")
    @click.option("--json", "as_json", is_flag=True, help="输出 JSON")
    def verify(as_json: bool) -> None:
        with wiring.catalog() as catalog:
            found = catalog.verify()
        if as_json:
            show(json.dumps(explaining.verification_json(found), ensure_ascii=False, indent=2))
        else:
            # What is wrong goes where errors go, so that it is seen also where the output is thrown away.
            show("\n".join(explaining.verification_lines(found)), err=not found.is_equal)
        if not found.is_equal:
            raise SystemExit(DIFFERENCE)


def _add_status(group: click.Group, wiring: Wiring) -> None:
    @group.command(help="数据库与搜索索引的状态。")
    @click.option("--json", "as_json", is_flag=True, help="输出 JSON")
    def status(as_json: bool) -> None:
        with wiring.catalog() as catalog:
            found = catalog.status()
            names = {revision.record.id: revision.record.content["name"] for revision in catalog.regions()}
        if as_json:
            show(json.dumps(explaining.status_json(found), ensure_ascii=False, indent=2))
        else:
            show("\n".join(explaining.status_lines(found, names)))


def _add_serve(group: click.Group, wiring: Wiring) -> None:
    @group.command(help="启动网络服务（gunicorn）。")
    @click.option("--host", help="监听地址，默认取 CATALOG_HOST")
    @click.option("--port", type=click.IntRange(1, 65535), help="监听端口，默认取 CATALOG_PORT")
    def serve(host: str | None, port: int | None) -> None:
        serving.serve(Settings.from_env(), wiring.create_app, host=host, port=port)
