"""Readings of names, and Latin queries cut into syllables."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service_catalog.text import Segmenter, fold, initials, looks_like_pinyin, split_syllables, syllables

ROOT = Path(__file__).parents[3]
DATA = ROOT / "service_catalog" / "text"
SYLLABLES = (DATA / "syllables.txt").read_text(encoding="utf-8").split()


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter({})


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("长寿", "chang shou"),
        ("重庆市长寿区", "chong qing shi chang shou qu"),
        ("银行", "yin hang"),
        ("银行支行", "yin hang zhi hang"),
        ("行驶证", "xing shi zheng"),
        ("行政处罚", "xing zheng chu fa"),
        ("人民调解", "ren min tiao jie"),
        ("工作调动", "gong zuo diao dong"),
        ("档案迁移调档", "dang an qian yi diao dang"),
        ("参与", "can yu"),
        ("异地重建", "yi di chong jian"),
        ("密码重置", "mi ma chong zhi"),
        ("严重失信", "yan zhong shi xin"),
        ("校长变更", "xiao zhang bian geng"),
        ("离校", "li xiao"),
        ("校验", "jiao yan"),
        ("宣传品", "xuan chuan pin"),
        ("传真", "chuan zhen"),
        ("会计", "kuai ji"),
        ("社会", "she hui"),
        ("给付", "ji fu"),
        ("厦门", "xia men"),
        ("预付卡发卡", "yu fu ka fa ka"),
        ("生活无着流浪乞讨人员", "sheng huo wu zhuo liu lang qi tao ren yuan"),
        ("绿化", "lv hua"),
        ("省略", "sheng lve"),
        ("子女", "zi nv"),
        ("24小时c1驾照", "24 xiao shi c1 jia zhao"),
    ],
)
def test_syllables_word_with_several_readings_is_read_as_people_say_it(
    segmenter: Segmenter, name: str, reading: str
) -> None:
    assert " ".join(syllables(segmenter.segments(fold(name)))) == reading


def test_syllables_word_list_across_two_words_is_read_as_one_word() -> None:
    assert syllables(["生活", "无", "着", "流浪"]) == ["sheng", "huo", "wu", "zhuo", "liu", "lang"]


def test_syllables_entry_within_a_word_is_read_as_the_entry() -> None:
    assert syllables(["预付卡发卡企业"]) == ["yu", "fu", "ka", "fa", "ka", "qi", "ye"]


def test_syllables_entry_that_would_tear_words_apart_is_not_read() -> None:
    assert syllables(["许多", "重要"]) == ["xu", "duo", "zhong", "yao"]


def test_syllables_no_words_give_nothing() -> None:
    assert syllables([]) == []


@given(st.text(st.characters(exclude_categories=())).map(fold))
@example("が한nǐ𠀀")
def test_syllables_any_folded_text_hold_no_white_space(folded: str) -> None:
    assert not any(character.isspace() for syllable in syllables(folded.split()) for character in syllable)


def test_initials_name_gives_first_letters_and_keeps_what_is_no_syllable() -> None:
    assert initials(["she", "hui", "bao", "zhang", "ka"]) == "shbzk"
    assert initials(["24", "xiao", "shi", "c1", "jia", "zhao"]) == "24xsc1jz"
    assert initials([]) == ""


@pytest.mark.parametrize(
    ("latin", "expected"),
    [
        ("shehuibaozhangka", "she hui bao zhang ka"),
        ("she hui baozhangka", "she hui bao zhang ka"),
        ("SheHui", "she hui"),
        ("shè huì", "she hui"),
        ("xian", "xian"),
        ("xi'an", "xi an"),
        ("xi’an", "xi an"),
        ("fangan", "fang an"),
        ("dangan", "dang an"),
        ("jineng", "ji neng"),
        ("guangai", "guan gai"),
        ("lve", "lve"),
        ("lüe", "lve"),
        ("shenglue", "sheng lve"),
        ("nǚ", "nv"),
        ("zinv", "zi nv"),
        ("zhuang", "zhuang"),
    ],
)
def test_split_syllables_pinyin_gives_the_spoken_syllables(latin: str, expected: str) -> None:
    assert split_syllables(latin) == expected.split()


@pytest.mark.parametrize(
    "latin", ["", " ", "hztx", "tz0915", "shehuib", "she4hui4", "社会", "ok", "atm", "vip", "m"]
)
def test_split_syllables_other_text_gives_none(latin: str) -> None:
    assert split_syllables(latin) is None


@given(st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=30))
def test_split_syllables_any_joined_syllables_split_into_no_more_and_lose_nothing(spoken: list[str]) -> None:
    joined = "".join(spoken)
    split = split_syllables(joined)
    assert split is not None
    assert len(split) <= len(spoken)
    assert set(split) <= set(SYLLABLES)
    assert "".join(split) == joined.replace("lue", "lve").replace("nue", "nve")


@given(st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=30))
def test_split_syllables_spaced_syllables_come_back_as_they_are(spoken: list[str]) -> None:
    assert split_syllables(" ".join(spoken)) == spoken


@given(st.text(st.characters(exclude_categories=())))
def test_split_syllables_any_text_gives_legal_syllables_or_none(text: str) -> None:
    assert set(split_syllables(text) or ()) <= set(SYLLABLES)


def test_split_syllables_names_of_the_golden_file_are_found_in_98_of_100() -> None:
    lines = (Path(__file__).parent / "golden.tsv").read_text(encoding="utf-8").splitlines()
    readings = [line.split("\t")[3].split() for line in lines]
    spoken = [reading for reading in readings if all(syllable.isalpha() for syllable in reading)]
    found = [reading for reading in spoken if split_syllables("".join(reading)) == reading]
    assert len(found) >= 0.98 * len(spoken)


@pytest.mark.parametrize("folded", ["shehui", "she hui", "xian", "an"])
def test_looks_like_pinyin_syllables_say_yes(folded: str) -> None:
    assert looks_like_pinyin(folded)


@pytest.mark.parametrize("folded", ["", "a", "hztx", "tz0915", "社会", "shehui保障"])
def test_looks_like_pinyin_other_text_says_no(folded: str) -> None:
    assert not looks_like_pinyin(folded)


def test_syllable_table_is_sorted_without_repeats_in_lower_case_letters() -> None:
    assert sorted(set(SYLLABLES)) == SYLLABLES
    assert all(syllable.isascii() and syllable.isalpha() and syllable.islower() for syllable in SYLLABLES)


def test_readings_each_word_has_one_legal_syllable_a_character() -> None:
    lines = (DATA / "readings.txt").read_text(encoding="utf-8").splitlines()
    for word, reading in (line.split("\t") for line in lines):
        assert fold(word) == word
        assert len(reading.split()) == len(word)
        assert set(reading.split()) <= set(SYLLABLES)


def test_query_side_without_syllables_does_not_load_pypinyin() -> None:
    code = (
        "import sys; from service_catalog.text import fold, initials, looks_like_pinyin\n"
        "assert looks_like_pinyin(fold('shehui')) and initials(['she']) == 's'\n"
        "sys.exit('pypinyin' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)
