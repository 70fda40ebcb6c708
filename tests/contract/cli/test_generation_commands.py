"""``catalog generations``, ``activate`` and ``prune``: which indexes there are, and going back to one."""

from __future__ import annotations

import json
from typing import Any

from service_catalog.app import open_catalog
from service_catalog.config import Settings
from service_catalog.indexing.holding import LEASE_S, rebuild_lease
from tests.contract.cli.conftest import Run, failure


def generations(run: Run) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("generations", "--json").stdout)
    return found


def test_generations_when_rebuilt_then_both_are_listed_and_who_did_what(run_fresh: Run) -> None:
    before = generations(run_fresh)
    assert run_fresh("rebuild").exit_code == 0

    after = generations(run_fresh)

    assert len(after["whole"]) == 2
    assert after["serving"] == after["whole"][-1] != before["serving"]
    newest = [(event["action"], event["generation"]) for event in after["events"][:2]]
    assert newest == [("activated", after["serving"]), ("built", after["serving"])]
    assert all("@" in event["who"] and event["at"].endswith("Z") for event in after["events"])


def test_generations_when_shown_then_the_serving_one_is_marked(run_fresh: Run) -> None:
    lines = run_fresh("generations").stdout.splitlines()

    assert lines[0].startswith("搜索索引（embedded ")
    assert lines[1].endswith("正在使用")


def test_activate_when_going_back_then_it_serves_and_comes_level(run_fresh: Run) -> None:
    first = generations(run_fresh)["serving"]
    run_fresh("rebuild")

    result = run_fresh("activate", first)

    assert result.stdout == f"已启用索引 {first}\n"
    assert generations(run_fresh)["serving"] == first
    assert run_fresh("verify").exit_code == 0


def test_activate_when_there_is_no_such_generation_then_one_line(run_fresh: Run) -> None:
    assert "没有索引 none" in failure(run_fresh("activate", "none"))


def test_prune_when_none_is_to_be_kept_then_only_the_serving_one_remains(run_fresh: Run) -> None:
    first = generations(run_fresh)["serving"]
    run_fresh("rebuild")

    assert run_fresh("prune").stdout == "没有可删除的索引\n"
    assert run_fresh("prune", "--keep", "0").stdout == f"已删除 1 代：{first}\n"
    assert len(generations(run_fresh)["whole"]) == 1


def test_rebuild_when_another_is_under_way_then_one_line_and_the_status_tells(
    run_fresh: Run, fresh_settings: Settings
) -> None:
    catalog = open_catalog(fresh_settings)
    place = catalog.generations().engine
    upkeep = catalog._store.upkeep
    note = '{"state": "building", "step": "建立索引", "done": 50, "all": 200}'
    assert upkeep.take(rebuild_lease(place), "某人@别处 1 00", seconds=LEASE_S, note=note)

    told = run_fresh("status").stdout
    refused = failure(run_fresh("rebuild"))
    catalog.close()

    assert "正在重建：建立索引 25%" in told
    assert "某人@别处 1" in refused
