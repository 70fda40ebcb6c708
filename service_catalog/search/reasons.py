"""Why a hit is there, in plain Chinese."""

from __future__ import annotations

from collections.abc import Iterator

from service_catalog.indexing.lexicon import Lexicon
from service_catalog.model import Meaning, Reason, SearchRequest
from service_catalog.search.rank import Needle, Scored, is_accepted, meaning_share, mode_at

MODE_LABELS = {
    "online": "全程网办",
    "agent": "异地代收代办",
    "joint": "多地联办",
    "remote_window": "云窗口",
    "kiosk": "自助终端",
}
"""The modes in the words of the national rules (国办发〔2020〕35号) and of the sub-centre's hall."""

MAX_WORDS = 3
"""Words named in one reason; more are a list, not a reason."""


def reasons(scored: Scored, needle: Needle, request: SearchRequest, lexicon: Lexicon) -> tuple[Reason, ...]:
    """The reasons of one hit, the strongest first."""
    return (*_matches(scored, needle), *_places(scored, request, lexicon))


def _matches(scored: Scored, needle: Needle) -> Iterator[Reason]:
    """Why it was found. Every hit of a search has at least one."""
    if not needle.understood.bigrams:
        return
    found = list(_name_reasons(scored, needle))
    found += _alias_reasons(scored, needle)
    found += _meaning_reasons(scored, needle)
    yield from found or [Reason("context", "步骤、部门或说明与查询有关")]


def _name_reasons(scored: Scored, needle: Needle) -> Iterator[Reason]:
    features, facts, understood = scored.features, scored.candidate.facts, needle.understood
    name: str = facts["name"]
    if features.get("exact"):
        yield _exact(name, facts["aliases"], needle)
    elif words := _longest_words(name, understood.words) or _stretches(name, understood.bigrams):
        yield Reason("name_contains", "名称包含" + "".join(f"“{word}”" for word in words))
    elif features.get("pinyin"):
        yield Reason("pinyin", f"拼音“{understood.text.strip()}”与名称相符")
    elif understood.initials:
        yield Reason("pinyin_part", f"拼音“{understood.text.strip()}”与名称部分相符")


def _alias_reasons(scored: Scored, needle: Needle) -> Iterator[Reason]:
    """Only where an alias holds more of the query than the name does."""
    facts, pairs = scored.candidate.facts, needle.understood.bigrams
    if scored.features.get("exact") or not facts["aliases"]:
        return
    alias = max(facts["aliases"], key=lambda each: _held(each, pairs))
    if _held(alias, pairs) > _held(facts["name"], pairs):
        yield Reason("alias", f"也叫“{alias}”")


def _meaning_reasons(scored: Scored, needle: Needle) -> Iterator[Reason]:
    if not scored.features.get("meaning"):
        return
    name: str = scored.candidate.facts["name"]
    meaning = max(needle.understood.meanings, key=lambda each: meaning_share(name, each))
    if meaning_share(name, meaning) == 1:
        yield Reason("meaning", _meaning_text(meaning))
    else:
        yield Reason("meaning_object", f"“{meaning.word}”与{meaning.object}有关")


def _stretches(name: str, pairs: tuple[str, ...]) -> list[str]:
    """The query's character pairs, or single characters, that the name holds."""
    return [pair for pair in pairs if pair in name][:MAX_WORDS]


def _exact(name: str, aliases: list[str], needle: Needle) -> Reason:
    if name in needle.whole:
        return Reason("exact_name", "名称完全一致")
    if not needle.whole.isdisjoint(aliases):
        return Reason("exact_alias", f"也叫“{needle.understood.folded}”")
    return Reason("exact_code", f"编码为 {needle.understood.code}")


def _longest_words(name: str, words: tuple[str, ...]) -> list[str]:
    """The longest query words that the name holds, none inside another, in the query's order."""
    found = [word for word in words if len(word) > 1 and word in name]
    kept = [word for word in found if not any(word != other and word in other for other in found)]
    return kept[:MAX_WORDS]


def _held(text: str, pairs: tuple[str, ...]) -> int:
    return sum([pair in text for pair in pairs])


def _meaning_text(meaning: Meaning) -> str:
    return f"“{meaning.word}”指{meaning.name or meaning.object + meaning.action}"


def _places(scored: Scored, request: SearchRequest, lexicon: Lexicon) -> Iterator[Reason]:
    values, region = scored.candidate.values, request.at_region
    if region is None:
        return
    here = lexicon.region_name(region)
    if values["owner"][0] == region:
        is_item = values["kind"][0] == "item"
        yield Reason("own_region", f"{here}本区事项" if is_item else f"{here}本区“一件事”")
    elif mode := mode_at(values, region):
        yield Reason("accepted_here", f"可在{here}办理：{MODE_LABELS.get(mode, mode)}")
    elif is_accepted(values, region):
        yield Reason("steps_here", f"其中的步骤在{here}办理")
    else:
        yield Reason("not_accepted_here", f"未收录在{here}的办理方式")
