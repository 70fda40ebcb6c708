"""The vocabulary that splits an item name into an object and an action. Data only; ``names`` uses it.

Chinese item names put the action last (居民身份证 + 补领), seldom first (补领 + 结婚证), and often add a word
that only says what kind of procedure it is (公司 + 设立 + 登记). All tuples are matched longest word first.
"""

from __future__ import annotations

ACTIONS = (
    # papers and cards
    "申领", "首次申领", "初次申领", "补领", "遗失补领", "换领", "补发", "换发", "补卡", "换卡", "补证",
    "遗失补证", "补办", "挂失补办", "换证", "期满换证", "损毁换证", "有效期届满换证", "首次签发", "签发",
    "核发", "配发", "新办", "延续", "挂失", "启用", "激活", "审验", "领用", "异地办理",
    # standing of a person, firm or right
    "设立", "成立", "开办", "筹建", "终审", "变更", "变更更正", "注销", "歇业", "转让", "转移", "抵押",
    "移出", "参保", "入户", "落户", "迁移", "接收", "转出", "转移接续", "报到", "入学", "预约", "正常退休",
    "提前退休",
    # money
    "支付", "报销", "发放", "给付", "补缴", "交存", "年度自行纳税申报", "代开",
    # findings and services
    "认定", "审核认定", "确认", "认证", "鉴定", "仲裁", "公证", "调解", "核定", "核对", "查询", "查询打印",
    "采集", "信用修复", "网上签约", "自主申报", "报装", "适配", "修改",
    # work on things
    "设置",
)  # fmt: skip
"""Words that say what is done, where they end a name."""

LEADING = (
    "补领", "换领", "补发", "初次申领", "代开", "设立", "设置", "注销", "举办", "砍伐", "占用", "挖掘",
    "暂停",
)  # fmt: skip
"""Words that say what is done, where they begin a name (补领结婚证, 占用、挖掘城市道路审批)."""

FORMS = (
    "登记", "备案", "登记备案", "审批", "申请", "申报", "核准", "审查", "注册登记", "首次登记", "使用登记",
    "使用备案",
)  # fmt: skip
"""Words for the kind of procedure. One is the action only when the name has no better: 诊所 + 备案, but
公司 + 设立(登记)."""

EMPTY = ("办理", "即时办理", "服务", "开具", "的审批")
"""Endings that say nothing: dropped."""

LOOSE = (
    r"^(?:其他|内地居民|内资|规范|开具|对(?:公民)?|中国公民|80周岁以上)", r"跨省", r"手工（零星）",
    r"投入使用、营业前", r"[《》]", r".*(?:从事|享受|涉及)",
)  # fmt: skip
"""Parts (patterns) that narrow a name without changing the matter, or that only say who does it."""

REMARKS = r"（(?:含|适用于|其他|备案)[^（）]*）"
"""Brackets that comment on a name. Others are part of the object (存量房买卖, 零售) or an action (设立)."""

ACTION_FIRST = (r"(?P<action>.+提取)(?P<object>住房公积金)",)
"""Names whose telling part stands before the object: 租房提取 + 住房公积金."""

EXCEPTIONS = {
    "内地居民婚姻登记（结婚登记）": ("结婚", "登记"),
    "补发婚姻登记证（结婚证）": ("结婚证", "补发"),
    "生育保险待遇核定与支付（生育津贴）": ("生育津贴", "支付"),
    "列入经营异常名录企业移出申请": ("经营异常名录", "移出"),
    "医师新办执业注册": ("医师执业注册", "新办"),
    "护士新办执业注册": ("护士执业注册", "新办"),
    "护士变更执业注册": ("护士执业注册", "变更"),
    "护士延续执业注册": ("护士执业注册", "延续"),
    "孤儿救助资格认定及基本生活费发放": ("孤儿基本生活费", "发放"),
    "个人住房公积金缴存贷款等信息查询": ("个人住房公积金缴存贷款信息", "查询"),
    "交通违法：12分（不含）以下的非现场简易程序违法行为处理": ("交通违法行为", "处理"),
}
"""Names no rule reads well."""

SAME_MEANING = {"丢": "补"}
"""Characters of everyday words that ask for an action written otherwise: the lost (丢) is replaced (补)."""
