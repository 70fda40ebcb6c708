"""What an import does to the store: judged by the version the editor saw, written whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from service_catalog.catalog import Catalog
from service_catalog.catalog.completing import completed
from service_catalog.catalog.importing import Importing, Plan, Touched
from service_catalog.catalog.judging import Incoming, Judgement, Outcome
from service_catalog.model import Kind, Record
from service_catalog.model.errors import ConflictError, NotOwnerError
from tests.contract.catalog.builders import HEBEI, TONGZHOU, acceptance, changed, item, tombstone, written

ITEMS = {TONGZHOU: (Kind.ITEM,), HEBEI: (Kind.ITEM,)}


def incoming(record: Record, *, seen: int | None = None, covers: frozenset[str] | None = None) -> Incoming:
    """A record as a file has it."""
    data = record.as_json()
    if seen is None:
        del data["version"]
    else:
        data["version"] = seen
    return Incoming(data, seen, covers)


def judged(catalog: Catalog, *records: Incoming, **options: Any) -> tuple[Plan, list[Judgement]]:
    told: list[Judgement] = []
    plan = catalog.importing().plan(records, tell=told.append, kinds=ITEMS, **options)
    return plan, told


def outcome(catalog: Catalog, record: Incoming) -> Outcome:
    return judged(catalog, record)[1][0].outcome


def imported(catalog: Catalog, *records: Incoming, **options: Any) -> Plan:
    plan, _ = judged(catalog, *records, **options)
    catalog.importing().write(records, plan, author="编辑", reason="导入")
    return plan


OLD = item("A", name="甲")
MINE, THEIRS = replace(OLD, content={**OLD.content, "name": "乙"}), changed(OLD, name="丙")


def test_record_when_there_is_none_then_it_is_new_at_the_version_of_the_file(catalog: Catalog) -> None:
    imported(catalog, incoming(OLD, seen=7), incoming(item("B")))

    assert catalog.find(OLD.id).record == replace(OLD, version=7)
    assert catalog.find(item("B").id).record.version == 1


@pytest.mark.parametrize("seen", [1, None])
def test_record_when_it_is_as_stored_then_nothing_is_written(catalog: Catalog, seen: int | None) -> None:
    written(catalog, OLD)

    plan = imported(catalog, incoming(OLD, seen=seen))

    assert plan.counts == {Outcome.UNCHANGED: 1}
    assert catalog.status().head == 1


@pytest.mark.parametrize("seen", [1, None])
def test_record_when_it_differs_then_it_becomes_the_next_version(catalog: Catalog, seen: int | None) -> None:
    written(catalog, OLD)

    imported(catalog, incoming(MINE, seen=seen))

    newest = catalog.find(OLD.id)
    assert (newest.record.content["name"], newest.record.version) == ("乙", 2)
    assert (newest.author, newest.reason) == ("编辑", "导入")


def test_record_when_both_changed_it_then_it_is_a_conflict_that_shows_what_the_other_did(
    catalog: Catalog,
) -> None:
    written(catalog, OLD)
    written(catalog, THEIRS)

    _, (judgement,) = judged(catalog, incoming(MINE, seen=1))

    assert judgement.outcome is Outcome.CONFLICT
    assert judgement.record is None
    assert [(each.field, each.before, each.after) for each in judgement.theirs] == [("name", "甲", "丙")]
    assert "第 1 版" in judgement.reason


def test_record_when_only_the_colleague_changed_it_then_that_stays(catalog: Catalog) -> None:
    written(catalog, OLD)
    written(catalog, THEIRS)

    assert outcome(catalog, incoming(OLD, seen=1)) is Outcome.KEPT


def test_record_when_both_made_the_same_change_then_there_is_nothing_to_do(catalog: Catalog) -> None:
    written(catalog, OLD)
    written(catalog, THEIRS)

    assert outcome(catalog, incoming(THEIRS, seen=1)) is Outcome.UNCHANGED


def test_record_when_the_file_is_ahead_of_the_store_then_it_is_refused(catalog: Catalog) -> None:
    written(catalog, OLD)

    assert outcome(catalog, incoming(MINE, seen=2)) is Outcome.AHEAD


def test_record_when_it_was_withdrawn_after_the_export_then_it_returns_only_if_the_editor_changed_nothing(
    catalog: Catalog,
) -> None:
    written(catalog, OLD)
    written(catalog, tombstone(OLD))

    assert outcome(catalog, incoming(MINE, seen=1)) is Outcome.CONFLICT
    assert outcome(catalog, incoming(OLD, seen=1)) is Outcome.KEPT


@pytest.mark.parametrize(("seen", "version"), [(None, 3), (2, 3), (9, 9)])
def test_record_when_only_its_tombstone_is_left_then_it_goes_on_after_it(
    catalog: Catalog, seen: int | None, version: int
) -> None:
    written(catalog, OLD)
    written(catalog, tombstone(OLD))

    imported(catalog, incoming(MINE, seen=seen))

    assert catalog.find(OLD.id).record.version == version


def test_record_when_the_file_says_it_is_deleted_then_it_is_withdrawn(catalog: Catalog) -> None:
    written(catalog, OLD)
    gone = Incoming({"kind": "item", "id": OLD.id, "owner": OLD.owner, "version": 1, "deleted": True}, 1)

    plan = imported(catalog, gone)

    assert plan.counts == {Outcome.WITHDRAWN: 1}
    assert catalog.find(OLD.id).record == tombstone(OLD)


def test_record_when_the_file_deletes_what_is_not_there_then_nothing_happens(catalog: Catalog) -> None:
    gone = Incoming({"kind": "item", "id": OLD.id, "owner": OLD.owner, "version": 1, "deleted": True}, 1)

    assert outcome(catalog, gone) is Outcome.UNCHANGED


def test_record_when_its_id_is_another_kinds_then_it_is_refused(catalog: Catalog) -> None:
    written(catalog, OLD)
    other = replace(acceptance("110112-A", owner=TONGZHOU), id=OLD.id)

    assert outcome(catalog, incoming(other)) is Outcome.CONFLICT


GUIDE = {"visits": 1, "materials": [{"name": "表", "necessity": "required"}]}


def test_fields_when_the_file_does_not_speak_of_them_then_they_stay() -> None:
    base = item("A", aliases=["别名"], guide=GUIDE)
    data = {"id": base.id, "name": "乙", "guide": {"visits": 2}}

    made = completed(data, frozenset({"id", "name", "guide.visits"}), base)

    assert made["aliases"] == ["别名"]
    assert made["guide"] == {**GUIDE, "visits": 2}


def test_fields_when_the_file_has_their_cells_blank_then_they_go() -> None:
    base = item("A", basic_code="0" * 12, guide=GUIDE)
    covers = frozenset({"id", "name", "basic_code", "guide.visits", "guide.materials"})

    made = completed({"id": base.id, "name": "乙", "guide": None}, covers, base)

    assert "basic_code" not in made
    assert made["guide"] is None


def test_fields_when_the_record_is_whole_then_what_it_lacks_goes() -> None:
    assert completed({"id": "x"}, None, item("A", guide=GUIDE)) == {"id": "x"}


def test_guide_when_only_some_of_its_columns_are_there_and_blank_then_the_rest_stays() -> None:
    base = item("A", guide=GUIDE)

    made = completed({"id": base.id, "guide": None}, frozenset({"id", "guide.visits"}), base)

    assert made["guide"] == {"materials": GUIDE["materials"]}


def test_fields_of_an_object_when_only_one_has_a_column_then_the_others_stay() -> None:
    base = item(
        "A", provenance={"status": "reference", "note": "整理所得"}, guide={"fee": {"amount": "1 元"}}
    )
    data = {"id": base.id, "provenance": {"status": "official"}, "guide": {"fee": {"charged": True}}}

    made = completed(data, frozenset({"id", "provenance.status", "guide.fee.charged"}), base)

    assert made["provenance"] == {"status": "official", "note": "整理所得"}
    assert made["guide"] == {"fee": {"amount": "1 元", "charged": True}}


def test_defaults_when_the_record_is_stored_then_it_keeps_its_own() -> None:
    base = item("A", provenance={"status": "reference"})
    defaults = {"provenance": {"status": "official"}}

    kept = completed({"id": base.id}, frozenset({"id", "provenance.status"}), base, defaults)
    new = completed({"id": base.id}, frozenset({"id"}), None, defaults)

    assert kept["provenance"] == {"status": "reference"}
    assert new["provenance"] == {"status": "official"}


def test_windows_when_the_columns_of_the_first_are_blank_then_only_a_single_one_goes() -> None:
    covers = frozenset({"id", "guide.windows.*.hall"})
    one, two = ({"hall": each} for each in ("一厅", "二厅"))

    single = completed({"id": "x", "guide": None}, covers, item("A", guide={"windows": [one]}))
    several = completed({"id": "x", "guide": None}, covers, item("A", guide={"windows": [one, two]}))

    assert single["guide"] is None
    assert several["guide"] == {"windows": [one, two]}


def test_windows_when_none_is_stored_then_all_that_are_given_are_taken() -> None:
    windows = [{"hall": each} for each in ("一厅", "二厅")]
    covers = frozenset({"id", "guide.windows.*.hall"})

    made = completed({"id": "x", "guide": {"windows": windows}}, covers, item("A", guide={"windows": []}))

    assert made["guide"] == {"windows": windows}


def test_parts_when_two_have_the_same_name_then_neither_gets_the_fields_of_the_other() -> None:
    same = [{"name": "表", "when": "甲"}, {"name": "表", "when": "乙"}]
    covers = frozenset({"id", "guide.materials", "guide.materials.*.name"})

    made = completed(
        {"id": "x", "guide": {"materials": [{"name": "表"}]}}, covers, item("A", guide={"materials": same})
    )

    assert made["guide"] == {"materials": [{"name": "表"}]}


def test_complete_list_when_it_lacks_records_then_those_of_its_region_and_kinds_are_withdrawn(
    catalog: Catalog,
) -> None:
    a, b, foreign = item("A"), item("B"), item("C", owner=HEBEI)
    written(catalog, a, b, foreign, acceptance(a.id))

    plan = imported(catalog, incoming(a, seen=1), complete=TONGZHOU, present={a.id})

    assert plan.withdrawn == [b.id]
    assert [catalog.find(each.id).record.deleted for each in (a, b, foreign)] == [False, True, False]
    assert not catalog.find(acceptance(a.id).id).record.deleted


def test_plan_when_records_change_then_their_share_of_the_region_is_told(catalog: Catalog) -> None:
    stored = [item(f"A{number}") for number in range(30)]
    written(catalog, *stored)
    files = [incoming(changed(each, name="新"), seen=1) for each in stored[:12]]

    plan, _ = judged(catalog, *files, incoming(item("NEW")))

    assert plan.touched == [Touched(TONGZHOU, 30, 12, 0)]


@pytest.mark.parametrize(
    ("touched", "held"),
    [
        (Touched("1", 100, 21, 0), True),
        (Touched("1", 100, 10, 11), True),
        (Touched("1", 100, 20, 0), False),
        (Touched("1", 12, 10, 0), False),
        (Touched("1", 12, 11, 0), True),
        (Touched("1", 0, 0, 0), False),
    ],
)
def test_share_when_it_is_above_the_limit_and_not_only_a_few_then_the_import_is_held(
    touched: Touched, *, held: bool
) -> None:
    assert touched.is_held(0.2) is held


def plan_of(importing: Importing, records: Sequence[Incoming]) -> Plan:
    return importing.plan(records, tell=lambda _judgement: None, kinds=ITEMS)


def test_write_when_the_store_has_moved_since_the_plan_then_nothing_of_it_is_written(
    catalog: Catalog,
) -> None:
    written(catalog, OLD, item("B"))
    files = [incoming(changed(item("B"), name="新"), seen=1), incoming(MINE, seen=1)]
    plan = plan_of(catalog.importing(), files)
    written(catalog, THEIRS)

    with pytest.raises(ConflictError, match=OLD.id):
        catalog.importing().write(files, plan, author="a", reason="r")

    assert catalog.find(item("B").id).record.version == 1


def test_write_when_somebody_made_the_new_record_first_then_nothing_is_written(catalog: Catalog) -> None:
    files = [incoming(MINE)]
    plan = plan_of(catalog.importing(), files)
    written(catalog, OLD)

    with pytest.raises(ConflictError):
        catalog.importing().write(files, plan, author="a", reason="r")

    assert catalog.find(OLD.id).record == OLD


def test_write_when_what_a_complete_list_lacks_was_changed_since_then_nothing_is_written(
    catalog: Catalog,
) -> None:
    written(catalog, OLD, item("B"))
    plan, _ = judged(catalog, incoming(item("B"), seen=1), complete=TONGZHOU, present={item("B").id})
    written(catalog, THEIRS)

    with pytest.raises(ConflictError):
        catalog.importing().write([incoming(item("B"), seen=1)], plan, author="a", reason="r")

    assert catalog.find(OLD.id).record == THEIRS


def test_write_when_the_region_is_not_ours_then_it_is_refused_unless_on_its_behalf(
    catalog: Catalog,
) -> None:
    files = [incoming(item("A", owner="130100"))]
    plan = plan_of(catalog.importing(), files)

    with pytest.raises(NotOwnerError):
        catalog.importing().write(files, plan, author="a", reason="r")

    assert catalog.importing(on_behalf=["130100"]).write(files, plan, author="a", reason="r") == 1


def test_write_when_nothing_changes_then_the_log_stays(catalog: Catalog) -> None:
    written(catalog, OLD)

    assert catalog.importing().write([], Plan(), author="a", reason="r") == 1
    assert catalog.status().head == 1


def test_reference_when_its_item_goes_between_check_and_write_then_nothing_is_written(
    catalog: Catalog,
) -> None:
    written(catalog, OLD)
    records = [incoming(item("B")), incoming(acceptance(OLD.id))]
    plan, _ = judged(catalog, *records)
    written(catalog, tombstone(OLD))

    with pytest.raises(ConflictError, match=f"撤回了 {OLD.id}.*{acceptance(OLD.id).id}"):
        catalog.importing().write(records, plan, author="编辑", reason="导入")
    assert catalog.status().head == 2


def test_reference_when_its_item_goes_and_returns_meanwhile_then_it_is_written(catalog: Catalog) -> None:
    written(catalog, OLD)
    records = [incoming(acceptance(OLD.id))]
    plan, _ = judged(catalog, *records)
    written(catalog, tombstone(OLD))
    written(catalog, replace(OLD, version=3))

    catalog.importing().write(records, plan, author="编辑", reason="导入")

    assert catalog.find(acceptance(OLD.id).id).record.version == 1


def test_reference_when_the_record_had_it_before_then_its_lost_item_holds_nothing_up(
    catalog: Catalog,
) -> None:
    link = acceptance(OLD.id)
    written(catalog, OLD, link)
    records = [incoming(replace(link, content={**link.content, "note": "改"}))]
    plan, _ = judged(catalog, *records)
    written(catalog, tombstone(OLD))

    catalog.importing().write(records, plan, author="编辑", reason="导入")

    assert catalog.find(link.id).record.version == 2
