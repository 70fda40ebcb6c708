"""The lexicon: terms, places and regions by their folded form."""

from __future__ import annotations

from typing import Any

import pytest

from service_catalog.indexing.lexicon import Lexicon, Region, make_lexicon
from service_catalog.model import Kind, Meaning, Record
from service_catalog.store.memory import MemoryStore
from tests.contract.catalog.builders import item, region, tombstone
from tests.contract.store.builders import put


def lexicon_of(*records: Record) -> Lexicon:
    store = MemoryStore()
    put(store, *records)
    with store.snapshot() as snapshot:
        return make_lexicon(snapshot)


def term(number: int, word: str, owner: str = "120105", **target: Any) -> Record:
    return Record(Kind.TERM, f"{owner}-T-{number:08}", owner, 1, {"word": word, "target": target})


def test_term_when_it_points_at_an_object_then_its_meaning_is_folded() -> None:
    made = lexicon_of(term(1, "丟飯碗", object="失業", action="登記"), term(2, "ＥＴＣ", object="通行卡"))

    assert made.meanings == {
        "丢饭碗": (Meaning("丢饭碗", object="失业", action="登记"),),
        "etc": (Meaning("etc", object="通行卡"),),
    }


@pytest.mark.parametrize("target", [{"object": "失业", "action": None}, {"object": "失业"}])
def test_term_when_it_has_no_action_then_any_action_will_do(target: dict[str, Any]) -> None:
    assert lexicon_of(term(1, "丢饭碗", **target)).meanings["丢饭碗"][0].action == ""


def test_term_when_it_points_at_a_name_then_has_no_object() -> None:
    made = lexicon_of(term(1, "开店", name="企业开办“一件事”"))

    (meaning,) = made.meanings["开店"]
    assert (meaning.object, meaning.action) == ("", "")
    assert meaning.name.startswith("企业开办")


def test_word_when_it_has_several_meanings_then_all_are_kept_in_order_of_id() -> None:
    made = lexicon_of(term(2, "社保卡丢了", object="甲"), term(1, "社保卡丢了", object="乙"))

    assert [meaning.object for meaning in made.meanings["社保卡丢了"]] == ["乙", "甲"]


def test_word_when_two_districts_mean_the_same_then_has_one_meaning() -> None:
    mine, theirs = term(1, "丢饭碗", object="失业"), term(1, "丟飯碗", owner="110112", object="失業")

    assert len(lexicon_of(mine, theirs).meanings["丢饭碗"]) == 1


def test_term_when_withdrawn_then_is_forgotten() -> None:
    gone = term(1, "丢饭碗", object="失业")

    assert lexicon_of(gone, tombstone(gone)).meanings == {}


TONGZHOU = region("110112", place_words=["通州區", "副中心"], city_words=["北京"], not_words=["南通通州"])
HEBEI = region(
    "120105", short_name="河北区", place_words=["河北区"], city_words=["天津"], open_words=["河北"]
)
TWIN = region("110101", city_words=["北京"], place_words=["北京"])


def test_places_when_made_then_lead_to_their_regions_each_once() -> None:
    made = lexicon_of(TONGZHOU, HEBEI, TWIN)

    assert made.places["通州区"] == ("110112",)
    assert made.places["北京"] == ("110101", "110112")
    assert made.open_places == {"河北": ("120105",)}
    assert made.not_places == {"南通通州"}


@pytest.mark.parametrize(
    ("word", "known"),
    [("副中心", True), ("河北", True), ("南通通州", True), ("通州區", False), ("河北省", False), ("", False)],
)
def test_place_when_asked_about_then_known_in_all_three_senses(word: str, known: bool) -> None:
    assert lexicon_of(TONGZHOU, HEBEI).knows_place(word) is known


def test_region_when_it_tells_little_then_is_called_by_its_name() -> None:
    made = lexicon_of(region("130100", name="某市", short_name=None), HEBEI)

    assert made.regions["130100"] == Region("130100", "某市", "某市", "", "")
    assert made.region_name("130100") == "某市"
    assert made.region_name("120105") == "河北区"
    assert made.region_name("999999") == "999999"


def test_longest_when_made_then_is_that_of_the_longest_word_with_each_first_character() -> None:
    terms = [term(1, "通行证丢了", object="通行证"), term(2, "通", object="甲"), term(3, "！", object="乙")]

    assert lexicon_of().longest == {}
    assert lexicon_of(*terms, TONGZHOU).longest == {"通": 5, "副": 3, "北": 2, "南": 4}


def test_lexicon_when_made_then_knows_its_place_in_the_log() -> None:
    assert lexicon_of(TONGZHOU, HEBEI, item("A")).seq == 3
