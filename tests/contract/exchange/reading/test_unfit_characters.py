"""Characters that XML must not hold: told at their cells, and the rest of the workbook is read."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from service_catalog.exchange.reading.clean_xml import CleanXml
from service_catalog.exchange.reading.sheet_xml import read_strings
from service_catalog.exchange.sheets.profile import Profile, load_profile
from tests.contract.exchange.tables import faults, one_item, read, workbook


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile()


def _with_xml(path: Path, part: str, before: bytes, after: bytes) -> Path:
    """The workbook with other bytes in one of its parts."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert before in parts[part]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(before, after) if name == part else content)
    return path


@pytest.mark.parametrize("written", [b"\x00", b"&#0;", b"&#x0;", b"&#00;", b"_x0000_"])
def test_nul_when_in_a_text_then_a_fault_names_it_at_its_cell(
    tmp_path: Path, profile: Profile, written: bytes
) -> None:
    path = workbook(tmp_path / "a.xlsx", {"事项": one_item(事项名称="失业Q登记")})
    _with_xml(path, "xl/worksheets/sheet1.xml", b"Q", written)
    (draft,), (fault,) = read(path, profile)

    assert (fault.place.row, fault.place.column) == (2, "事项名称")
    assert "U+0000" in fault.message
    assert draft.data["name"] == "失业登记"


@pytest.mark.parametrize("written", [b"\x001", b"&#0;1", b"1\x07"])
def test_nul_when_in_a_number_then_a_fault_names_it_at_its_cell(
    tmp_path: Path, profile: Profile, written: bytes
) -> None:
    path = workbook(tmp_path / "a.xlsx", {"事项": one_item(到现场次数=17)})
    _with_xml(path, "xl/worksheets/sheet1.xml", b"<v>17</v>", b"<v>" + written + b"</v>")
    (fault,) = faults(read(path, profile)[1])

    assert (fault.place.row, fault.place.column) == (2, "到现场次数")
    assert "控制字符" in fault.message


def test_nul_when_in_the_table_of_strings_then_the_other_strings_are_read() -> None:
    table = io.BytesIO(b"<sst><si><t>a\x00b&#1;</t></si><si><t>c</t></si></sst>")

    assert read_strings(CleanXml(table)) == ["a\0b\x01", "c"]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 1000])
def test_xml_when_read_in_pieces_then_each_unfit_character_is_escaped(size: int) -> None:
    source = CleanXml(io.BytesIO(b"<a>\x00&#0;&amp;&#x1F;&#10;&#32;\t\n&#x0041;</a>&"))

    assert b"".join(iter(lambda: source.read(size), b"")) == (
        b"<a>_x0000__x0000_&amp;_x001F_&#10;&#32;\t\n&#x0041;</a>&"
    )
