"""A catalogue of any size in the form of a seed folder: the seed, and made-up items of other districts.

Each made-up item is varied from one of 通州's: another subject, place, product or stage, so that it shares
words with many others and equals none of the seed's. The same arguments always give the same files::

    python -m tests.bench.generate FOLDER --documents 50000
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.queries import rows

Row = dict[str, Any]

ROOT = Path(__file__).resolve().parents[2]

MODEL = "110112"
"""The district whose items are varied."""

DISTRICTS = {
    "110101": "东城区",
    "110102": "西城区",
    "110105": "朝阳区",
    "110106": "丰台区",
    "110107": "石景山区",
    "110108": "海淀区",
    "110109": "门头沟区",
    "110111": "房山区",
    "110113": "顺义区",
    "110114": "昌平区",
    "110115": "大兴区",
    "110116": "怀柔区",
    "110117": "平谷区",
    "110118": "密云区",
    "110119": "延庆区",
}

SUBJECTS = (
    *("企业", "个体工商户", "农民专业合作社", "外商投资企业", "事业单位", "社会团体", "民办学校", "基金会"),
    *(
        "高校毕业生",
        "退役军人",
        "老年人",
        "港澳台居民",
        "灵活就业人员",
        "中小学校",
        "物业服务企业",
        "分支机构",
    ),
)

PLACES = (
    *("开发区", "自贸试验区", "乡镇", "农村地区", "河道管理范围内", "学校周边", "历史文化街区", "产业园区"),
    *("商务区", "轨道交通沿线", "水源保护区", "边远山区"),
)

STAGES = (
    *(
        "首次申请",
        "变更",
        "延续",
        "补证",
        "注销",
        "换发",
        "年度报告",
        "信息查询",
        "复核",
        "备案",
        "变更法定代表人",
    ),
    *("变更住所", "变更名称", "网上申报", "委托办理", "告知承诺", "跨区通办", "撤销", "恢复", "临时"),
)

PRODUCTS = {
    "食品": ("化妆品", "保健用品", "饲料", "消毒产品", "婴幼儿辅食"),
    "药品": ("医疗器械", "中药饮片", "疫苗", "兽用药品"),
    "农药": ("肥料", "兽药", "种子", "种苗", "农业机械"),
    "公路": ("城市道路", "桥梁", "隧道", "航道", "轨道交通"),
    "道路": ("水路", "管道", "停车场", "公交线路"),
    "养老": ("护理", "托育", "康复", "安宁疗护"),
    "医疗": ("口腔诊疗", "中医诊疗", "健康体检", "医学检验"),
    "住房": ("租赁住房", "人才公寓", "共有产权房"),
    "文物": ("古树名木", "历史建筑", "档案", "非遗项目"),
    "娱乐": ("演出", "电竞", "剧本娱乐", "露营"),
    "机动车": ("电动自行车", "拖拉机", "非机动车", "新能源车"),
    "社会保险": ("补充保险", "职业年金", "长期护理保险"),
}

MODES = ("online", "online", "agent", "agent", "joint", "remote_window", "kiosk")
"""Each is as likely as it is often here."""

COMMON_SHARE = 1 / 3
"""Share of a district's names that all districts have: the lists follow national ones."""

SECOND_ACCEPTANCE = 0.25
"""Share of items that a second region accepts."""

PROVENANCE = {"status": "sample", "note": "为性能测量生成的数据，不对应任何真实事项"}


