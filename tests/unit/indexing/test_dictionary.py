"""The dictionary: what goes in, what a character or pair tells, and that it is the same everywhere."""

from __future__ import annotations

import json
import math
import random

import pytest

from service_catalog.indexing.dictionary import LONGEST_WORD, Dictionary, make_dictionary
from service_catalog.model import Kind, Record
from service_catalog.store.memory import MemoryStore
from tests.contract.catalog.builders import item, region, scenario, step, tombstone
from tests.contract.store.builders import put


def dictionary_of(*records: Record) -> Dictionary:
    store = MemoryStore()
    put(store, *records)
    with store.snapshot() as snapshot:
        return make_dictionary(snapshot)


def term(word: str, **target: str | None) -> Record:
    return Record(Kind.TERM, f"120105-T-{word}", "120105", 1, {"word": word, "target": target})


def test_words_when_made_then_are_terms_their_objects_and_actions_places_and_materials() -> None:
    made = dictionary_of(
        term("丢饭碗", object="失业", action="登记"),
        term("落户", name="户口迁移"),
        region(
            "110112", place_words=["副中心"], city_words=["北京"], open_words=["河北"], not_words=["河北省"]
        ),
        item("A", guide={"materials": [{"name": "户口簿"}, {"name": "身份证"}]}),
        item("B", guide=None),
    )

    assert set(made.words) == {"丢饭碗", "失业", "登记", "落户", "副中心", "北京", "户口簿", "身份证"}
    assert set(made.words.values()) == {None}


@pytest.mark.parametrize(
    ("word", "kept"),
    [
        ("办" * LONGEST_WORD, "办" * LONGEST_WORD),
        ("办" * (LONGEST_WORD + 1), None),
        ("办", None),
        ("a b", None),
        ("丢 饭碗", "丢饭碗"),
        ("戶口簿", "户口簿"),
        ("ＥＴＣ", "etc"),
    ],
)
def test_word_when_it_could_be_a_token_then_is_kept_as_it_is_matched(word: str, kept: str | None) -> None:
    assert list(dictionary_of(term(word, name="名称")).words) == ([kept] if kept else [])


def test_pairs_when_counted_then_in_how_many_names_each_occurs_and_not_how_often() -> None:
    made = dictionary_of(
        item("A", name="登记登记"),
        item("B", name="登峰"),
        scenario("S", step(1)),
        region("110112", name="登记区"),
        item("C", name="注册登记"),
    )

    assert made.documents == 4
    assert made.pairs["登记"] == 2
    assert made.pairs["登"] == 3
    assert made.pairs["记登"] == 1
    assert "记区" not in made.pairs


def test_record_when_withdrawn_then_counts_no_more() -> None:
    gone = item("A", name="登记", guide={"materials": [{"name": "身份证"}]})

    assert dictionary_of(gone, tombstone(gone)) == Dictionary(words={}, pairs={}, documents=0)


def test_information_when_asked_then_falls_with_the_number_of_names() -> None:
    made = Dictionary(words={}, pairs={"登记": 99, "失业": 1, "独": 3}, documents=99)

    assert made.information("失业") == pytest.approx(math.log(100 / 1.5))
    assert made.information("失业") > made.information("独") > made.information("登记") > 0.0


def test_information_when_no_name_holds_it_then_is_nothing_and_stays_so() -> None:
    made = Dictionary(words={}, pairs={"登记": 1}, documents=1)

    assert [made.information("飞毯") for _ in range(2)] == [0.0, 0.0]
    assert Dictionary(words={}, pairs={}, documents=0).information("登记") == 0.0


def test_dictionary_when_stored_and_read_back_then_is_the_same_under_its_name() -> None:
    made = dictionary_of(item("A", name="登记"), term("丢饭碗", object="失业"))
    read = Dictionary.from_json("hash", json.loads(json.dumps(made.as_json())))

    assert (read.words, read.pairs, read.documents, read.hash) == (
        made.words,
        made.pairs,
        made.documents,
        "hash",
    )
    assert read.as_json() == made.as_json()


def test_dictionary_when_records_came_in_another_order_then_has_the_same_hash() -> None:
    records = [item(f"A{number}", name=f"登记{number}") for number in range(9)]
    records += [term(word, object="失业") for word in ("丢饭碗", "没工作", "下岗")]
    stores = [MemoryStore(), MemoryStore()]
    put(stores[0], *records)
    random.Random(1).shuffle(records)
    put(stores[1], *records)

    names = set()
    for store in stores:
        with store.snapshot() as snapshot:
            names.add(store.save_dictionary(make_dictionary(snapshot).as_json()))
    assert len(names) == 1


def test_word_when_in_the_dictionary_then_is_one_token() -> None:
    made = dictionary_of(term("丢饭碗", object="失业"))

    assert "丢饭碗" in made.segmenter.words("丢饭碗了")
