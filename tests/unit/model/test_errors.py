"""The error tree: complete, documented, and each class with a problem type of its own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from inspect import cleandoc

import pytest

from service_catalog.model import errors
from service_catalog.model.errors import CatalogError, Fault, GoneError


def tree(parent: type[CatalogError] = CatalogError) -> Iterator[type[CatalogError]]:
    """The classes of the module, parents first."""
    yield parent
    for child in parent.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from tree(child)


CLASSES = list(tree())


def made(error: type[CatalogError], detail: str = "", **more: object) -> CatalogError:
    if issubclass(error, GoneError):
        return error(detail, withdrawn_at="2026-03-01T00:00:00.000Z", version=2)
    return error(detail, **more)  # type: ignore[arg-type]  # faults and retry_after_s


@pytest.mark.parametrize("error", CLASSES)
def test_class_when_looked_at_then_has_status_slug_and_a_chinese_title(error: type[CatalogError]) -> None:
    assert 400 <= error.status < 600
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", error.slug)
    assert re.fullmatch(r"[\u4e00-\u9fff，]+", error.title)
    assert error.__doc__


@pytest.mark.parametrize("name", ["slug", "title"])
def test_classes_when_compared_then_no_two_share_a_slug_or_title(name: str) -> None:
    values = Counter(getattr(error, name) for error in CLASSES)

    assert [value for value, count in values.items() if count > 1] == []


def test_tree_when_documented_then_the_text_has_every_class_with_its_parent_and_status() -> None:
    documented: dict[str, tuple[str, int]] = {}
    above = ["CatalogError"]
    for line in cleandoc(errors.__doc__ or "").splitlines():
        if found := re.search(r"(?P<way>.*)[├└]── (?P<name>\w+) +(?P<status>\d{3})", line):
            depth = len(found["way"]) // 4
            del above[depth + 1 :]
            documented[found["name"]] = (above[-1], int(found["status"]))
            above.append(found["name"])

    written = {error.__name__: (error.__mro__[1].__name__, error.status) for error in CLASSES[1:]}
    assert documented == written


@pytest.mark.parametrize("error", CLASSES)
def test_error_when_made_without_detail_then_says_its_title(error: type[CatalogError]) -> None:
    assert made(error).detail == str(made(error)) == error.title


def test_error_when_made_with_everything_then_carries_it() -> None:
    faults = (Fault("q", "太长", "请只写要办的事"),)
    error = made(errors.SearchUnavailableError, "请稍后", faults=faults, retry_after_s=2)

    assert (error.detail, str(error), error.faults, error.retry_after_s) == ("请稍后", "请稍后", faults, 2)
    assert error.extensions() == {}


def test_gone_when_made_then_says_when_and_at_which_version() -> None:
    assert made(GoneError).extensions() == {"withdrawn_at": "2026-03-01T00:00:00.000Z", "version": 2}
