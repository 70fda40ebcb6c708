"""The commands that tend store and index: init, rebuild, verify, status."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from typing import Any

import pytest

from service_catalog.catalog import Catalog
from service_catalog.cli.commands import DIFFERENCE
from service_catalog.config import Settings
from service_catalog.engines.definition import load_definition
from service_catalog.engines.embedded import EmbeddedEngine
from service_catalog.model import Document, EngineQuery
from service_catalog.store.migrate import migrate
from tests.conftest import index_of
from tests.contract.cli.conftest import Run

COUNTS = {"documents": 1215, "records": 2852}


def generations(settings: Settings) -> list[str]:
    return sorted(path.name for path in (index_of(settings.data) / "generations").iterdir())


def test_status_when_asked_then_counts_by_region_and_a_level_index(run: Run) -> None:
    result = run("status")

    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"日志序号 {COUNTS['records']}，纪元 ")
    assert "  北京市通州区  事项：1143" in lines
    assert "  天津市河北区  一件事：41" in lines
    assert lines[-1].startswith("搜索索引：m")
    assert lines[-1].endswith(f"{COUNTS['documents']} 条，序号 {COUNTS['records']}，已追平")


def test_status_when_asked_for_json_then_the_same_for_machines(run: Run) -> None:
    status = json.loads(run("status", "--json").stdout)

    assert status["ready"] is True
    assert status["head"] == sum(count["count"] for count in status["counts"]) == COUNTS["records"]
    assert {"region": "120105", "kind": "scenario", "count": 41} in status["counts"]
    assert status["engine"]["documents"] == COUNTS["documents"]
    assert (status["engine"]["lag"], status["engine"]["error"]) == (0, None)


def test_status_when_the_log_moved_then_says_by_how_much(run_fresh: Run, fresh: Catalog) -> None:
    item = fresh.item("110112-TZ0009").item.record
    fresh.publish(replace(item, content={**item.content, "name": "改名"}), author="甲", reason="校对")

    assert re.search(r"，落后 1 项变更（\d+ 秒）$", run_fresh("status").stdout.splitlines()[-1])
    assert json.loads(run_fresh("status", "--json").stdout)["engine"]["lag"] == 1


def test_status_when_there_is_no_index_then_says_what_to_do(run_fresh: Run, fresh_settings: Settings) -> None:
    shutil.rmtree(fresh_settings.index)

    assert run_fresh("status").stdout.splitlines()[-1] == "搜索索引：没有启用的索引，请执行 catalog rebuild"
    assert json.loads(run_fresh("status", "--json").stdout)["ready"] is False


def test_status_when_the_index_is_damaged_then_says_what_is_wrong(
    run_fresh: Run, fresh_settings: Settings
) -> None:
    (index_of(fresh_settings.data) / "serving").write_text("no/such\n")

    lines = run_fresh("status").stdout.splitlines()
    assert lines[-2:] == ["搜索索引：没有启用的索引，请执行 catalog rebuild", "  问题：索引指针文件损坏"]


def test_status_when_the_index_is_of_another_store_then_says_so(
    run_fresh: Run, fresh_settings: Settings
) -> None:
    for path in fresh_settings.data.glob("catalog.db*"):
        path.unlink()
    migrate(fresh_settings.store)

    line = run_fresh("status").stdout.splitlines()[-1]
    assert line.endswith("属于另一个数据库，请执行 catalog rebuild")
    assert json.loads(run_fresh("status", "--json").stdout)["ready"] is False


def test_rebuild_when_done_then_serves_anew_and_keeps_the_generation_before(
    run_fresh: Run, fresh_settings: Settings
) -> None:
    before = generations(fresh_settings)

    result = run_fresh("rebuild")

    after = generations(fresh_settings)
    assert result.exit_code == 0
    assert set(before) < set(after)
    (new,) = set(after) - set(before)
    assert result.stdout == f"已启用索引 {new}：{COUNTS['documents']} 条，序号 {COUNTS['records']}\n"
    assert (index_of(fresh_settings.data) / "serving").read_text().strip() == new


def test_verification_when_equal_then_says_so_and_ends_with_zero(run: Run) -> None:
    result = run("verify")

    assert result.exit_code == 0
    assert result.stdout.startswith(f"一致：{COUNTS['documents']} 条，序号 {COUNTS['records']}，摘要 ")
    assert result.stderr == ""


def test_verification_when_asked_for_json_then_both_digests(run: Run) -> None:
    result = run("verify", "--json")

    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert found["equal"] is True
    assert found["store_digest"] == found["engine_digest"]
    assert found["missing"] == found["surplus"] == found["different"] == []


@pytest.fixture
def damaged(fresh: Catalog, fresh_settings: Settings) -> Settings:
    """The index lacks 25 items, holds one that never was, and one that is not as the store says."""
    region = fresh.regions()[0].record
    for number in range(3):  # changes that touch no document, so that the index may move on to their seq
        fresh.publish(replace(region, content={**region.content, "n": number}), author="甲", reason="校对")
    engine = EmbeddedEngine(index_of(fresh_settings.data), load_definition(fresh_settings.mappings))
    seq = engine.status().seq
    held = {each.id: each for each in engine.search(EngineQuery(limit=2_000)).candidates}

    def made(document_id: str, at: int, *, deleted: bool = False) -> Document:
        like = held["110112-TZ0001"]
        facts: dict[str, Any] = {**like.facts, "sources": "0" * 32}
        return Document(document_id, at, {"id": (document_id,)}, facts, like.fragment, deleted)

    lost = [made(f"110112-TZ{number:04}", seq + 1, deleted=True) for number in range(101, 126)]
    engine.apply([*lost, made("110112-NEVER", seq + 1), made("120105-HB0001", seq + 1)], seq=seq + 3)
    engine.close()
    return fresh_settings


def test_verification_when_the_index_is_damaged_then_names_ids_and_ends_with_three(
    run_on: Run, damaged: Settings
) -> None:
    result = run_on(damaged.data, "verify")

    assert result.exit_code == DIFFERENCE == 3
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert lines[0].startswith("索引缺少 25 条（110112-TZ0101、110112-TZ0102、")
    assert lines[0].endswith("110112-TZ0120等）")
    assert lines[1:] == [
        "索引多出 1 条（110112-NEVER）",
        "内容不同 1 条（120105-HB0001）",
        "索引与数据库不一致，请执行 catalog rebuild",
    ]


def test_verification_when_the_index_is_damaged_then_json_names_all_ids(
    run_on: Run, damaged: Settings
) -> None:
    result = run_on(damaged.data, "verify", "--json")

    found = json.loads(result.stdout)
    assert result.exit_code == DIFFERENCE
    assert found["equal"] is False
    assert found["missing"] == [f"110112-TZ{number:04}" for number in range(101, 126)]
    assert (found["surplus"], found["different"]) == (["110112-NEVER"], ["120105-HB0001"])


def test_verification_when_rebuilt_as_it_advises_then_equal_again(run_on: Run, damaged: Settings) -> None:
    assert run_on(damaged.data, "rebuild").exit_code == 0

    assert run_on(damaged.data, "verify").exit_code == 0


def test_init_when_some_records_are_edited_then_says_how_many_and_keeps_them(
    run_fresh: Run, fresh: Catalog
) -> None:
    item = fresh.item("110112-TZ0009").item.record
    fresh.publish(replace(item, content={**item.content, "name": "改名"}), author="甲", reason="校对")

    result = run_fresh("init")

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "参考数据：新增或更新 0 条，未变 2851 条，已另行修改 1 条",
        "完成：2852 条记录，索引 1215 条，序号 2853",
    ]
    assert fresh.item("110112-TZ0009").item.record.content["name"] == "改名"


def test_init_when_a_record_is_a_fork_then_names_it_and_keeps_the_stored_one(
    run_fresh: Run, fresh_settings: Settings, fresh: Catalog
) -> None:
    seed = fresh_settings.data / "seed"
    shutil.copytree(fresh_settings.seed, seed)
    path = seed / "items-120105.ndjson"
    path.write_text(
        path.read_text(encoding="utf-8").replace("社会保障卡申领", "社会保障卡首次申领", 1), "utf-8"
    )

    result = run_fresh("init", CATALOG_SEED=str(seed))

    assert result.exit_code == 0
    assert "注意：1 条（120105-HB0001）与库中同版本内容不同，保留库中内容" in result.stdout.splitlines()
    assert fresh.item("120105-HB0001").item.record.content["name"] == "社会保障卡申领"


def test_init_when_the_index_is_gone_then_it_is_made_again(run_fresh: Run, fresh_settings: Settings) -> None:
    shutil.rmtree(fresh_settings.index)

    assert run_fresh("init").exit_code == 0
    assert run_fresh("verify").exit_code == 0
