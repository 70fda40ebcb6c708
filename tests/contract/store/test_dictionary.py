"""Dictionaries, named by their hash."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from service_catalog.model.errors import InvalidRecordError, NotFoundError
from service_catalog.store.base import Store
from service_catalog.store.memory import MemoryStore
from service_catalog.store.sql import SqlStore

WORDS: dict[str, Any] = {"words": {"道路运输证": 12, "换发": 3, "𠮷": 1}, "made_by": "test"}


def test_dictionary_is_read_back_by_the_name_it_was_given(store: Store) -> None:
    name = store.save_dictionary(WORDS)

    assert store.dictionary(name) == WORDS


def test_saving_the_same_words_again_gives_the_same_name(store: Store) -> None:
    names = {store.save_dictionary(WORDS), store.save_dictionary(dict(reversed(WORDS.items())))}

    assert len(names) == 1
    assert store.save_dictionary({**WORDS, "made_by": "another"}) not in names


def test_name_is_the_same_in_memory_and_on_both_servers(sql_store: SqlStore) -> None:
    assert sql_store.save_dictionary(WORDS) == MemoryStore().save_dictionary(WORDS)


def test_saving_a_dictionary_is_no_change(store: Store) -> None:
    store.save_dictionary(WORDS)

    assert store.head() == 0


def test_saved_dictionary_does_not_follow_the_callers_object(store: Store) -> None:
    content = copy.deepcopy(WORDS)
    name = store.save_dictionary(content)
    content["words"]["新词"] = 1

    assert store.dictionary(name) == WORDS


@pytest.mark.parametrize("name", ["", "0" * 64, "\x00"])
def test_dictionary_when_unknown_then_not_found(store: Store, name: str) -> None:
    with pytest.raises(NotFoundError):
        store.dictionary(name)


def test_saving_words_that_cannot_be_stored_is_refused(store: Store) -> None:
    with pytest.raises(InvalidRecordError):
        store.save_dictionary({"words": {"\x00": 1}})
