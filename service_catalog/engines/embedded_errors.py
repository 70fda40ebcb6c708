"""Turns what tantivy and the file system throw into the engine's errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from service_catalog.model.errors import CatalogError, EngineError


@contextmanager
def failing_as(failure: type[EngineError], detail: str) -> Iterator[None]:
    """Raise ``failure`` for any error inside, errors of the catalogue excepted.

    tantivy raises ValueError for nearly everything. A panic inside it arrives as
    ``pyo3_runtime.PanicException``, which cannot be imported and derives from BaseException, so that ``except
    Exception`` would let it end the thread.
    """
    try:
        yield
    except CatalogError:
        raise
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        raise failure(f"{detail}（{describe(error)}）") from error


def describe(error: BaseException) -> str:
    """One line for logs and status: the first line of the message, or the class if there is none."""
    return next(iter(str(error).splitlines()), "") or type(error).__name__
