"""Business rules: what a record of the right shape may still have wrong.

Each rule is one small function in a table, with its name, the kinds of record it looks at, how grave a breach
is, and where it comes from. A rule sees one record; what needs several is in ``rules.across``. Rules get
records in which every value of a wrong shape is None, so that one fault does not hide another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service_catalog.exchange.drafts import Severity
from service_catalog.exchange.rules import codes, guides, records
from service_catalog.exchange.rules.base import Breach, Known
from service_catalog.model import Kind

TABLES = "国家政务服务事项实施清单要素"
CHECKER = "一项公开的政务服务事项质量检查规则"
OWN = "本目录"

_WITH_WINDOWS = (Kind.ITEM, Kind.ACCEPTANCE)
_ALL = tuple(Kind)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``source``: the standard, table or reason that it follows."""

    name: str
    kinds: Sequence[Kind]
    severity: Severity
    source: str
    check: Callable[[Mapping[str, Any], Known], Iterator[Breach]] = field(repr=False)


RULES: Sequence[Rule] = (
    Rule("basic-code", (Kind.ITEM,), Severity.FAULT, f"{TABLES}：基本编码", codes.basic_code),
    Rule(
        "implementation-code",
        (Kind.ITEM,),
        Severity.FAULT,
        f"{TABLES}：实施编码；GB 32100",
        codes.implementation_code,
    ),
    Rule("handling-code", (Kind.ITEM,), Severity.FAULT, f"{TABLES}：业务办理项编码", codes.handling_code),
    Rule(
        "code-region",
        (Kind.ITEM,),
        Severity.DOUBT,
        f"{TABLES}：基本编码前两位是省级区划，国家事项为 00",
        codes.code_region,
    ),
    Rule(
        "unknown-type",
        (Kind.ITEM,),
        Severity.DOUBT,
        f"{TABLES}：事项类型（代码表各省有增加，因此只提醒）",
        records.unknown_type,
    ),
    Rule("unknown-theme", (Kind.ITEM,), Severity.DOUBT, f"{TABLES}：面向主题", records.unknown_theme),
    Rule("validity", _ALL, Severity.FAULT, OWN, records.validity),
    Rule("expired", _ALL, Severity.DOUBT, OWN, records.expired),
    Rule("fee", (Kind.ITEM,), Severity.FAULT, f"{TABLES}：是否收费、收费标准、收费依据", guides.fee),
    Rule(
        "fee-vague",
        (Kind.ITEM,),
        Severity.DOUBT,
        f"{TABLES}：收费标准、收费依据",
        guides.fee_vague,
    ),
    Rule(
        "fee-not-charged",
        (Kind.ITEM,),
        Severity.DOUBT,
        f"{TABLES}：是否收费、收费标准",
        guides.fee_not_charged,
    ),
    Rule(
        "promised-limit",
        (Kind.ITEM,),
        Severity.FAULT,
        f"{TABLES}：承诺办结时限不超过法定办结时限",
        guides.promised_limit,
    ),
    Rule("odd-limit", (Kind.ITEM,), Severity.DOUBT, OWN, guides.odd_limit),
    Rule("no-visit", (Kind.ITEM,), Severity.DOUBT, f"{CHECKER}：0 次到现场须能网办或快递", guides.no_visit),
    Rule("condition-missing", (Kind.ITEM,), Severity.DOUBT, OWN, guides.condition_missing),
    Rule("same-material", (Kind.ITEM,), Severity.DOUBT, OWN, guides.same_material),
    Rule("phone", _WITH_WINDOWS, Severity.DOUBT, OWN, records.phone),
    Rule("own-item", (Kind.ACCEPTANCE,), Severity.DOUBT, OWN, records.own_item),
    Rule("one-district", (Kind.COUNTERPART,), Severity.DOUBT, OWN, records.one_district),
)


_BY_KIND = {str(kind): [rule for rule in RULES if kind in rule.kinds] for kind in Kind}


def breaches(data: Mapping[str, Any], known: Known) -> Iterator[tuple[Rule, Breach]]:
    """Every breach of every rule by one record."""
    kind = data.get("kind")
    for rule in _BY_KIND.get(kind, ()) if isinstance(kind, str) else ():
        for breach in rule.check(data, known):
            yield rule, breach
