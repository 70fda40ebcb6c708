"""The generations of the search index: which there are, and what was done to them by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service_catalog.engines.base import Engine
from service_catalog.indexing.building import built_at
from service_catalog.model.errors import EngineUnavailableError
from service_catalog.store.base import Store
from service_catalog.store.upkeep import IndexEvent

SHOWN_EVENTS = 50
"""A terminal's length: some fifteen rebuilds, each with what it built, activated and dropped."""


@dataclass(frozen=True, slots=True)
class Generations:
    """``whole``: all that could serve, by age; ``unfinished``: what a build under way or a killed one has
    left."""

    engine: str
    serving: str | None
    whole: Sequence[str]
    unfinished: Sequence[str]
    events: Sequence[IndexEvent]


def read_generations(store: Store, engine: Engine) -> Generations:
    """Raises EngineUnavailableError if the engine cannot say."""
    status = engine.status()
    if status.error is not None:
        raise EngineUnavailableError(status.error)
    return Generations(
        engine=engine.place,
        serving=status.generation.name if status.generation else None,
        whole=sorted(status.generations, key=built_at),
        unfinished=status.unfinished,
        events=store.upkeep.events(engine.place, SHOWN_EVENTS),
    )
