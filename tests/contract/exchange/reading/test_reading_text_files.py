"""CSV in the encodings people have, and NDJSON in which a line is broken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from service_catalog.exchange.drafts import Place, Severity
from service_catalog.exchange.reports.findings import place_text
from service_catalog.exchange.sheets.profile import Profile, load_profile
from tests.contract.exchange.samples import SAMPLES
from tests.contract.exchange.tables import ITEM, faults, read

HEADINGS, ROW = ",".join(ITEM), ",".join(ITEM.values())
CSV = f"{HEADINGS}\r\n{ROW}\r\n"


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile()


def _file(tmp_path: Path, content: bytes, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_csv_when_utf8_then_there_is_nothing_to_say(tmp_path: Path, profile: Profile, encoding: str) -> None:
    (draft,), findings = read(_file(tmp_path, CSV.encode(encoding)), profile)

    assert findings == []
    assert draft.data["id"] == "110112-TZ1"
    assert draft.place_of("name") == Place("a.csv", None, 2, "事项名称")


@pytest.mark.parametrize(("encoding", "said"), [("gb18030", "GB18030"), ("utf-16", "UTF-16")])
def test_csv_when_in_another_encoding_then_it_is_read_and_said(
    tmp_path: Path, profile: Profile, encoding: str, said: str
) -> None:
    (draft,), (note,) = read(_file(tmp_path, CSV.encode(encoding)), profile)

    assert draft.data["name"] == ITEM["事项名称"]
    assert note.severity is Severity.NOTE
    assert said in note.message


def test_csv_when_in_no_known_encoding_then_a_fault_names_the_line(tmp_path: Path, profile: Profile) -> None:
    drafts, findings = read(_file(tmp_path, CSV.encode() + b"\xff\xff\xff"), profile)

    assert drafts == []
    assert findings[0].place == Place("a.csv", None, 3)


@pytest.mark.parametrize("mark", ["\t", ";"])
def test_csv_when_cells_are_kept_apart_otherwise_then_they_are_read(
    tmp_path: Path, profile: Profile, mark: str
) -> None:
    (draft,), findings = read(_file(tmp_path, CSV.replace(",", mark).encode()), profile)

    assert findings == []
    assert draft.data["name"] == ITEM["事项名称"]


def test_csv_when_a_quote_is_not_closed_then_a_fault_names_where_it_begins(
    tmp_path: Path, profile: Profile
) -> None:
    drafts, findings = read(_file(tmp_path, f'{CSV}110112,TZ2,"没有结尾\r\n1\r\n'.encode()), profile)

    assert len(drafts) == 1
    (fault,) = faults(findings)
    assert fault.place.row == 3


def test_csv_when_cells_have_line_breaks_then_rows_are_as_excel_shows_them_with_the_line_beside(
    tmp_path: Path, profile: Profile
) -> None:
    row = ROW.replace("失业登记", '"两行\n的名称"')
    last = ROW.replace("TZ1", "TZ\02")
    drafts, (fault,) = read(_file(tmp_path, f"{HEADINGS}\n{row}\n\n{last}\n".encode()), profile)

    assert [(draft.place.row, draft.place.line) for draft in drafts] == [(2, None), (4, 5)]
    assert place_text(drafts[1].place_of("name")) == "a.csv 第 4 行（文本第 5 行）“事项名称”"
    assert place_text(fault.place) == "a.csv 第 4 行（文本第 5 行）“事项编码”"


def test_csv_when_one_line_of_utf8_is_broken_then_it_is_not_taken_for_gb18030(
    tmp_path: Path, profile: Profile
) -> None:
    row = ROW.replace("失业登记", "失业登").encode() + b"\xe8\xae\r\n"
    drafts, (fault,) = read(_file(tmp_path, CSV.encode() + row + ROW.encode()), profile)

    assert drafts == []
    assert (fault.severity, fault.place.row) == (Severity.FAULT, 3)


def test_csv_when_a_cell_has_nul_then_a_fault_names_it(tmp_path: Path, profile: Profile) -> None:
    _, findings = read(_file(tmp_path, CSV.replace("登记", "登\0记").encode()), profile)

    (fault,) = faults(findings)
    assert fault.place == Place("a.csv", None, 2, "事项名称")
    assert "U+0000" in fault.message


def test_csv_when_excel_has_spoiled_a_code_then_a_fault_says_so(tmp_path: Path, profile: Profile) -> None:
    _, findings = read(_file(tmp_path, CSV.replace("TZ1", "1.1E+17").encode()), profile)

    assert "Excel 把编码变成了数字" in faults(findings)[0].message


def test_csv_when_its_headings_are_of_another_kind_then_it_is_read_as_that(
    tmp_path: Path, profile: Profile
) -> None:
    text = "区划,用语,办理对象,办理动作,数据来源\n110112,施工证,建筑工程施工许可证,核发,参考\n"
    (draft,), findings = read(_file(tmp_path, text.encode()), profile)

    assert findings == []
    assert draft.data["id"] == "110112-T-000448c6"
    assert draft.data["target"] == {"object": "建筑工程施工许可证", "action": "核发"}


LINE = json.dumps(SAMPLES[next(iter(SAMPLES))], ensure_ascii=False).encode()


def test_lines_when_read_then_each_draft_is_the_object_as_given(tmp_path: Path, profile: Profile) -> None:
    lines = [json.dumps(sample, ensure_ascii=False).encode() for sample in SAMPLES.values()]
    drafts, findings = read(_file(tmp_path, b"\n".join(lines), "a.ndjson"), profile)

    assert findings == []
    assert [draft.data for draft in drafts] == list(SAMPLES.values())
    assert drafts[-1].place == Place("a.ndjson", None, len(SAMPLES))


def test_lines_when_one_has_a_version_then_it_is_the_one_that_was_seen(
    tmp_path: Path, profile: Profile
) -> None:
    drafts, _ = read(_file(tmp_path, b'{"version": 4}\n{"id": "a"}', "a.jsonl"), profile)

    assert [draft.seen_version for draft in drafts] == [4, None]


@pytest.mark.parametrize(
    "broken",
    [
        LINE[: len(LINE) // 2],
        b"\xff\xfe",
        b"[1, 2]",
        b'{"a": NaN}',
        b'{"a": 1, "a": 2}',
        b"[" * 100_000,
        b'{"a": "\x00"}',
    ],
)
def test_lines_when_one_is_broken_then_it_is_told_and_the_next_is_read(
    tmp_path: Path, profile: Profile, broken: bytes
) -> None:
    drafts, (fault,) = read(_file(tmp_path, b"\n".join([LINE, broken, LINE]), "a.ndjson"), profile)

    assert len(drafts) == 2
    assert (fault.severity, fault.place.row) == (Severity.FAULT, 2)
    assert fault.hint


TWO = "\n".join(json.dumps(SAMPLES[kind], ensure_ascii=False) for kind in list(SAMPLES)[:2])


@pytest.mark.parametrize("ending", ["", "\n"])
@pytest.mark.parametrize(
    ("encoding", "said"),
    [("gb18030", "GB18030"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16")],
)
def test_lines_when_in_another_encoding_then_they_are_read_and_that_is_said(
    tmp_path: Path, profile: Profile, encoding: str, said: str, ending: str
) -> None:
    drafts, (note,) = read(_file(tmp_path, (TWO + ending).encode(encoding), "a.ndjson"), profile)

    assert [draft.data for draft in drafts] == list(SAMPLES.values())[:2]
    assert [draft.place.row for draft in drafts] == [1, 2]
    assert note.severity is Severity.NOTE
    assert said in note.message


def test_lines_when_one_of_utf8_would_be_gb18030_then_the_others_stay_utf8(
    tmp_path: Path, profile: Profile
) -> None:
    lines = [*TWO.encode().split(b"\n"), '{"name": "登记"}'.encode("gb18030")]
    drafts, (fault,) = read(_file(tmp_path, b"\n".join(lines), "a.ndjson"), profile)

    assert [draft.data for draft in drafts] == list(SAMPLES.values())[:2]
    assert (fault.severity, fault.place.row) == (Severity.FAULT, 3)


def test_lines_when_utf16_is_cut_within_a_character_then_a_fault_says_so(
    tmp_path: Path, profile: Profile
) -> None:
    content = TWO.encode("utf-16")
    _, findings = read(_file(tmp_path, content[:-1], "a.ndjson"), profile)

    assert [fault.place.row for fault in faults(findings)] == [2]


def test_lines_when_the_file_begins_with_a_mark_then_it_is_read(tmp_path: Path, profile: Profile) -> None:
    drafts, findings = read(_file(tmp_path, b"\xef\xbb\xbf" + LINE, "a.ndjson"), profile)

    assert len(drafts) == 1
    assert findings == []
