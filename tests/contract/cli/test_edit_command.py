"""``edit``, ``history``, ``restore-revision``: nothing typed is lost, nothing unseen is overwritten."""

from __future__ import annotations

import json
import shlex
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from service_catalog.app import open_catalog
from service_catalog.config import Settings
from service_catalog.model import Kind, Record
from tests.contract.cli.conftest import Run, failure

CARD = "120105-HB0001"

EDITOR = """
import json, pathlib, sys
place, steps = pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[1])
first, *rest = json.loads(steps.read_text())
steps.write_text(json.dumps(rest))
with steps.with_suffix(".seen").open("a") as seen:
    print(json.dumps(place.read_text()), file=seen)
if "text" in first:
    place.write_text(first["text"])
elif "bytes" in first:
    place.write_bytes(bytes.fromhex(first["bytes"]))
else:
    place.write_text(json.dumps(json.loads(place.read_text()) | first["set"], ensure_ascii=False))
if "code" in first:
    exec(first["code"])
"""
"""Stands for a person at an editor: each time it is opened it does the next step of a file."""

Edit = Callable[..., Result]


def stored(settings: Settings) -> Record:
    catalog = open_catalog(settings)
    record = catalog.find(CARD).record
    catalog.close()
    return record


@pytest.fixture
def drafts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go."""
    folder = tmp_path / "drafts"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def edit(run_fresh: Run, tmp_path: Path, drafts: Path) -> Edit:
    """Runs ``catalog edit`` with an editor that takes the given steps."""
    program, steps = tmp_path / "editor.py", tmp_path / "steps.json"
    program.write_text(EDITOR)

    def run(*actions: dict[str, Any], stdin: str = "y\n", options: tuple[str, ...] = ()) -> Result:
        steps.write_text(json.dumps(actions))
        command = shlex.join([sys.executable, str(program), str(steps)])
        arguments = ("edit", CARD, "--reason", "校对", "--author", "甲", *options)
        return run_fresh(*arguments, stdin=stdin, VISUAL=command)

    return run


def seen_texts(tmp_path: Path) -> list[str]:
    """What the editor showed, each time it was opened."""
    return [json.loads(line) for line in (tmp_path / "steps.seen").read_text().splitlines()]


def test_edit_when_changed_and_agreed_then_written_with_who_and_why(
    edit: Edit, fresh_settings: Settings, drafts: Path
) -> None:
    result = edit({"set": {"name": "社保卡申领"}})

    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "  name",
        "    - 社会保障卡申领",
        "    + 社保卡申领",
        f"已写入 {CARD} 第 2 版",
    ]
    catalog = open_catalog(fresh_settings)
    newest = catalog.find(CARD)
    catalog.close()
    assert (newest.record.content["name"], newest.author, newest.reason) == ("社保卡申领", "甲", "校对")
    assert list(drafts.iterdir()) == []


def test_edit_when_opened_then_the_text_is_readable_and_whole(
    edit: Edit, fresh_settings: Settings, tmp_path: Path
) -> None:
    before = stored(fresh_settings)
    edit({"set": {}})

    (text,) = seen_texts(tmp_path)
    assert json.loads(text) == before.as_json()
    assert "社会保障卡申领" in text
    assert len(text.splitlines()) > 20


@pytest.mark.parametrize("stdin", ["n\n", "\n"])
def test_edit_when_changed_and_not_agreed_then_nothing_is_written_and_the_text_is_kept(
    edit: Edit, fresh_settings: Settings, drafts: Path, stdin: str
) -> None:
    result = edit({"set": {"name": "社保卡申领"}}, stdin=stdin)

    (kept,) = drafts.iterdir()
    assert stored(fresh_settings).version == 1
    assert json.loads(kept.read_text())["name"] == "社保卡申领"
    assert str(kept) in result.stderr


def test_edit_when_nothing_was_changed_then_says_so_and_keeps_no_file(
    edit: Edit, fresh_settings: Settings, drafts: Path
) -> None:
    result = edit({"set": {}})

    assert (result.exit_code, result.stdout) == (0, "没有改动\n")
    assert stored(fresh_settings).version == 1
    assert list(drafts.iterdir()) == []


def test_edit_when_it_has_faults_then_all_are_shown_and_the_text_can_be_mended(
    edit: Edit, fresh_settings: Settings, tmp_path: Path
) -> None:
    result = edit(
        {"set": {"name": "", "item_type": "x", "aliases": ["留着"]}},
        {"set": {"name": "社保卡申领", "item_type": "07"}},
        stdin="y\ny\n",
    )

    assert result.exit_code == 0, result.output
    assert "  name：" in result.stderr
    assert "  item_type：事项类型是两位数字" in result.stderr
    assert json.loads(seen_texts(tmp_path)[1])["aliases"] == ["留着"]
    assert stored(fresh_settings).content["aliases"] == ["留着"]


def test_edit_when_rules_are_broken_then_all_are_shown_and_nothing_is_written(
    edit: Edit, fresh_settings: Settings, drafts: Path
) -> None:
    result = edit({"set": {"valid_from": "2027-01-01", "valid_to": "2026-12-31", "name": ""}}, stdin="n\n")

    assert result.exit_code == 1
    assert "  valid_to：失效日期 2026-12-31 早于生效日期 2027-01-01（不早于 2027-01-01" in result.stderr
    assert "  name：" in result.stderr
    assert stored(fresh_settings).version == 1
    assert len(list(drafts.iterdir())) == 1


def test_edit_when_something_is_doubtful_then_it_is_shown_and_can_be_written(
    edit: Edit, fresh_settings: Settings
) -> None:
    result = edit({"set": {"department": "新设的部门"}})

    assert result.exit_code == 0, result.output
    assert "  department：区划 120105 还没有部门“新设的部门”" in result.stderr
    assert stored(fresh_settings).version == 2


def test_edit_when_confirmed_beforehand_then_nothing_is_asked(edit: Edit, fresh_settings: Settings) -> None:
    assert edit({"set": {"name": "社保卡申领"}}, stdin="", options=("--confirm",)).exit_code == 0
    assert stored(fresh_settings).version == 2


@pytest.mark.parametrize(
    ("text", "told"), [("{", "第 1 行第 2 列"), ("[]", "JSON 对象"), ("", "第 1 行第 1 列")]
)
def test_edit_when_the_text_is_no_record_and_given_up_then_it_is_kept(
    edit: Edit, fresh_settings: Settings, drafts: Path, text: str, told: str
) -> None:
    result = edit({"text": text}, stdin="n\n")

    (kept,) = drafts.iterdir()
    assert result.exit_code == 1
    assert told in result.stderr
    assert str(kept) in result.stderr
    assert kept.read_text() == text
    assert stored(fresh_settings).version == 1


@pytest.mark.parametrize(
    "change",
    [
        {"id": "120105-X1", "code": "X1"},
        {"version": 9},
        {"owner": "110112", "id": "110112-HB0001"},
        {"deleted": True},
    ],
    ids=["id", "version", "owner", "deleted"],
)
def test_edit_when_the_identity_is_changed_then_it_is_a_fault(
    edit: Edit, fresh_settings: Settings, change: dict[str, Any]
) -> None:
    result = edit({"set": change}, stdin="n\n")

    assert result.exit_code == 1
    assert "不能在这里修改" in result.stderr
    assert stored(fresh_settings).version == 1


def test_edit_when_another_wrote_meanwhile_then_their_change_is_shown_and_both_are_kept(
    edit: Edit, fresh_settings: Settings, drafts: Path
) -> None:
    meanwhile = f"""
