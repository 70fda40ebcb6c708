"""A page of hits as JSON text, put together from the fragments that the index keeps.

Dumping 20 hits through a schema, or even through one ``json.dumps`` of the whole answer, would cost a large
share of the time that a search takes. Only what differs from query to query is encoded here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from json.encoder import encode_basestring as quote

from service_catalog.catalog.labels import Labels
from service_catalog.model import FacetValue, Freshness, Hit, Reason, SearchPage, Understanding
from service_catalog.web.api.answers import encode

FLAGS = {None: "null", True: "true", False: "false"}


def page_text(page: SearchPage, labels: Labels) -> str:
    """The whole answer (design section 7)."""
    hits = ",".join([_hit(hit) for hit in page.hits])
    facets = ",".join([_facet(name, values, labels) for name, values in page.facets.items()])
    return (
        f'{{"query":{_query(page.understanding)},"confidence":"{page.confidence.value}","total":{page.total},'
        f'"hits":[{hits}],"facets":{{{facets}}},"next":{_text(page.next_cursor)},'
        f'"suggestions":{encode(page.suggestions)},"engine":{_engine(page.freshness)},"changed":{FLAGS[page.changed]}}}'
    )


def _hit(hit: Hit) -> str:
    reasons = ",".join([_reason(reason) for reason in hit.reasons])
    return (
        f'{{"score":{hit.score!r},"reasons":[{reasons}],"accepted_here":{FLAGS[hit.accepted_here]},'
        f'"mode_here":{_text(hit.mode_here)},{hit.candidate.fragment[1:]}'
    )


def _reason(reason: Reason) -> str:
    return f'{{"code":"{reason.code}","text":{quote(reason.text)}}}'


def _facet(name: str, values: Sequence[FacetValue], labels: Labels) -> str:
    return f'"{name}":[{",".join([_facet_value(each, labels.label(name, each.value)) for each in values])}]'


def _facet_value(found: FacetValue, label: str) -> str:
    return f'{{"value":{quote(found.value)},"label":{quote(label)},"count":{found.count}}}'


def _text(value: str | None) -> str:
    return "null" if value is None else quote(value)


def _query(understood: Understanding) -> str:
    return encode(
        {
            "text": understood.text,
            "corrected": understood.corrected,
            "regions": understood.regions,
            "open_place": understood.open_place,
            "code": understood.code,
            "meanings": [asdict(meaning) for meaning in understood.meanings],
        }
    )


def _engine(freshness: Freshness) -> str:
    return encode(
        {
            "name": freshness.engine,
            "seq": freshness.seq,
            "age_s": freshness.age_s,
            "degraded": freshness.degraded,
        }
    )
