"""However an index came to its state, by changes or by a build, it answers alike."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service_catalog.engines.base import Engine
from service_catalog.model import Document
from tests.contract.engines.kit import HEBEI, TONGZHOU, EngineKit, clause, document, gone, query, serve

TERMS = ("一", "二", "三")
QUERIES = (
    query(),
    query(limit=2),
    query(owner=HEBEI),
    *(query(clause("words", term), clause("alias", term, weight=0.5)) for term in TERMS),
    query(
        clause("words", *TERMS, shares=(0.5, 0.3, 0.2)),
        clause("alias", "一", weight=0.3, group="alias"),
        limit=3,
    ),
    query(clause("words", *TERMS), floor=2.0),
)

texts = st.lists(st.sampled_from(TERMS), max_size=3).map(" ".join)
written = st.builds(
    lambda name, words, alias, owner: document(name, 0, words, alias=alias, owner=owner),
    st.sampled_from("abcde"),
    texts,
    texts,
    st.sampled_from((TONGZHOU, HEBEI)),
)
changes = written | st.sampled_from("abcde").map(lambda name: gone(name, 0))
histories = st.lists(st.lists(changes, max_size=4), min_size=1, max_size=6)


def _at(change: Document, seq: int) -> Document:
    return Document(change.id, seq, change.fields, change.facts, change.fragment, change.deleted)


def _answers(engine: Engine) -> list[Any]:
    return [
        [(each.id, each.score, each.facts, each.fragment) for each in engine.search(one).candidates]
        for one in QUERIES
    ]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories)
def test_index_when_changed_step_by_step_then_it_answers_like_a_rebuilt_one(
    kit: EngineKit, history: list[list[Document]]
) -> None:
    engine = kit.open()
    number = len(engine.status().generations)
    serve(engine, [], f"changed{number}", 0)
    state: dict[str, Document] = {}
    for seq, batch in enumerate(history, start=1):
        engine.apply([_at(change, seq) for change in batch], seq=seq)
        state.update({change.id: _at(change, seq) for change in batch})
    changed, changed_status = _answers(engine), engine.status()

    serve(engine, state.values(), f"rebuilt{number}", len(history))

    assert changed == _answers(engine)
    assert (changed_status.seq, changed_status.documents) == (engine.status().seq, engine.status().documents)
