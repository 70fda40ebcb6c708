"""Tokens are the same everywhere, hold no white space, and lose nothing."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service_catalog.text import Segmenter, bigrams, fold

ROOT = Path(__file__).parents[3]

WORDS: dict[str, int | None] = {"跨省通办": 3, "社会保障卡": None, "一件事": 40, "居住证": None}

FOLDED = st.one_of(
    st.text(st.characters(exclude_categories=())),
    st.text(st.sampled_from("跨省通办社会保障卡一件事居住证申领補24cC1 ·𠀀㐀かカ〇々ㄅ한กé")),
).map(fold)

DUMP = """
import json, sys
from service_catalog.text import Segmenter, bigrams, fold
words, names = json.load(sys.stdin)
segmenter = Segmenter(words)
print(json.dumps([[segmenter.words(fold(n)), segmenter.segments(fold(n)), bigrams(fold(n))] for n in names]))
"""


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter(WORDS)


def test_words_long_word_comes_after_the_words_inside_it(segmenter: Segmenter) -> None:
    assert segmenter.words("社会保障卡申领") == ["社会", "保障", "保障卡", "社会保障卡", "申领"]


def test_words_added_word_comes_out_whole(segmenter: Segmenter) -> None:
    assert segmenter.words("跨省通办") == ["跨省", "跨省通办"]
    assert Segmenter({}).words("跨省通办") == ["跨省", "通", "办"]


def test_words_repeated_word_is_kept(segmenter: Segmenter) -> None:
    assert segmenter.words("登记登记") == ["登记", "登记"]


@pytest.mark.parametrize("folded", ["hztx", "tz0915", "110112", "école", "한국"])
def test_words_run_of_another_script_is_one_token(segmenter: Segmenter, folded: str) -> None:
    assert segmenter.words(folded) == segmenter.segments(folded) == bigrams(folded) == [folded]


def test_words_mixed_text_is_cut_where_the_script_changes(segmenter: Segmenter) -> None:
    assert segmenter.words("24小时c1驾照换证wi fi") == ["24", "小时", "c1", "驾照", "换证", "wi", "fi"]


def test_words_empty_text_gives_nothing(segmenter: Segmenter) -> None:
    assert segmenter.words("") == segmenter.segments("") == bigrams("") == []


def test_bigrams_each_run_by_itself_gives_pairs_single_characters_and_whole_words() -> None:
    assert bigrams("办证c1证5g基站") == ["办证", "c1", "证", "5g", "基站"]
    assert bigrams("社会保障") == ["社会", "会保", "保障"]


@given(FOLDED)
@example("a b")
def test_tokens_any_text_hold_no_white_space_and_only_characters_of_the_text(folded: str) -> None:
    segmenter = _shared()
    for token in [*segmenter.words(folded), *segmenter.segments(folded), *bigrams(folded)]:
        assert token
        assert not any(map(str.isspace, token))
        assert token in folded


@given(FOLDED)
def test_segments_any_text_put_together_are_the_text_without_spaces(folded: str) -> None:
    assert "".join(_shared().segments(folded)) == folded.replace(" ", "")


@given(FOLDED)
def test_words_any_text_contain_every_segment(folded: str) -> None:
    assert set(_shared().segments(folded)) <= set(_shared().words(folded))


def test_segmenter_words_in_another_order_gives_the_same_tokens() -> None:
    words = _many_words()
    shuffled = list(words.items())
    random.Random(7).shuffle(shuffled)
    names = _names()
    first, second = Segmenter(words), Segmenter(dict(shuffled))
    assert [first.words(name) for name in names] == [second.words(name) for name in names]


def test_segmenter_every_added_word_comes_out_whole_when_it_stands_alone() -> None:
    words = _many_words()
    segmenter = Segmenter(words)
    assert [word for word in words if word not in segmenter.words(word)] == []


def test_segmenter_frequent_parts_do_not_cut_up_a_rare_word() -> None:
    segmenter = Segmenter({"跨省通办": None, "跨省": 50_000, "通办": 60_000})
    assert segmenter.words("跨省通办") == ["跨省", "通办", "跨省通办"]


def test_segmenter_small_count_never_makes_a_known_word_rarer() -> None:
    assert Segmenter({"社会": 1, "保障": 1}).words("社会保障") == Segmenter({}).words("社会保障")


def test_segmenter_words_that_no_run_could_hold_change_nothing() -> None:
    names = _names()
    plain = Segmenter({})
    odd = Segmenter({"": 5, " ": 5, "证": 9_000_000, "c1驾照": 5, "a b": 5, "\ud800": None})
    assert [plain.words(name) for name in names] == [odd.words(name) for name in names]


def test_segmenter_word_in_another_spelling_counts_as_the_folded_word() -> None:
    assert Segmenter({"跨省·通辦": None}).words("跨省通办") == ["跨省", "跨省通办"]


def test_segmenter_two_instances_with_other_words_do_not_touch_each_other() -> None:
    plain = Segmenter({})
    before = plain.words("跨省通办")
    Segmenter({"跨省通办": None})
    assert plain.words("跨省通办") == before


def test_tokens_in_two_other_processes_are_the_same() -> None:
    question = json.dumps([_many_words(), _names()])
    answers = {_run_elsewhere(question, hash_seed) for hash_seed in ("1", "4242")}
    segmenter = Segmenter(_many_words())
    here = [[segmenter.words(name), segmenter.segments(name), bigrams(name)] for name in _names()]
    assert [json.loads(answer) for answer in answers] == [here]


def test_tokens_from_eight_threads_are_the_same(segmenter: Segmenter) -> None:
    names = _names() * 20
    expected = [segmenter.words(name) for name in names]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: [segmenter.words(fold(name)) for name in names], range(8)))
    assert answers == [expected] * 8


def _run_elsewhere(question: str, hash_seed: str) -> str:
    answer = subprocess.run(
        [sys.executable, "-c", DUMP],
        input=question,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
        check=True,
        timeout=60,
    )
    return answer.stdout


def _names() -> list[str]:
    golden = (Path(__file__).parent / "golden.tsv").read_text(encoding="utf-8").splitlines()
    return [fold(line.split("\t")[0]) for line in golden[:200]]


def _many_words() -> dict[str, int | None]:
    """Words as a generation's dictionary may hold them: overlapping, nested, some with counts."""
    words: dict[str, int | None] = {}
    for name in _names():
        run = "".join(character for character in name if not character.isascii())
        for length in (2, 4, 7):
            if len(run) > length:
                words[run[1 : 1 + length]] = None if length == 4 else length
    return words


@cache
def _shared() -> Segmenter:
    """One for all examples of the property tests; building takes 0.1 s."""
    return Segmenter(WORDS)
