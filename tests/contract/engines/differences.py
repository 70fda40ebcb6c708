"""Where the engines may differ: all there is, and why. A test sees to it that the table does not grow unseen.

Everything else that the contract suite asks of one engine, it asks of all.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.contract.engines.kit import EngineKit


@dataclass(frozen=True)
class Difference:
    """``engine`` may do otherwise than the others."""

    engine: str
    what: str
    reason: str


DIFFERENCES = (
    Difference(
        "elastic",
        "two builds at once",
        "Files have one lock for all processes of a machine; machines that share a server have the lease in"
        " the store, which indexing.building takes for every engine.",
    ),
    Difference(
        "elastic",
        "an answer may lag by the refresh interval and the age of the status",
        "A change is applied by the indexer, not by whoever answers, and a worker looks at the server's"
        " status at most every 0.5 s: two more requests before each search would double its time.",
    ),
    Difference(
        "elastic",
        "the fourth decimal of a score may be rounded the other way",
        "Both add up in single precision, in another order. Seen in 4 hits of 4,290 queries, without effect"
        " on the order of any hits (test_engine_parity).",
    ),
    Difference(
        "elastic",
        "tokens over 255 characters are cut into several",
        "The whitespace tokenizer's own limit. No word is as long; longer runs of letters find nothing.",
    ),
)


def allows(kit: EngineKit, what: str) -> bool:
    """Whether this engine may differ there."""
    return any(each.engine == kit.kind and each.what == what for each in DIFFERENCES)
