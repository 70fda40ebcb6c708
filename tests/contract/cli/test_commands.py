"""The commands that ask, search and explain, and what holds for all commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from service_catalog import __version__
from service_catalog.catalog import Catalog
from service_catalog.cli.explaining import page_lines
from service_catalog.model import SearchRequest
from service_catalog.model.searching import MAX_BROWSED, MAX_CANDIDATES
from tests.contract.cli.conftest import Run, failure

COUNTS = {"documents": 1215, "records": 2852}


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
    level = {"seq": COUNTS["records"], "age_s": 0.0, "degraded": False}
    assert answer["engine"] == {"name": "embedded", **level}
    first = answer["hits"][0]
    assert (first["id"], first["accepted_here"]) == ("110112-TZ0107", True)
    assert {reason["code"] for reason in first["reasons"]} >= {"exact_alias"}
    assert all(set(reason) == {"code", "text"} for reason in first["reasons"])


def test_search_when_nothing_fits_then_says_what_to_do(run: Run) -> None:
    result = run("search", "量子纠缠态的魔法飞毯")

    assert result.exit_code == 0
    assert result.stdout.startswith("共 0 条，把握：无\n没有找到相符的事项。换个说法试试，或拨打 12345 咨询")


def test_search_when_everything_is_asked_for_then_counts_it_and_gives_no_reasons(run: Run) -> None:
    result = run("search", "", "--limit", "2")

    assert result.stdout.startswith(f"共 {COUNTS['documents']} 条")
    assert not any(line.isspace() or not line for line in result.stdout.splitlines())


@pytest.mark.parametrize(("text", "most"), [("登记", MAX_CANDIDATES), ("", MAX_BROWSED)])
def test_search_when_it_finds_as_many_as_it_looks_at_then_does_not_claim_to_have_counted_all(
    seeded: Catalog, text: str, most: int
) -> None:
    page = seeded.search(SearchRequest(text=text, limit=1))

    first, full = (next(page_lines(replace(page, total=total))) for total in (most - 1, most))
    assert first.startswith(f"共 {most - 1} 条，")
    assert full.startswith(f"至少 {most} 条，")


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
