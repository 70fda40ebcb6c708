"""What each command prints where, and how it ends."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from service_catalog import __version__
from service_catalog.catalog import Catalog
from service_catalog.cli.commands import DIFFERENCE
from service_catalog.config import Settings
from service_catalog.engines.definition import load_definition
from service_catalog.engines.embedded import EmbeddedEngine
from service_catalog.model import Document, EngineQuery
from service_catalog.store.migrate import migrate
from tests.contract.cli.conftest import Run, failure

COUNTS = {"documents": 1215, "records": 2852}


def generations(settings: Settings) -> list[str]:
    return sorted(path.name for path in (settings.index / "generations").iterdir())


def test_search_when_asked_then_place_id_name_department_and_reasons(run: Run) -> None:
    result = run("search", "社会保障卡补换", "--at-region", "120105", "--limit", "2")

    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0].endswith("条，把握：高")
    assert lines[1] == " 1. 120105-HB0002  社会保障卡补卡、换卡（天津市河北区人力资源和社会保障局）"
    assert "110112-TZ0045" in lines[3]
    assert "河北区" in lines[4]
    assert len(lines) == 5
    assert result.stderr == ""


def test_search_when_narrowed_then_only_that_owner_and_kind(run: Run) -> None:
    result = run("search", "登记", "--owner-region", "120105", "--kind", "scenario", "--json")

    hits = json.loads(result.stdout)["hits"]
    assert hits
    assert {(hit["region"], hit["kind"]) for hit in hits} == {("120105", "scenario")}


def test_search_when_asked_for_json_then_hits_as_the_api_shows_them(run: Run) -> None:
    result = run("search", "社保卡丢了", "--at-region", "110112", "--limit", "3", "--json")

    answer = json.loads(result.stdout)
    assert answer["confidence"] == "high"
    assert answer["total"] >= len(answer["hits"]) == 3
    assert answer["engine"] == {"name": "embedded", "seq": COUNTS["records"], "age_s": 0.0}
    first = answer["hits"][0]
    assert (first["id"], first["accepted_here"]) == ("110112-TZ0107", True)
    assert {reason["code"] for reason in first["reasons"]} >= {"exact_alias"}
    assert all(set(reason) == {"code", "text"} for reason in first["reasons"])


def test_search_when_nothing_fits_then_says_what_to_do(run: Run) -> None:
    result = run("search", "量子纠缠态的魔法飞毯")

    assert result.exit_code == 0
    assert result.stdout.startswith("共 0 条，把握：无\n没有找到相符的事项。换个说法试试，或拨打 12345 咨询")


def test_search_when_everything_is_asked_for_then_does_not_claim_to_have_counted_it(run: Run) -> None:
    result = run("search", "", "--limit", "2")

    assert result.stdout.startswith("至少 1000 条")
    assert not any(line.isspace() or not line for line in result.stdout.splitlines())


@pytest.mark.parametrize("command", ["search", "explain"])
def test_region_when_unknown_then_one_line_names_those_that_exist(run: Run, command: str) -> None:
    line = failure(run(command, "登记", "--at-region", "999999", "--owner-region", "88"))

    assert line == "错误：没有区划 999999；没有区划 88；已收录的区划：110112、120105"


@pytest.mark.parametrize("command", ["search", "explain"])
def test_query_when_too_long_then_one_line_says_how_long_it_may_be(run: Run, command: str) -> None:
    assert failure(run(command, "办" * 300)) == "错误：搜索词最多 256 个字，现在是 300 个；请只写要办的事"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\udcff社保", "\ufffd社保"),
        ("\x00", "\ufffd"),
        ("\x1b[2J", "\ufffd[2J"),
        ("\x9b2J", "\ufffd2J"),
        ("𝒳", "𝒳"),
        ("--", "--"),
    ],
)
def test_query_when_it_is_odd_then_is_answered_and_cannot_upset_a_terminal(
    run: Run, text: str, shown: str
) -> None:
    result = run("explain", "--limit", "1", "--", text)

    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == f"查询：{shown}"


def test_query_when_it_is_not_utf8_then_json_is_valid_all_the_same(run: Run) -> None:
    assert json.loads(run("search", "\udcff社保", "--json").stdout)["hits"]


def test_explanation_when_asked_then_tokens_of_both_sides_and_features_that_add_up(run: Run) -> None:
    result = run("explain", "通州社保卡丢了", "--limit", "1")

    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert "归一：通州社保卡丢了" in lines
    assert "词：社保卡丢了" in lines
    assert "字对：社保 保卡 卡丢 丢了" in lines
    assert "地名：通州（110112）" in lines
    assert "用语：“社保卡丢了”→ 社会保障卡 + 挂失" in lines
    assert "  bigrams × 1.0：社会 会保 保障 障卡 挂失" in lines
    hit = lines.index(next(line for line in lines if line.startswith(" 1. ")))
    assert lines[hit + 1] == "    名称的词：社会 / 保障 / 保障卡 / 社会保障卡 / 挂失"
    parts = [line.rsplit(" = ", 1) for line in lines[hit + 2 :]]
    assert any(name.strip().startswith("日常用语") for name, _ in parts)
    told = float(lines[hit].split("总分 ")[1].split("，")[0])
    assert sum(float(value) for _, value in parts) == pytest.approx(told, abs=0.005)


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("tz0915", "编码：TZ0915"),
        ("shiyedengji", "拼音：shi ye deng ji"),
        ("sydj", "声母：sydj"),
        ("河北失业登记", "地名不确定：河北"),
        ("失業登記", "归一：失业登记"),
        ("", "查找：全部"),
    ],
)
def test_explanation_when_the_query_is_of_some_sort_then_says_so(run: Run, query: str, line: str) -> None:
    assert line in run("explain", query).stdout.splitlines()


def test_explanation_when_nothing_fits_then_ends_without_hits(run: Run) -> None:
    assert run("explain", "量子纠缠态的魔法飞毯").stdout.splitlines()[-1] == "共 0 条相符，前 0 条："


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

    assert run_fresh("status").stdout.splitlines()[-1].endswith("落后 1 项变更")
    assert json.loads(run_fresh("status", "--json").stdout)["engine"]["lag"] == 1


def test_status_when_there_is_no_index_then_says_what_to_do(run_fresh: Run, fresh_settings: Settings) -> None:
    shutil.rmtree(fresh_settings.index)

    assert run_fresh("status").stdout.splitlines()[-1] == "搜索索引：没有启用的索引，请执行 catalog rebuild"
    assert json.loads(run_fresh("status", "--json").stdout)["ready"] is False


def test_status_when_the_index_is_damaged_then_says_what_is_wrong(
    run_fresh: Run, fresh_settings: Settings
) -> None:
    (fresh_settings.index / "serving").write_text("no/such\n")

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
    assert (fresh_settings.index / "serving").read_text().strip() == new


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
    engine = EmbeddedEngine(fresh_settings.index, load_definition(fresh_settings.mappings))
    seq = engine.status().seq
    held = {each.id: each for each in engine.search(EngineQuery(limit=2_000))}

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


@pytest.mark.parametrize("arguments", [["--help"], ["search", "--help"], ["--version"]])
def test_help_and_version_when_asked_then_need_no_data(
    run_on: Run, tmp_path: Any, arguments: list[str]
) -> None:
    result = run_on(tmp_path / "nowhere", *arguments)

    assert result.exit_code == 0
    assert "跨区域" in result.stdout or "搜索" in result.stdout or __version__ in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["search"],
        ["search", "a", "--limit", "0"],
        ["search", "a", "--limit", "51"],
        ["search", "a", "--kind", "all"],
        ["explain", "a", "--limit", "x"],
        ["serve", "--port", "65536"],
        ["nonsense"],
        ["verify", "too", "much"],
    ],
)
def test_command_when_used_wrongly_then_ends_with_two(run: Run, arguments: list[str]) -> None:
    result = run(*arguments)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr


def test_catalogue_when_a_command_ends_then_is_closed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[Catalog] = []
    close: Callable[[Catalog], None] = Catalog.close

    def watched(self: Catalog) -> None:
        closed.append(self)
        close(self)

    monkeypatch.setattr(Catalog, "close", watched)
    for arguments in (["search", "登记"], ["explain", "登记"], ["verify"], ["status"]):
        run(*arguments)
    failure(run("search", "登记", "--at-region", "999999"))

    assert len(closed) == 5
