"""The vocabulary of item names that tells variants of one matter apart: general words of Chinese
administration (the action words of item names, the usual opposites, common short forms), nothing of one
district's list.

All words are in folded form (``text.fold``). What the lists lack costs a hint, never a pair: names are
compared character by character as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

ACTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "obtain": (
        "新办理", "新办", "新设", "新建", "新申领", "首次申领", "首次申请", "首次办理", "首次签发",
        "首次登记", "首次", "初次申领", "初次", "初领", "设立", "成立", "开办", "核发", "申领", "领取",
        "签发", "领证", "发证",
    ),
    "change": ("变更", "更改", "修改", "更正", "更名", "调整", "增项", "增加", "减少"),
    "cancel": ("注销", "撤销", "取消", "终止", "废止", "销户", "核销"),
    "renew": (
        "延续", "延期", "续期", "续展", "展期", "换领", "换发", "换证", "换卡", "换照", "更换", "到期",
        "期满", "有效期届满",
    ),
    "replace": ("补领", "补发", "补办", "补证", "补卡", "补照", "补换领", "补换证", "补换发", "遗失", "损毁"),
    "report_lost": ("挂失",),
    "release": ("解挂", "解除", "解封", "恢复", "复业"),
    "suspend": ("暂停", "歇业", "停业", "封存", "中止", "停用"),
    "ask": ("查询", "打印", "核查", "咨询"),
    "move": ("转移接续", "转移", "转入", "转出", "接续", "迁移", "迁入", "迁出", "入户", "落户"),
    "file": ("备案",),
    "pay_in": ("缴存", "汇缴", "补缴", "缴纳", "缴费"),
    "draw": ("提取", "支取"),
    "refund": ("退费", "退税", "退库"),
    "claim": ("报销", "支付", "给付", "发放"),
    "review": ("年检", "年审", "年度报告", "校验", "审验"),
    "borrow": ("贷款申请",),
}  # fmt: skip
"""Words of one action, by a name for the action. A name may hold several actions (补领、换领)."""

FILLERS: Final = (
    "申请",
    "办理",
    "服务",
    "事项",
    "业务",
    "开具",
    "出具",
    "相关",
    "有关",
    "关于",
    "工作",
    "手续",
    "的",
)
"""Words that many names have in one district and lack in the other."""

OPPOSITES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "insurance": {
        "养老": ("养老",),
        "医疗": ("医疗", "医保"),
        "失业": ("失业",),
        "工伤": ("工伤",),
        "生育": ("生育",),
    },
    "insured": {
        "居民": ("城乡居民", "城镇居民"),
        "职工": ("企业职工", "城镇职工", "在职职工"),
        "灵活就业": ("灵活就业",),
        "机关事业": ("机关事业",),
    },
    "who": {"个人": ("个人",), "单位": ("单位", "企业登记")},
    "body": {
        "个体工商户": ("个体工商户",),
        "合作社": ("合作社",),
        "合伙企业": ("合伙企业",),
        "个人独资": ("个人独资",),
        "分公司": ("分公司", "分支机构"),
        "公司": ("公司",),
    },
    "capital": {"内资": ("内资",), "外资": ("外资", "外商")},
    "care": {"门诊": ("门诊",), "住院": ("住院",)},
    "marriage": {"结婚": ("结婚",), "离婚": ("离婚",)},
    "life": {"出生": ("出生", "新生儿"), "死亡": ("死亡",), "收养": ("收养",)},
    "kinship": {"夫妻": ("夫妻", "配偶"), "父母": ("父母",), "子女": ("子女",)},
    "way": {"入": ("转入", "迁入"), "出": ("转出", "迁出")},
    "retirement": {"正常": ("正常退休",), "提前": ("提前退休", "特殊工种")},
    "house": {
        "购房": ("购房", "购买", "买房"),
        "租房": ("租房", "租赁"),
        "还贷": ("还贷", "偿还"),
        "建房": ("建造", "翻建", "大修"),
    },
    "place": {"境内": ("境内", "国内", "内地"), "境外": ("境外", "国外", "涉外", "涉港澳台")},
    "stay": {"长期": ("长期",), "临时": ("临时",), "暂住": ("暂住",)},
    "work": {"失业": ("失业",), "就业": ("灵活就业", "就业"), "退休": ("退休",)},
}
"""Words of which a name has one or the other, by family: both names have one, and none in common, then they
are two matters."""


MARKS: Final = ("电子", "临时", "预约", "补贴", "补助", "津贴", "贷款", "公证", "非公司", "互转", "期间")
"""Words that make another matter of a name: one name has it, and the other has not."""

SHORT_FORMS: Final[Mapping[str, str]] = {
    "医保": "医疗保险",
    "社保卡": "社会保障卡",
    "社保": "社会保险",
    "低保": "最低生活保障",
    "驾照": "机动车驾驶证",
    "户籍": "户口",
}
"""Short or other forms that official names use beside the full ones."""


def _alternatives(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word))))


_ACTION_OF: Final = {word: action for action, words in ACTIONS.items() for word in words}
_ACTION: Final = _alternatives(_ACTION_OF)
_FILLER: Final = _alternatives(FILLERS)
_SHORT: Final = _alternatives(SHORT_FORMS)

WORDS: Final = frozenset((*_ACTION_OF, *FILLERS, *SHORT_FORMS.values(), *MARKS))
"""What a segmenter should not cut up when it explains a pair."""

BREAK: Final = "\n"
"""Stands where a word was taken out, so that its neighbours do not seem to be one word."""


def spelled_out(folded: str) -> str:
    """With short forms written out."""
    return _SHORT.sub(lambda match: SHORT_FORMS[match[0]], folded)


def cut_actions(folded: str) -> tuple[str, dict[str, str]]:
    """What is left of a name without its action words and fillers, and the actions with the words that name
    them. The remainder may be empty."""
    actions: dict[str, str] = {}
    for match in _ACTION.finditer(folded):
        actions.setdefault(_ACTION_OF[match[0]], match[0])
    return _FILLER.sub(BREAK, _ACTION.sub(BREAK, folded)), actions


def opposites_in(folded: str) -> dict[str, frozenset[str]]:
    """The sides that a name takes, by family. ``分公司`` is not counted as ``公司`` too."""
    found = {family: _sides(folded, sides) for family, sides in OPPOSITES.items()}
    return {family: sides for family, sides in found.items() if sides}


def marks_in(folded: str) -> frozenset[str]:
    """The marks that a name has."""
    return frozenset(mark for mark in MARKS if mark in folded)


def _sides(text: str, sides: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    held = set()
    for side, words in sides.items():
        for word in words:
            if word in text:
                held.add(side)
                text = text.replace(word, BREAK)
    return frozenset(held)