def generate(folder: Path, seed: Path, *, documents: int, number: int = 1) -> None:
    """Write a seed folder with so many items and scenarios. ``number`` seeds the chance.

    Records are written as they are made; of a million items no more than the names and ids are held at once.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in seed.glob("*.ndjson"):
        shutil.copyfile(path, folder / path.name)
    maker = _Maker(random.Random(number), rows(seed, f"items-{MODEL}"))
    wanted = documents - len(rows(seed, "items-*")) - len(rows(seed, "scenarios"))
    _append(folder / "regions.ndjson", map(_region, DISTRICTS))
    ids: list[str] = []
    _append(folder / "items-generated.ndjson", _noted(maker.items(max(0, wanted)), ids))
    _append(folder / "acceptances.ndjson", maker.acceptances(ids))


@dataclass(frozen=True)
class _Maker:
    chance: random.Random
    models: Sequence[Row]

    def items(self, wanted: int) -> Iterator[Row]:
        """Items, spread evenly over the districts."""
        regions = list(DISTRICTS)
        each = -(-wanted // len(regions))
        common = self._varied(int(each * COMMON_SHARE), {row["name"] for row in self.models})
        for place, region in enumerate(regions):
            count = min(each, wanted - place * each)
            taken = {row["name"] for row in self.models} | {name for name, _ in common}
            named = [*common, *self._varied(each - len(common), taken)][:count]
            for number, (name, model) in enumerate(named, start=1):
                yield self._item(region, number, name, model)

    def acceptances(self, items: Iterable[str]) -> Iterator[Row]:
        """How other regions handle the items: one region each, for some a second one."""
        regions = (MODEL, "120105", *DISTRICTS)
        for item in items:
            owner = item.partition("-")[0]
            others = self.chance.sample([region for region in regions if region != owner], 2)
            count = 2 if self.chance.random() < SECOND_ACCEPTANCE else 1
            for region in others[:count]:
                yield _acceptance(region, item, self.chance.choice(MODES))

    def _varied(self, count: int, taken: set[str]) -> list[tuple[str, Row]]:
        """So many new names, each with the item it was varied from. ``taken`` names are avoided."""
        used = set(taken)
        found: list[tuple[str, Row]] = []
        while len(found) < count:
            model = self.chance.choice(self.models)
            name = self._name(model["name"])
            if name not in used:
                used.add(name)
                found.append((name, model))
        return found

    def _name(self, name: str) -> str:
        """One or two parts of a name changed."""
        changes = self.chance.sample((self._other_product, self._subject, self._place, self._stage), 2)
        changed = changes[0](name)
        return changes[1](changed) if changed == name or self.chance.random() < 0.6 else changed

    def _other_product(self, name: str) -> str:
        for product, others in PRODUCTS.items():
            if product in name:
                return name.replace(product, self.chance.choice(others))
        return self._stage(name)

    def _subject(self, name: str) -> str:
        return self.chance.choice(SUBJECTS) + name

    def _place(self, name: str) -> str:
        return self.chance.choice(PLACES) + name

    def _stage(self, name: str) -> str:
        """With another case in the brackets at the end, as the lists write variants of one matter."""
        stem = name.rpartition("（")[0] if name.endswith("）") and "（" in name[1:] else name
        return f"{stem}（{self.chance.choice(STAGES)}）"

    def _item(self, region: str, number: int, name: str, model: Mapping[str, Any]) -> Row:
        code = f"G{number:05}"
        district = DISTRICTS[region]
        department = (
            model["department"].replace("通州区", district).replace("通州", district.removesuffix("区"))
        )
        aliases = model["aliases"] if self.chance.random() < 0.5 else []
        own = {"code": code, "id": f"{region}-{code}", "owner": region, "name": name, "aliases": aliases}
        return {**model, **own, "department": department, "provenance": PROVENANCE}


def _region(region: str) -> Row:
    district = DISTRICTS[region]
    return {
        "kind": "region",
        "id": region,
        "owner": region,
        "version": 1,
        "name": f"北京市{district}",
        "short_name": district,
        "city": "北京市",
        "area_code": "010",
        "city_words": ["北京", "北京市"],
        "place_words": [district, f"北京{district}", f"北京市{district}"],
        "open_words": [],
        "not_words": [],
        "provenance": PROVENANCE,
    }


def _acceptance(region: str, item: str, mode: str) -> Row:
    return {
        "kind": "acceptance",
        "id": f"{region}:{item}",
        "owner": region,
        "version": 1,
        "item": item,
        "mode": mode,
        "note": None,
        "windows": [],
        "valid_from": None,
        "valid_to": None,
        "provenance": PROVENANCE,
    }


def _noted(records: Iterable[Row], ids: list[str]) -> Iterator[Row]:
    """The records, the id of each kept in ``ids``."""
    for record in records:
        ids.append(record["id"])
        yield record


def _append(path: Path, records: Iterable[Row]) -> None:
    with path.open("a", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n")


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description="Generate a catalogue of any size as a seed folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--documents", type=int, default=50_000, help="items and scenarios, the seed's included"
    )
    parser.add_argument("--seed", type=Path, default=ROOT / "seed", help="the seed folder to begin with")
    given = parser.parse_args()
    generate(given.folder, given.seed, documents=given.documents)


if __name__ == "__main__":
    main()
