"""Settings: every one can be set, every fault is told at once."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import pytest

from service_catalog.config import CHECKOUT, MIN_SECRET_CHARACTERS, Settings
from service_catalog.model.errors import ConfigurationError
from service_catalog.store.server import connect

STRONG = "0123456789abcdef" * 2

VALUES: dict[str, tuple[str, Any]] = {
    "data": ("/srv/数据 %20#@:", Path("/srv/数据 %20#@:")),
    "store_url": ("postgresql://u:p@h/n", "postgresql://u:p@h/n"),
    "engine_url": ("http://a:9200, https://u:p%23@b:9200/", ("http://a:9200", "https://u:p%23@b:9200/")),
    "engine_api_key": ("id:key", "id:key"),
    "engine_ca": ("/etc/ca.pem", Path("/etc/ca.pem")),
    "engine_alias": ("tongzhou-1", "tongzhou-1"),
    "engine_timeout": ("1.5", 1.5),
    "engine_shards": ("3", 3),
    "engine_replicas": ("2", 2),
    "seed": ("seed", Path("seed")),
    "mappings": ("/m", Path("/m")),
    "regions": (" 120105, 110112 ,", ("120105", "110112")),
    "environment": ("production", "production"),
    "secret": (STRONG, STRONG),
    "operator_key": (STRONG, STRONG),
    "host": ("::1", "::1"),
    "port": ("65535", 65535),
    "workers": ("64", 64),
    "threads": ("1", 1),
    "log_level": ("error", "error"),
}


def faults_of(**environ: str) -> dict[str, str]:
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_env(environ)
    return {fault.field: fault.message for fault in caught.value.faults}


def test_settings_when_nothing_is_set_then_are_the_defaults() -> None:
    assert Settings.from_env({}) == Settings()
    assert Settings().data == CHECKOUT / "data"
    assert (Settings().seed.is_dir(), Settings().mappings.is_dir()) == (True, True)


def test_settings_when_listed_then_this_test_knows_them_all() -> None:
    assert {field.name for field in fields(Settings)} == set(VALUES)


@pytest.mark.parametrize("name", VALUES)
def test_setting_when_set_then_alone_has_that_value(name: str) -> None:
    text, value = VALUES[name]

    settings = Settings.from_env({f"CATALOG_{name.upper()}": text, "HOME": "/", "XCATALOG_PORT": "x"})

    changed = {
        each.name
        for each in fields(Settings)
        if getattr(settings, each.name) != getattr(Settings(), each.name)
    }
    assert getattr(settings, name) == value
    assert changed == {name} - ({"seed"} if settings.seed == Settings().seed else set())


@pytest.mark.parametrize("name", VALUES)
def test_setting_when_set_to_nothing_then_is_the_default(name: str) -> None:
    assert Settings.from_env({f"CATALOG_{name.upper()}": ""}) == Settings()


WRONG: list[tuple[str, str, str]] = [
    ("regions", "通州", "六位数字"),
    ("engine_url", "search1:9200", "http"),
    ("engine_url", "https://search1", "端口"),
    ("engine_url", "https://u:a#b@search1:9200", "百分号"),
    ("engine_alias", "Catalog", "小写字母"),
    ("engine_alias", "a*", "小写字母"),
    ("engine_timeout", "0", "秒数"),
    ("engine_timeout", "abc", "秒数"),
    ("engine_shards", "0", "整数"),
    ("engine_replicas", "-1", "整数"),
    ("regions", "110112;120105", "六位数字"),
    ("regions", "1101120", "六位数字"),
    ("regions", "²²²²²²", "六位数字"),
    ("regions", "１１０１１２", "六位数字"),
    ("regions", ",", "六位数字"),
    ("environment", "prod", "只能是 development 或 production"),
    ("port", "0", "1 到 65535"),
    ("port", "65536", "1 到 65535"),
    ("port", "-1", "1 到 65535"),
    ("port", "8_000", "1 到 65535"),
    ("port", " 8000", "1 到 65535"),
    ("port", "²", "1 到 65535"),
    ("port", "9" * 5_000, "1 到 65535"),
    ("workers", "0", "1 到 64"),
    ("workers", "65", "1 到 64"),
    ("threads", "four", "1 到 64"),
    ("log_level", "INFO", "只能是 debug 或 info 或 warning 或 error"),
    ("secret", "a" * MIN_SECRET_CHARACTERS, "随机字符"),
    ("secret", STRONG[: MIN_SECRET_CHARACTERS - 1], "至少 32"),
    ("operator_key", "abcdefg" * 10, "随机字符"),
    ("operator_key", "123456", "至少 32"),
]


@pytest.mark.parametrize(("name", "text", "message"), WRONG)
def test_setting_when_wrong_then_the_fault_names_it_and_says_what_would_do(
    name: str, text: str, message: str
) -> None:
    found = faults_of(**{f"CATALOG_{name.upper()}": text})

    assert list(found) == [f"CATALOG_{name.upper()}"]
    assert message in found[f"CATALOG_{name.upper()}"]


def test_secret_when_just_strong_enough_then_is_taken() -> None:
    just = "abcdefgh" * (MIN_SECRET_CHARACTERS // 8)

    assert Settings.from_env({"CATALOG_SECRET": just}).secret == just


def test_settings_when_many_are_wrong_then_all_faults_are_told_at_once() -> None:
    environ = {f"CATALOG_{name.upper()}": text for name, text, _ in WRONG}
    environ |= {"CATALOG_PROT": "1", "CATALOG_": "1", "CATALOG_WHATEVER_ELSE": ""}

    with pytest.raises(ConfigurationError) as caught:
        Settings.from_env(environ)

    assert {fault.field for fault in caught.value.faults} == set(environ)
    assert all(name in caught.value.detail for name in environ)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("CATALOG_PROT", "是否指 CATALOG_PORT"),
        ("CATALOG_REGION", "是否指 CATALOG_REGIONS"),
        ("CATALOG_ZZZZZZZZZZZZZZZZ", "可用的设置见 README"),
    ],
)
def test_name_when_unknown_then_the_nearest_one_is_offered(name: str, hint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_env({name: "1"})

    assert caught.value.faults[0].hint == hint


def test_settings_when_made_then_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]  # that is what is tested


def test_settings_when_printed_then_show_no_secret() -> None:
    shown = repr(Settings(secret="s3cret", operator_key="0perator", store_url="postgresql://u:passw0rd@h/n"))

    assert not [secret for secret in ("s3cret", "0perator", "passw0rd") if secret in shown]


def test_store_when_its_address_is_not_set_then_is_a_file_in_the_data_folder(tmp_path: Path) -> None:
    folder = tmp_path / "数据 %20?x#@:&=%"
    folder.mkdir()

    server = connect(Settings(data=folder).store, create=True)
    try:
        with server.writer.connect() as connection:
            connection.exec_driver_sql("CREATE TABLE t (x)")
            connection.commit()
    finally:
        server.close()
    assert [path.name for path in folder.iterdir()] == ["catalog.db"]


def test_store_when_its_address_is_set_then_is_that_one(tmp_path: Path) -> None:
    assert Settings(data=tmp_path, store_url="postgresql://h/n").store == "postgresql://h/n"
    assert Settings(data=tmp_path).index == tmp_path / "index"
