"""Commands where the search server that is set does not answer: many need only the store."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from service_catalog.app import open_catalog
from service_catalog.config import Settings
from service_catalog.model import Kind
from tests.contract.cli.conftest import Run, failure

NOBODY = {"CATALOG_ENGINE_URL": "http://127.0.0.1:9"}


def test_init_when_the_server_is_down_then_the_service_can_start_and_it_is_said(
    run_fresh: Run, fresh_settings: Settings
) -> None:
    shutil.rmtree(fresh_settings.index)  # no spare index either, as at the very first start
    result = run_fresh("init", **NOBODY)

    assert result.exit_code == 0, result.output
    assert "catalog index --follow" in result.stderr


def test_search_when_the_server_is_down_then_the_spare_index_answers_and_it_is_said(run_fresh: Run) -> None:
    found = json.loads(run_fresh("search", "失业登记", "--json", **NOBODY).stdout)

    assert found["engine"]["degraded"]
    assert found["hits"]
    assert "由备用索引作答" in run_fresh("search", "失业登记", **NOBODY).stdout


def test_status_when_the_server_is_down_then_it_says_so(run_fresh: Run) -> None:
    told = json.loads(run_fresh("status", "--json", **NOBODY).stdout)

    assert (told["ready"], told["engine"]["state"]) == (True, "unavailable")


def test_import_when_the_server_is_down_then_all_is_written_and_the_exit_code_says_that_search_is_behind(
    run_fresh: Run, fresh_settings: Settings, tmp_path: Path
) -> None:
    catalog = open_catalog(fresh_settings)
    record = catalog.record("110112-TZ0009", Kind.ITEM).record.as_json()
    catalog.close()
    record["aliases"] = ["丢饭碗"]
    file = tmp_path / "rows.ndjson"
    file.write_text(json.dumps(record, ensure_ascii=False) + "\n", encoding="utf-8")

    result = run_fresh("import", str(file), **NOBODY)

    assert result.exit_code == 5, result.output
    assert "丢饭碗" in run_fresh("history", "110112-TZ0009").stdout


def test_rebuild_and_verify_when_the_server_is_down_then_one_line(run_fresh: Run) -> None:
    assert "搜索服务器" in failure(run_fresh("rebuild", **NOBODY))
    assert "搜索服务器不可用" in failure(run_fresh("verify", **NOBODY))


def test_address_when_it_holds_an_odd_password_then_it_is_not_repeated(run_fresh: Run) -> None:
    told = run_fresh("status", CATALOG_ENGINE_URL="https://user:geheim#1@127.0.0.1:9200")

    assert told.exit_code == 1
    assert "geheim" not in told.output
    assert "百分号" in told.stderr
