"""The two regions, written here by hand: no source file describes them.

``place_words`` mean this region wherever they stand. ``city_words`` mean its city. ``open_words`` may mean it
or something else (河北 is more often the province). ``not_words`` contain one of the other words and mean
another place (there is a 通州区 in 江苏南通 too): they are looked for first. Only names beyond doubt are
listed; those that many places share (新华, 北苑, 杨庄, 西集, 梨园) are left out or given with 镇 or 街道.
"""

from __future__ import annotations

from typing import Any

from making import provenance

TONGZHOU = "110112"
HEBEI = "120105"

REGIONS: dict[str, dict[str, Any]] = {
    TONGZHOU: {
        "name": "北京市通州区",
        "short_name": "通州",
        "city": "北京市",
        "area_code": "010",
        "place_words": [
            "北京市通州区", "北京通州区", "北京通州", "通州区", "通州", "通县",
            "北京城市副中心", "城市副中心", "副中心",
            "中仓街道", "玉桥街道", "九棵树街道", "临河里街道", "潞源街道", "潞邑街道", "通运街道",
            "文景街道", "梨园镇", "永顺镇", "潞城镇", "宋庄镇", "宋庄", "张家湾镇", "张家湾", "漷县镇",
            "漷县", "马驹桥镇", "马驹桥", "台湖镇", "台湖", "永乐店镇", "永乐店", "于家务回族乡", "于家务",
        ],
        "city_words": ["北京", "北京市"],
        "open_words": [],
        "not_words": ["南通市通州区", "南通市通州", "南通通州", "江苏通州"],
    },
    HEBEI: {
        "name": "天津市河北区",
        "short_name": "河北区",
        "city": "天津市",
        "area_code": "022",
        "place_words": [
            "天津市河北区", "天津河北区", "天津河北", "河北区",
            "光复道街道", "望海楼街道", "望海楼", "鸿顺里街道", "鸿顺里", "新开河街道", "铁东路街道",
            "建昌道街道", "建昌道", "宁园街道", "王串场街道", "王串场", "江都路街道", "月牙河街道",
            "意式风情区",
        ],
        "city_words": ["天津", "天津市"],
        "open_words": ["河北"],
        "not_words": ["河北省", "河北区域"],
    },
}  # fmt: skip


def records() -> list[dict[str, Any]]:
    """One record a region, owned by itself."""
    return [
        {
            "kind": "region", "id": code, "owner": code, "version": 1, **region,
            "provenance": provenance.reference(provenance.REGION),
        }
        for code, region in REGIONS.items()
    ]  # fmt: skip
