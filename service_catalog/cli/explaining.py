"""What the commands print: pages, explanations, verifications and statuses, as lines and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from service_catalog.catalog.reading import KIND_LABELS
from service_catalog.catalog.status import Status, Verification
from service_catalog.catalog.writing import DeliveryCounts
from service_catalog.model import Hit, SearchPage, Understanding
from service_catalog.model.searching import MAX_BROWSED, MAX_CANDIDATES
from service_catalog.search.rank import Scored
from service_catalog.search.searching import Explanation
from service_catalog.store.upkeep import Rejection

SHOWN_IDS = 20
"""Ids that a line names; the rest is only counted."""

CONFIDENCE_LABELS = {"high": "高", "medium": "中", "low": "低", "none": "无"}
FEATURE_LABELS = {
    "exact": "完全一致",
    "relevance": "查询被命中的份额",
    "tightness": "名称与查询的贴合",
    "meaning": "日常用语",
    "pinyin": "拼音",
    "department": "部门相符",
    "accepted_here": "当地可办",
    "place": "地名",
}


def page_lines(page: SearchPage) -> Iterator[str]:
    """A search answer as text."""
    lag = f"，索引落后 {page.freshness.head - page.freshness.seq} 项变更" if page.freshness.age_s else ""
    spare = "，由备用索引作答" if page.freshness.degraded else ""
    yield f"{_count(page.total, page.understanding)}，把握：{CONFIDENCE_LABELS[page.confidence]}{lag}{spare}"
    for place, hit in enumerate(page.hits, start=1):
        shown = json.loads(hit.candidate.fragment)
        yield f"{place:2}. {shown['id']}  {shown['name']}（{shown['department'] or '部门未提供'}）"
        if hit.reasons:
            yield "    " + "；".join(reason.text for reason in hit.reasons)
    if not page.hits:
        near = "；相近的有：" + "、".join(page.suggestions) if page.suggestions else ""
        yield f"没有找到相符的事项。换个说法试试，或拨打 12345 咨询{near}"


def _count(total: int, understood: Understanding) -> str:
    most = MAX_CANDIDATES if understood.bigrams else MAX_BROWSED
    return f"至少 {total} 条" if total >= most else f"共 {total} 条"


def page_json(page: SearchPage) -> dict[str, Any]:
    """A search answer for machines: the hits as the API shows them, without facets."""
    return {
        "confidence": str(page.confidence),
        "total": page.total,
        "hits": [_hit_json(hit) for hit in page.hits],
        "suggestions": list(page.suggestions),
        "engine": {
            "name": page.freshness.engine,
            "seq": page.freshness.seq,
            "age_s": page.freshness.age_s,
            "degraded": page.freshness.degraded,
        },
    }


def _hit_json(hit: Hit) -> dict[str, Any]:
    reasons = [{"code": reason.code, "text": reason.text} for reason in hit.reasons]
    return {
        **json.loads(hit.candidate.fragment),
        "score": hit.score,
        "reasons": reasons,
        "accepted_here": hit.accepted_here,
        "mode_here": hit.mode_here,
    }


def explanation_lines(explanation: Explanation, limit: int) -> Iterator[str]:
    """An explanation as an argument: what was understood, what was asked, why each hit stands where it
    stands."""
    understood = explanation.understanding
    yield f"查询：{understood.text}"
    yield f"归一：{understood.folded}"
    yield f"词：{' / '.join(understood.words) or '（无）'}"
    yield f"字对：{' '.join(understood.bigrams) or '（无）'}"
    for label, value in (
        ("编码", understood.code),
        ("拼音", " ".join(understood.syllables)),
        ("声母", understood.initials),
    ):
        if value:
            yield f"{label}：{value}"
    for region in understood.regions:
        yield f"地名：{explanation.view.lexicon.region_name(region)}（{region}）"
    if understood.open_place:
        yield f"地名不确定：{understood.open_place}"
    for meaning in understood.meanings:
        target = meaning.name or f"{meaning.object} + {meaning.action or '（不限）'}"
        yield f"用语：“{meaning.word}”→ {target}"
    yield "查找：" if explanation.query.clauses else "查找：全部"
    for clause in explanation.query.clauses:
        yield f"  {clause.field} × {clause.weight}：{' '.join(clause.terms)}"
    yield f"{_count(len(explanation.ranked), understood)}相符，前 {min(limit, len(explanation.ranked))} 条："
    weights = explanation.weights
    for place, scored in enumerate(explanation.ranked[:limit], start=1):
        yield from _scored_lines(place, scored, weights, explanation)


def _scored_lines(
    place: int, scored: Scored, weights: Mapping[str, float], explanation: Explanation
) -> Iterator[str]:
    shown, facts = json.loads(scored.candidate.fragment), scored.candidate.facts
    dictionary = explanation.view.dictionary
    yield f"{place:2}. {shown['id']}  {shown['name']}  总分 {scored.score:.3f}，相关度 {scored.relevance:.2f}"
    yield f"    名称的词：{' / '.join(dictionary.segmenter.words(facts['name']))}"
    parts = sorted(scored.features.items(), key=lambda pair: -pair[1] * weights.get(pair[0], 0.0))
    for name, value in parts:
        if value:
            weight = weights.get(name, 1.0)
            yield f"    {FEATURE_LABELS.get(name, name)} {value:.2f} × {weight} = {value * weight:.3f}"


def loaded_lines(counts: DeliveryCounts) -> Iterator[str]:
    """What became of the seed."""
    changed, same, edited = counts.applied, counts.unchanged, counts.stale
    yield f"参考数据：新增或更新 {changed} 条，未变 {same} 条，已另行修改 {edited} 条"
    if counts.forks:
        yield f"注意：{_ids(counts.forks)}与库中同版本内容不同，保留库中内容"


def whole_line(found: Status) -> str:
    """The catalogue as it stands, in one line."""
    records = sum(found.counts.values())
    return f"完成：{records} 条记录，索引 {found.engine.documents} 条，序号 {found.head}"


def verification_lines(found: Verification) -> Iterator[str]:
    """A verification as text."""
    if found.is_equal:
        yield f"一致：{found.documents} 条，序号 {found.seq}，摘要 {found.store_digest[:16]}"
        return
    parts = (("索引缺少", found.missing), ("索引多出", found.surplus), ("内容不同", found.different))
    for label, ids in parts:
        if ids:
            yield f"{label} {_ids(ids)}"
    yield "索引与数据库不一致，请执行 catalog rebuild"


def _ids(ids: Sequence[str]) -> str:
    more = "等" if len(ids) > SHOWN_IDS else ""
    return f"{len(ids)} 条（{'、'.join(ids[:SHOWN_IDS])}{more}）"


def verification_json(found: Verification) -> dict[str, Any]:
    """A verification for machines."""
    return {
        "equal": found.is_equal,
        "seq": found.seq,
        "documents": found.documents,
        "store_digest": found.store_digest,
        "engine_digest": found.engine_digest,
        "missing": list(found.missing),
        "surplus": list(found.surplus),
        "different": list(found.different),
    }


def status_lines(found: Status, names: Mapping[str, str]) -> Iterator[str]:
    """A status as text."""
    yield f"日志序号 {found.head}，纪元 {found.epoch}"
    for (owner, kind), count in sorted(found.counts.items()):
        yield f"  {names.get(owner, owner)}  {KIND_LABELS[kind]}：{count}"
    engine = found.engine
    serving = engine.generation
    if serving is None:
        yield "搜索索引：没有启用的索引，请执行 catalog rebuild"
    elif serving.epoch != found.epoch:
        yield f"搜索索引：{serving.name} 属于另一个数据库，请执行 catalog rebuild"
    else:
        lag = f"落后 {found.lag} 项变更（{found.age_s:.0f} 秒）" if found.lag else "已追平"
        yield f"搜索索引：{serving.name}（{engine.name}），{engine.documents} 条，序号 {engine.seq}，{lag}"
    yield from _work_lines(found)


def _work_lines(found: Status) -> Iterator[str]:
    """Who works on the index, and what goes wrong with it."""
    work, engine = found.work, found.engine
    if work.rebuild is not None:
        percent = f" {work.percent}%" if work.percent is not None else ""
        yield f"  正在重建：{work.rebuild.get('step', '准备')}{percent}"
    if found.needs_indexer and work.follow is None:
        yield "  问题：没有进程使索引跟上变更；请运行 catalog index --follow"
    if work.rejections:
        yield f"  问题：{len(work.rejections)} 条未被搜索服务器接受，搜不到（{_rejected(work.rejections)}）"
    followed = (work.follow or {}).get("error")
    for problem in dict.fromkeys((engine.error, found.trouble, followed)):
        if problem:
            yield f"  问题：{problem}"
    if work.failure is not None:
        yield f"  问题：{work.failure.at} 的重建没有完成：{work.failure.detail}"


def _rejected(rejections: Sequence[Rejection]) -> str:
    shown = "；".join(f"{each.id}：{each.reason}" for each in rejections[:SHOWN_IDS])
    return shown + ("；等" if len(rejections) > SHOWN_IDS else "")


def status_json(found: Status) -> dict[str, Any]:
    """A status for machines."""
    engine = found.engine
    return {
        "ready": found.ready,
        "head": found.head,
        "epoch": found.epoch,
        "counts": [
            {"region": owner, "kind": str(kind), "count": count}
            for (owner, kind), count in sorted(found.counts.items())
        ],
        "engine": {
            "name": engine.name,
            "generation": engine.generation.name if engine.generation else None,
            "mapping_version": found.mapping_version,
            "seq": engine.seq,
            "lag": found.lag,
            "age_s": found.age_s,
            "documents": engine.documents,
            "error": engine.error,
            "state": str(found.state),
            "percent": found.work.percent,
            "rejected": [each.id for each in found.work.rejections],
            "trouble": found.trouble,
            "last_failure": found.work.failure.detail if found.work.failure else None,
            "followed": found.work.follow is not None,
        },
    }
