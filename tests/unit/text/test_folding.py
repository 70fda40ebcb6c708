"""Folding holds for any text; the seed's own names fold alike in every spelling a person may type."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from opencc import OpenCC

from service_catalog.text import fold, fold_code
from service_catalog.text.characters import IDEOGRAPHIC

SEED = Path(__file__).parents[3] / "seed"

ANY_TEXT = st.text(st.characters(exclude_categories=()))
"""Every code point, lone surrogates and unassigned ones included."""

AWKWARD = st.text(
    st.sampled_from(
        "麼麽么幺壞坏坯土布子戶沈瀋覆徵乾著於藉祕"  # chains and phrases of the conversion
        "aAİıßΣſK９Ａﾊﾞが가각か\u3099ㇻ々〇①㈠㎏ﬁ"  # width, case, composition, compatibility
        "\u0301\u0323\u0344\ufb1d\ufdfa\u200b\u200f\ufeff\ufe0f\U000e0100\ud800\udfff\x00"
        " _-—·“”《》（），、\u3000\n"
        "𠀀\U0002ebf0\U000323af豈﨎"
    )
)
SPELLINGS = st.one_of(ANY_TEXT, AWKWARD)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("社会保障卡补领、换领、换发", "社会保障卡补领换领换发"),
        ("社會保障卡補領", "社会保障卡补领"),
        ("開辦餐飲店“一件事”", "开办餐饮店一件事"),
        ("　社会 保障\t卡\n", "社会保障卡"),
        ("ＡＴＭ　机", "atm机"),
        ("Wi-Fi 6 热点", "wi fi 6热点"),
        ("HB-YJS-01", "hb yjs 01"),
        ("tz_0915", "tz 0915"),
        ("（含名称预核准）", "含名称预核准"),
        ("①类", "1类"),
        ("面积㎡", "面积m2"),
        ("身\u200b份\u202e证\ufeff", "身份证"),
        ("证\ud800件", "证件"),
        ("e\u0301cole", "école"),
        ("ハンコ ト か\u3099", "ハンコトが"),
        ("한국 어", "한국 어"),
        ("🚗驾照❤️", "驾照"),
        ("\U000323af", "\U000323af"),  # Han since Unicode 15, which Python 3.11 does not know
        ("\u0301\u200b…", ""),
        ("", ""),
    ],
)
def test_fold_known_text_gives_the_documented_form(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("HB-YJS-18", "HB-YJS-18"),
        ("ｈｂ－ｙｊｓ－１８", "HB-YJS-18"),
        ("hb – yjs — 18", "HB-YJS-18"),
        ("HB——YJS−18-", "HB-YJS-18"),
        ("HB - - 18", "HB-18"),
        ("tz 0915", "TZ0915"),
        ("TZ0915", "TZ0915"),
        ("tz_0915.", "TZ0915"),
        ("110112-tz0915", "110112-TZ0915"),
        ("补办TZ0915", "补办TZ0915"),
        ("---", ""),
        ("", ""),
    ],
)
def test_fold_code_known_text_gives_the_documented_form(text: str, code: str) -> None:
    assert fold_code(text) == code


@given(SPELLINGS)
@example("幺麼壞土")
@example("瀋船麼些族")
def test_fold_twice_gives_the_same(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(SPELLINGS)
@example("ᄀ ᅡ")
def test_fold_code_twice_gives_the_same(text: str) -> None:
    assert fold_code(fold_code(text)) == fold_code(text)


@pytest.mark.parametrize("plane", [0, 1, 2, 3, 14])
def test_fold_every_code_point_of_an_assigned_plane_is_stable(plane: int) -> None:
    unstable = [
        hex(point)
        for point in range(plane << 16, (plane + 1) << 16)
        if fold(fold(chr(point))) != fold(chr(point))
        or fold_code(fold_code(chr(point))) != fold_code(chr(point))
    ]
    assert unstable == []


@given(SPELLINGS)
def test_fold_any_text_leaves_letters_digits_and_needed_spaces_only(text: str) -> None:
    folded = fold(text)
    assert not re.search(rf"[^\w {IDEOGRAPHIC}]|_|  |^ | $", folded)
    assert not re.search(rf"[{IDEOGRAPHIC}] | [{IDEOGRAPHIC}]", folded)


@given(SPELLINGS)
def test_fold_code_any_text_leaves_letters_digits_and_single_inner_dashes(text: str) -> None:
    code = fold_code(text)
    assert not re.search(r"[^\w-]|_|--|^-|-$", code)


@pytest.mark.parametrize(
    "unit",
    ["社會", "a ", " ", "\u0301\u0323", "\u0344", "\ufdfa", "\ud800", "麼", "汉-a", "Σ'", "\u200f", "𠀀"],
    ids=ascii,
)
def test_fold_very_long_text_gives_a_stable_form(unit: str) -> None:
    folded = fold(unit * 10_000)
    assert fold(folded) == folded


def test_fold_more_marks_than_any_script_stacks_are_no_part_of_the_letter() -> None:
    assert fold("e\u0301") == "é"
    assert fold("e" + "\u0301" * 40) == "e"


@pytest.mark.parametrize("width", [1, 40, 5_000])
def test_fold_marks_without_end_leaves_both_letters_apart(width: int) -> None:
    assert fold("q" + "\u0323\u0301" * width + "x") == "q x"


def test_fold_simplified_text_already_folded_comes_back_unchanged() -> None:
    assert fold("个体工商户设立登记24小时a b") == "个体工商户设立登记24小时a b"


def test_fold_every_seed_text_in_traditional_characters_folds_like_itself(seed_texts: list[str]) -> None:
    to_traditional = OpenCC("s2t").convert
    assert [text for text in seed_texts if fold(to_traditional(text)) != fold(text)] == []


def test_fold_every_seed_text_in_full_width_folds_like_itself(seed_texts: list[str]) -> None:
    assert [text for text in seed_texts if fold(_full_width(text)) != fold(text)] == []


def test_fold_every_seed_text_with_inner_spaces_folds_like_itself(seed_texts: list[str]) -> None:
    to_traditional = OpenCC("s2t").convert
    for spelling in (seed_texts, list(map(to_traditional, seed_texts))):
        spaced = [re.sub(rf"([{IDEOGRAPHIC}])", " \\1\u3000 ", text) for text in spelling]
        assert list(map(fold, spaced)) == list(map(fold, seed_texts))


def test_fold_code_every_seed_code_is_unchanged_and_full_width_spaced_lower_case_alike() -> None:
    codes = {record["code"] for record in _seed_records() if record.get("kind") in ("item", "scenario")}
    assert codes
    assert [code for code in codes if fold_code(code) != code] == []
    assert [code for code in codes if fold_code(_full_width(f" {code[:2]} {code[2:]}".lower())) != code] == []


@pytest.fixture(scope="module")
def seed_texts() -> list[str]:
    """Every name, alias, everyday word, place word and code of the seed."""
    texts: set[str] = set()
    for record in _seed_records():
        texts.update(filter(None, (record.get(key) for key in ("name", "word", "code"))))
        texts.update(record.get("aliases") or (), record.get("place_words") or ())
    assert len(texts) > 1_174
    return sorted(texts)


def _seed_records() -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for path in sorted(SEED.glob("*.ndjson"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def _full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
