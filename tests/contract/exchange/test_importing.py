"""Checking several records together, and all of an import's findings at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from service_catalog.catalog import Catalog
from service_catalog.catalog.importing import Plan
from service_catalog.exchange.drafts import Draft, Finding, Place, Severity
from service_catalog.exchange.importing import FileImport
from service_catalog.exchange.record_reader import is_plainly_storable
from service_catalog.exchange.reports.findings import KEPT, Findings, Stage, finding_json, place_text
from service_catalog.model import Kind, Record
from service_catalog.store.canonical import canonical_json
from tests.contract.catalog.builders import (
    HEBEI,
    TONGZHOU,
    acceptance,
    counterpart,
    item,
    region,
    scenario,
    step,
    tombstone,
    written,
)

FILE = Path("a.ndjson")

Rows = Sequence[Record | dict[str, Any] | Draft | Finding]


def drafts(rows: Rows, *, file: str = FILE.name) -> Iterator[Draft | Finding]:
    """Rows as a reader gives them: the first record in row 2, a cell for each of its fields."""
    for number, row in enumerate(rows, start=2):
        if isinstance(row, Draft | Finding):
            yield row
            continue
        data = row.as_json() if isinstance(row, Record) else row
        cells = {name: Place(file, "表", number, name) for name in data}
        yield Draft(data, Place(file, "表", number), data.get("version"), cells)


def checked(catalog: Catalog, rows: Rows, **options: Any) -> tuple[Findings, Plan]:
    with FileImport(catalog, today="2026-06-01", **options) as work:
        plan = work.check([FILE], lambda _path: drafts(rows))
        return work.findings, plan


def told(findings: Findings, severity: Severity = Severity.FAULT) -> list[tuple[int | None, str, str]]:
    """(row, field, message) of every finding of a severity."""
    return [(each.place.row, each.field, each.message) for each in findings.of(severity)]


@pytest.fixture
def districts(catalog: Catalog) -> Catalog:
    """A catalogue with two regions and an item of each."""
    written(catalog, region(TONGZHOU), region(HEBEI), item("A"), item("B", owner=HEBEI))
    return catalog


def test_id_when_it_is_there_twice_then_the_second_row_names_the_first(districts: Catalog) -> None:
    findings, _ = checked(districts, [item("X"), item("Y"), item("X")])

    assert told(findings) == [(4, "id", "编号与第 2 行重复")]


def test_id_when_it_is_in_two_files_then_the_second_names_file_sheet_and_row(districts: Catalog) -> None:
    paths = [Path("a.ndjson"), Path("b.ndjson")]
    with FileImport(districts, today="2026-06-01") as work:
        work.check(paths, lambda path: drafts([item("X")], file=path.name))

        assert told(work.findings) == [(2, "id", "编号与 a.ndjson “表”表第 2 行重复")]
        assert [finding.place.file for finding in work.findings.kept] == ["b.ndjson"]


def test_handling_code_when_two_items_have_it_then_it_is_a_fault(districts: Catalog) -> None:
    code = "11110000000021135M200011700800001"
    rows = [item(each, item_type="01", handling_code=code) for each in "XY"]

    assert told(checked(districts, rows)[0])[0][1:] == ("handling_code", "业务办理项编码与第 2 行重复")


def test_name_when_two_items_of_one_department_have_it_then_it_is_doubted(districts: Catalog) -> None:
    same: dict[str, Any] = {"name": "同名", "department": "110112部门"}
    rows = [item("X", **same), item("Y", **same), item("Z", name="同名", department=None)]
    findings, _ = checked(districts, rows)

    assert told(findings, Severity.DOUBT) == [(3, "name", "与第 2 行的事项同名、同部门")]
    assert findings.faults == 0


def test_reference_when_its_item_is_nowhere_then_it_is_a_fault_with_the_nearest_id(
    districts: Catalog,
) -> None:
    rows = [
        acceptance(f"{TONGZHOU}-a"),
        counterpart(f"{HEBEI}-B", f"{TONGZHOU}-Q"),
        scenario("S", step(1, "x")),
    ]
    findings, _ = checked(districts, rows)

    assert [(row, name) for row, name, _ in told(findings)] == [(2, "item"), (3, "b"), (4, "steps.0.item")]


def test_reference_when_one_letter_is_wrong_then_the_hint_is_the_stored_item(catalog: Catalog) -> None:
    written(catalog, region(TONGZHOU), region(HEBEI), item("TZ0915"))

    findings, _ = checked(catalog, [acceptance(f"{TONGZHOU}-TZ0951")])

    assert [finding.hint for finding in findings.kept] == [f"最接近的是 {TONGZHOU}-TZ0915"]


def test_reference_when_its_item_is_stored_or_comes_with_it_then_it_is_in_order(districts: Catalog) -> None:
    rows = [
        acceptance(f"{TONGZHOU}-A"),
        acceptance(f"{TONGZHOU}-NEW"),
        scenario("S", step(1, f"{HEBEI}-B")),
        item("NEW"),
    ]

    assert told(checked(districts, rows)[0]) == []


def test_reference_when_the_import_withdraws_its_item_then_it_is_a_fault(districts: Catalog) -> None:
    rows: Rows = [acceptance(f"{TONGZHOU}-A"), {**tombstone(item("A")).as_json(), "version": 1}]

    assert told(checked(districts, rows)[0]) == [
        (2, "item", f"引用的事项 {TONGZHOU}-A 由这次导入撤回"),
    ]


def test_reference_when_it_was_lost_before_then_the_file_is_not_to_blame(districts: Catalog) -> None:
    link = acceptance(f"{TONGZHOU}-A")
    written(districts, link)
    written(districts, tombstone(item("A")))
    findings, _ = checked(districts, [link])

    assert findings.faults == 0
    assert told(findings, Severity.DOUBT) == [(2, "item", f"引用的事项 {TONGZHOU}-A 已撤回")]


def test_withdrawal_when_others_still_refer_to_the_item_then_they_are_named(districts: Catalog) -> None:
    link = acceptance(f"{TONGZHOU}-A")
    written(districts, link)
    findings, _ = checked(districts, [{**tombstone(item("A")).as_json(), "version": 1}])

    assert link.id in told(findings, Severity.DOUBT)[0][2]


def test_department_when_it_is_new_then_it_is_doubted_once_with_the_nearest_name(districts: Catalog) -> None:
    rows = [item(each, department="110112部们") for each in "XYZ"]
    findings, _ = checked(districts, rows)

    (doubt,) = findings.of(Severity.DOUBT)
    assert (doubt.place.row, doubt.place.column, doubt.hint) == (2, "department", "最接近的是 110112部门")
    assert "共 3 处" in doubt.message


def test_department_when_the_region_has_none_yet_then_nothing_is_doubted(catalog: Catalog) -> None:
    written(catalog, region(TONGZHOU))

    assert checked(catalog, [item("X")])[0].kept == []


def test_region_when_it_is_not_ours_then_one_fault_tells_for_all_its_records(districts: Catalog) -> None:
    rows = [item(each, owner="130100") for each in "XYZ"]
    findings, _ = checked(districts, rows)

    assert told(findings) == [(2, "owner", "区划 130100 的记录不能由本节点导入（共 3 条记录）")]
    assert checked(districts, rows, on_behalf=["130100"])[0].faults == 0


def test_region_when_it_has_no_record_then_it_is_doubted(catalog: Catalog) -> None:
    assert told(checked(catalog, [item("X")])[0], Severity.DOUBT)[0][1] == "owner"
    assert told(checked(catalog, [region(TONGZHOU), item("X")])[0], Severity.DOUBT) == []


def test_cell_when_the_reader_could_not_read_it_then_nothing_else_is_said_of_it(districts: Catalog) -> None:
    data = item("X").as_json()
    del data["name"]
    cell = Place(FILE.name, "表", 2, "事项名称")
    rows: Rows = [
        Finding(Severity.FAULT, cell, "单元格是公式", "name"),
        Draft(data, Place(FILE.name, "表", 2), None, {"name": cell}),
    ]
    findings, _ = checked(districts, rows)

    assert [finding.message for finding in findings.kept] == ["单元格是公式"]
    assert findings.faults == 1


def test_records_when_many_are_at_fault_then_all_are_told_in_order_of_rows(districts: Catalog) -> None:
    rows = [
        item("X", item_type="1"),
        acceptance(f"{TONGZHOU}-Q"),
        item("Y", valid_from="2027-01-01", valid_to="2026-12-31", basic_code="1"),
        item("Y"),
    ]
    findings, plan = checked(districts, rows)

    assert [(row, name) for row, name, _ in told(findings)] == [
        (2, "item_type"),
        (3, "item"),
        (4, "basic_code"),
        (4, "valid_to"),
        (5, "id"),
    ]
    assert plan.changes > 0
    assert districts.status().head == 4


def test_conflict_when_the_files_are_in_order_then_findings_say_so(districts: Catalog) -> None:
    written(districts, item("A", version=2, name="同事改的"))
    mine = item("A", name="我改的")

    findings, _ = checked(districts, [mine])
    both, _ = checked(districts, [mine, item("X", item_type="1")])

    assert findings.are_conflicts
    assert not both.are_conflicts
    (conflict,) = findings.kept
    assert "事项名称：事项A → 同事改的" in str(conflict.hint)


def test_change_when_the_file_names_no_version_then_it_is_doubted_once(districts: Catalog) -> None:
    data = {**item("A").as_json(), "name": "改了"}
    del data["version"]
    findings, plan = checked(districts, [data, {**data, "id": "110112-N", "code": "N", "name": "新"}])

    assert plan.changes == 2
    assert [name for _, name, _ in told(findings, Severity.DOUBT)] == ["version"]


@pytest.mark.parametrize("rows", [[], [Finding(Severity.NOTE, Place(FILE.name), "按 GB18030 读入")]])
def test_file_when_it_has_no_records_then_that_is_a_fault(districts: Catalog, rows: Rows) -> None:
    assert [message for _, _, message in told(checked(districts, rows)[0])] == ["文件里没有记录"]


def test_complete_list_when_it_has_nothing_of_the_region_then_nothing_is_withdrawn(
    districts: Catalog,
) -> None:
    findings, plan = checked(districts, [item("A")], complete=HEBEI)

    assert findings.faults == 1
    assert plan.withdrawn == []


def test_complete_list_when_a_row_is_at_fault_then_its_record_is_not_missing(districts: Catalog) -> None:
    _, plan = checked(districts, [item("A", item_type="1")], complete=TONGZHOU)

    assert plan.withdrawn == []


def test_seed_when_all_of_it_is_imported_again_then_nothing_is_wrong_and_nothing_changes(
    seeded: Catalog,
) -> None:
    rows = [row.record for kind in Kind for row in seeded.listing(kind, limit=5000)[0]]

    findings, plan = checked(seeded, rows)

    assert told(findings) == []
    assert plan.changes == 0


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(["\x00", "\ud800", 2**53, -(2**53), 1e300, "1" * 31])
)


@given(st.dictionaries(st.text(), st.recursive(LEAVES, lambda inner: st.lists(inner), max_leaves=5)))
def test_record_when_a_look_at_its_text_says_that_it_can_be_stored_then_it_can(data: dict[str, Any]) -> None:
    assume(is_plainly_storable(data))

    assert canonical_json(data)


def test_record_when_it_is_nested_too_deep_then_a_look_is_not_enough() -> None:
    deep: Any = 1
    for _ in range(65):
        deep = [deep]

    assert not is_plainly_storable({"a": deep})


def test_findings_when_there_are_too_many_then_the_rest_is_counted() -> None:
    findings = Findings()
    for number in range(KEPT + 5):
        findings.add(Finding(Severity.FAULT, Place("a", "b", number), "x"), Stage.RULES)
    findings.close()

    assert len(findings.kept) == KEPT
    assert findings.faults == KEPT + 5


def test_findings_when_there_are_too_many_doubts_then_a_fault_is_still_told() -> None:
    findings = Findings()
    for number in range(KEPT + 5):
        findings.add(Finding(Severity.DOUBT, Place("a", "b", number), "x"), Stage.RULES)
    findings.add(Finding(Severity.FAULT, Place("a", "b", KEPT + 9), "y"), Stage.RULES)
    findings.close()

    assert [each.message for each in findings.of(Severity.FAULT)] == ["y"]


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place("a.xlsx", "事项", 7, "基本编码"), "a.xlsx “事项”表 第 7 行“基本编码”列"),
        (Place("a.ndjson", None, 3, "guide.visits"), "a.ndjson 第 3 行“guide.visits”"),
        (Place("a.csv", None, 3), "a.csv 第 3 行"),
        (Place("a.csv"), "a.csv"),
    ],
)
def test_place_when_shown_then_it_reads_as_one_looks_for_it(place: Place, text: str) -> None:
    assert place_text(place) == text


def test_finding_when_for_machines_then_it_has_every_part() -> None:
    place = Place("a.xlsx", "事项", 7, "基本编码")
    shown = finding_json(Finding(Severity.FAULT, place, "不对", "basic_code", "1", "改", "110112-A"))

    assert shown == {
        "severity": "fault",
        "file": "a.xlsx",
        "sheet": "事项",
        "row": 7,
        "line": None,
        "column": "基本编码",
        "id": "110112-A",
        "field": "basic_code",
        "value": "1",
        "message": "不对",
        "hint": "改",
    }
