"""Export, and reading back what was exported: nothing is lost, nothing acts, nothing is overwritten."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from service_catalog.config import Settings
from service_catalog.exchange.exporting import GUIDE, Moment, export_records
from service_catalog.exchange.ndjson import read_records
from service_catalog.exchange.seeding import seed_files
from service_catalog.exchange.sheets.profile import Profile, load_profile
from service_catalog.exchange.writing.workbooks import LONGEST_TEXT
from service_catalog.model import Kind, Record
from service_catalog.model.errors import InvalidRequestError
from service_catalog.store.canonical import canonical_json
from tests.contract.exchange.samples import SAMPLES
from tests.contract.exchange.tables import read

MOMENT = Moment(7, "2026-11-25 09:00+08:00")
EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "''=1", '=HYPERLINK("http://example.org")']


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile()


@pytest.fixture(scope="module")
def seed() -> list[Record]:
    return [record for path in seed_files(Settings().seed) for record in read_records(path)]


def _item(**fields: Any) -> Record:
    return Record.from_json({**SAMPLES[Kind.ITEM], "version": 3, **fields})


def _write(path: Path, records: Sequence[Record], profile: Profile) -> Path:
    kinds = tuple(kind for kind in Kind if any(record.kind is kind for record in records))
    export_records(path, records, profile=profile, moment=MOMENT, kinds=kinds)
    return path


def _rows(path: Path, title: str) -> list[dict[str, Any]]:
    headings, *rows = load_workbook(path)[title].iter_rows(values_only=True)
    return [dict(zip(map(str, headings), row, strict=True)) for row in rows]


@pytest.mark.parametrize("name", ["a.xlsx", "a.ndjson"])
def test_seed_when_exported_and_read_again_then_every_record_is_equal(
    tmp_path: Path, profile: Profile, seed: list[Record], name: str
) -> None:
    drafts, findings = read(_write(tmp_path / name, seed, profile), profile)

    assert findings == []
    assert {draft.data["id"]: draft.data for draft in drafts} == {each.id: each.as_json() for each in seed}
    assert all(draft.seen_version == draft.data["version"] for draft in drafts)


@pytest.mark.parametrize("kind", Kind)
def test_seed_when_exported_as_csv_and_read_again_then_every_record_is_equal(
    tmp_path: Path, profile: Profile, seed: list[Record], kind: Kind
) -> None:
    records = [record for record in seed if record.kind is kind]
    drafts, findings = read(_write(tmp_path / "a.csv", records, profile), profile)

    assert findings == []
    assert [draft.data for draft in drafts] == [record.as_json() for record in records]


def test_seed_when_exported_in_the_national_shape_then_nothing_is_lost(
    tmp_path: Path, seed: list[Record]
) -> None:
    national = load_profile("national")
    items = [record for record in seed if record.kind is Kind.ITEM][::10]
    drafts, findings = read(_write(tmp_path / "a.xlsx", items, national), national)

    assert findings == []
    assert [draft.data for draft in drafts] == [record.as_json() for record in items]


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
@pytest.mark.parametrize("kind", Kind)
def test_record_when_it_has_every_field_then_it_comes_back_equal(
    tmp_path: Path, profile: Profile, kind: Kind, name: str
) -> None:
    record = Record.from_json({"version": 3, **SAMPLES[kind]})
    (draft,), findings = read(_write(tmp_path / name, [record], profile), profile)

    assert findings == []
    assert draft.data == record.as_json()


_ODD = st.sampled_from(
    [
        "",
        " a",
        "a\nb",
        "是",
        "1",
        "1E5",
        "1e+05",
        "甲、乙",
        "\t",
        "_x0041_",
        "a\r\nb",
        "0012",
        "{}",
        "\x7f",
        "\uffff",
        *EVIL,
    ]
)
_TEXT = _ODD | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
_NUMBER = st.integers(-5, 10**6) | st.floats(-(2**53), 2**53, allow_nan=False) | st.just(0.1 + 0.2)
_LEAF = st.none() | st.booleans() | _NUMBER | _TEXT
_VALUE = st.recursive(
    _LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3), max_leaves=4
)
_FIELD = st.sampled_from(
    ["name", "aliases", "group", "item_type", "objects", "themes", "basic_code", "provenance", "extra", "new"]
    + [f"guide.{name}" for name in ("summary", "conditions", "fee", "visits", "materials", "windows", "new")]
    + ["guide", "guide.fee.amount", "guide.legal_limit.value", "provenance.status", "valid_from"]
)


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(_FIELD, _VALUE | st.just(...), min_size=1, max_size=4))
def test_record_when_its_fields_hold_anything_then_it_comes_back_equal(
    tmp_path: Path, profile: Profile, name: str, changes: dict[str, Any]
) -> None:
    data = json.loads(json.dumps({**SAMPLES[Kind.ITEM], "version": 3}))
    for field, value in changes.items():
        _change(data, field.split("."), value)
    path = tmp_path / name
    path.unlink(missing_ok=True)
    (draft,), findings = read(_write(path, [Record.from_json(data)], profile), profile)

    assert canonical_json(draft.data) == canonical_json(data)
    assert findings == []


def _change(data: Any, way: Sequence[str], value: Any) -> None:
    for name in way[:-1]:
        data = data.get(name) if isinstance(data, dict) else None
    if not isinstance(data, dict):
        return
    if value is ...:
        data.pop(way[-1], None)
    else:
        data[way[-1]] = value


def test_cell_when_edited_then_it_wins_over_what_was_exported_beside_it(
    tmp_path: Path, profile: Profile
) -> None:
    record = _item(name=" 名称前有空白", new_field={"a": 1})
    book = load_workbook(_write(tmp_path / "a.xlsx", [record], profile))
    book["事项"].cell(2, _column(book["事项"], "事项名称")).value = "新名称"
    book["事项"].cell(2, _column(book["事项"], "基本编码")).value = None
    book.save(tmp_path / "b.xlsx")
    (draft,), findings = read(tmp_path / "b.xlsx", profile)
    expected = record.as_json() | {"name": "新名称"}
    del expected["basic_code"]

    assert findings == []
    assert draft.data == expected


def test_parts_when_rows_are_added_and_deleted_then_the_record_follows(
    tmp_path: Path, profile: Profile
) -> None:
    book = load_workbook(_write(tmp_path / "a.xlsx", [_item()], profile))
    book["材料"].delete_rows(2)
    book["问答"].append([None] * 4 + [None, "还要多久？", "五天。"])
    book["问答"].cell(3, 1).value = SAMPLES[Kind.ITEM]["id"]
    book.save(tmp_path / "b.xlsx")
    (draft,), findings = read(tmp_path / "b.xlsx", profile)

    assert findings == []
    assert draft.data["guide"]["materials"] == []
    assert [each["question"] for each in draft.data["guide"]["questions"]] == ["能代办吗？", "还要多久？"]


@pytest.mark.parametrize("text", EVIL)
def test_workbook_when_a_text_looks_like_a_formula_then_it_stays_text(
    tmp_path: Path, profile: Profile, text: str
) -> None:
    path = _write(tmp_path / "a.xlsx", [_item(group=text)], profile)
    sheet = load_workbook(path)["事项"]
    cell = sheet.cell(2, _column(sheet, "分组"))

    assert (cell.data_type, cell.quotePrefix) == ("s", True)


@pytest.mark.parametrize("text", EVIL)
def test_csv_when_a_text_looks_like_a_formula_then_it_begins_with_a_quote(
    tmp_path: Path, profile: Profile, text: str
) -> None:
    path = _write(tmp_path / "a.csv", [_item(group=text)], profile)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        (row,) = csv.DictReader(lines)
    (draft,), _ = read(path, profile)

    assert row["分组"].startswith("'")
    assert draft.data["group"] == text


def test_csv_when_a_code_would_lose_digits_in_excel_then_it_is_kept_text(
    tmp_path: Path, profile: Profile
) -> None:
    path = _write(tmp_path / "a.csv", [_item(basic_code="000117008000")], profile)

    assert "'000117008000" in path.read_text(encoding="utf-8-sig")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_workbook_when_written_then_the_first_sheet_says_how_to_edit(
    tmp_path: Path, profile: Profile
) -> None:
    book = load_workbook(_write(tmp_path / "a.xlsx", [_item()], profile))
    text = "\n".join(str(row[0]) for row in book[GUIDE].iter_rows(values_only=True))

    assert book.sheetnames[0] == GUIDE
    assert MOMENT.exported_at in text
    assert "目录序号 7" in text
    assert "不要改动“编号”和“版本”" in text
    assert "不是区县官方清单" in text


def test_workbook_when_written_then_headings_stay_in_sight_and_lists_can_be_chosen_from(
    tmp_path: Path, profile: Profile
) -> None:
    sheet = load_workbook(_write(tmp_path / "a.xlsx", [_item()], profile))["事项"]
    rules = [str(rule.formula1) for rule in sheet.data_validations.dataValidation]

    assert sheet.freeze_panes == "A2"
    assert '"在用,暂停"' in rules
    assert any("行政许可" in rule for rule in rules)


def test_workbook_when_written_then_every_row_has_its_version_and_parts_their_order(
    tmp_path: Path, profile: Profile
) -> None:
    path = _write(tmp_path / "a.xlsx", [_item(version=12)], profile)

    assert [row["版本"] for row in _rows(path, "事项")] == [12]
    assert [(row["编号"], row["序号"]) for row in _rows(path, "材料")] == [(SAMPLES[Kind.ITEM]["id"], 1)]


def test_workbook_when_a_text_is_too_long_for_a_cell_then_it_is_refused_and_no_file_is_left(
    tmp_path: Path, profile: Profile
) -> None:
    with pytest.raises(InvalidRequestError, match="NDJSON"):
        _write(tmp_path / "a.xlsx", [_item(group="长" * (LONGEST_TEXT + 1))], profile)
    assert list(tmp_path.iterdir()) == []


def test_csv_when_asked_for_several_kinds_then_it_is_refused(tmp_path: Path, profile: Profile) -> None:
    with pytest.raises(InvalidRequestError, match="只放一种记录"):
        export_records(tmp_path / "a.csv", [], profile=profile, moment=MOMENT)


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv", "a.ndjson"])
def test_export_when_the_file_exists_then_it_is_left_alone(
    tmp_path: Path, profile: Profile, name: str
) -> None:
    (tmp_path / name).write_text("mine")

    with pytest.raises(InvalidRequestError, match="已存在"):
        _write(tmp_path / name, [_item()], profile)
    assert (tmp_path / name).read_text() == "mine"


def test_workbook_when_a_cell_has_several_lines_then_they_are_shown_as_lines(
    tmp_path: Path, profile: Profile
) -> None:
    sheet = load_workbook(_write(tmp_path / "a.xlsx", [_item(aliases=["甲", "乙"])], profile))["事项"]

    assert sheet.cell(2, _column(sheet, "别名")).alignment.wrap_text is True
    assert not sheet.cell(2, _column(sheet, "事项名称")).alignment.wrap_text


def _column(sheet: Any, heading: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == heading)