sys.path.insert(0, {str(Path(__file__).parents[3])!r})
from dataclasses import replace
from service_catalog.app import open_catalog
from service_catalog.config import Settings
catalog = open_catalog(Settings(data=pathlib.Path({str(fresh_settings.data)!r})))
record = catalog.find({CARD!r}).record
changed = replace(record, content={{**record.content, "department": "别的部门"}})
catalog.publish(changed, author="乙", reason="r")
"""
    result = edit({"set": {"name": "我的名称"}, "code": meanwhile})

    assert result.exit_code == 1
    assert "    + 别的部门" in result.stderr
    (kept,) = drafts.iterdir()
    assert str(kept) in result.stderr
    assert json.loads(kept.read_text())["name"] == "我的名称"
    newest = stored(fresh_settings)
    assert (newest.version, newest.content["department"]) == (2, "别的部门")


def test_edit_when_the_region_is_not_this_node_s_then_the_text_is_kept(
    run_fresh: Run, edit: Edit, drafts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CATALOG_REGIONS", "110112")
    result = edit({"set": {"name": "改"}})

    (kept,) = drafts.iterdir()
    assert result.exit_code == 1
    assert str(kept) in result.stderr
    assert "本节点只能修改 110112" in result.stderr


@pytest.mark.parametrize(
    ("action", "told"),
    [({"set": {}, "code": "sys.exit(3)"}, "错误码 3"), ({"bytes": "ff"}, "不是 UTF-8 编码")],
)
def test_edit_when_the_editor_fails_then_nothing_is_written_and_the_file_is_named(
    edit: Edit, fresh_settings: Settings, drafts: Path, action: dict[str, Any], told: str
) -> None:
    result = edit(action)

    (kept,) = drafts.iterdir()
    assert result.exit_code == 1
    assert told in result.stderr
    assert str(kept) in result.stderr
    assert stored(fresh_settings).version == 1


def test_edit_when_there_is_no_such_editor_then_the_line_says_what_to_set(
    run_fresh: Run, drafts: Path
) -> None:
    result = run_fresh("edit", CARD, VISUAL="/nonexistent/editor")

    assert result.exit_code == 1
    assert "请设置 EDITOR" in result.stderr


@pytest.mark.parametrize("command", [["edit"], ["history"], ["restore-revision"]])
def test_record_when_there_is_none_then_the_line_says_so(run: Run, command: list[str]) -> None:
    version = ["1"] if command == ["restore-revision"] else []

    assert "没有编号为 120105-NONE 的记录" in failure(run(*command, "120105-NONE", *version))


def test_history_when_changed_then_says_when_who_why_and_what(edit: Edit, run_fresh: Run) -> None:
    edit({"set": {"name": "社保卡申领"}})
    text = run_fresh("history", CARD).stdout
    newest, oldest = json.loads(run_fresh("history", CARD, "--json").stdout)

    assert text.splitlines()[0].startswith("第 2 版  20")
    assert "甲  校对  1 处变化" in text
    assert newest["changes"] == [{"field": "name", "before": "社会保障卡申领", "after": "社保卡申领"}]
    assert (oldest["version"], oldest["author"]) == (1, "init")


def test_restore_revision_when_agreed_then_the_old_content_is_the_newest_version(
    edit: Edit, run_fresh: Run, fresh_settings: Settings
) -> None:
    before = stored(fresh_settings)
    edit({"set": {"name": "社保卡申领"}})
    result = run_fresh("restore-revision", CARD, "1", stdin="y\n")

    assert result.exit_code == 0, result.output
    assert f"已写入 {CARD} 第 3 版" in result.stdout
    assert stored(fresh_settings).content == before.content


def test_restore_revision_when_not_agreed_then_nothing_is_written(
    edit: Edit, run_fresh: Run, fresh_settings: Settings
) -> None:
    edit({"set": {"name": "社保卡申领"}})
    run_fresh("restore-revision", CARD, "1", stdin="n\n")

    assert stored(fresh_settings).version == 2


def test_restore_revision_when_the_record_was_withdrawn_then_it_is_there_again(
    run_fresh: Run, fresh_settings: Settings
) -> None:
    before = stored(fresh_settings)
    catalog = open_catalog(fresh_settings)
    catalog.withdraw(CARD, Kind.ITEM, author="乙", reason="误撤")
    catalog.close()

    assert "已撤回" in failure(run_fresh("edit", CARD))
    assert run_fresh("restore-revision", CARD, "1", "--confirm").exit_code == 0
    newest = stored(fresh_settings)
    assert (newest.version, newest.deleted, newest.content) == (3, False, before.content)


@pytest.mark.parametrize(("version", "told"), [("9", "没有第 9 版；现有 第 1 版"), ("1", "没有改动")])
def test_restore_revision_when_there_is_nothing_to_do_then_says_so(
    run_fresh: Run, version: str, told: str
) -> None:
    assert told in run_fresh("restore-revision", CARD, version).output
