"""Settings: read once from the environment, checked as a whole, frozen, passed in. Nothing else reads it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import quote

from service_catalog.model.errors import ConfigurationError, Fault

CHECKOUT = Path(__file__).resolve().parent.parent
INSTALLED = Path(sys.prefix) / "share" / "service-catalog"
"""Where the wheel puts mappings/ and seed/, which lie beside the package in a checkout."""

MIN_SECRET_CHARACTERS = 32

_REGION, _NUMBER = re.compile("[0-9]{6}"), re.compile("[0-9]{1,9}")
"""``isdigit`` would also take ², which ``int`` does not, and the digits of other scripts."""


_URL = re.compile(r"https?://[^\s,/?#\[\]]+:[0-9]+/?")
_ALIAS = re.compile("[a-z][a-z0-9-]{0,39}")
_DECIMAL = re.compile(r"[0-9]{1,4}(\.[0-9]{1,3})?")


def _beside(name: str) -> Path:
    return CHECKOUT / name if (CHECKOUT / name).is_dir() else INSTALLED / name


def _setting(
    default: Any, help_text: str, read: Callable[[str], Any] = str, *, is_secret: bool = False
) -> Any:
    return field(default=default, repr=not is_secret, metadata={"help": help_text, "read": read})


def _regions(text: str) -> tuple[str, ...]:
    codes = tuple(part.strip() for part in text.split(",") if part.strip())
    if not codes or not all(_REGION.fullmatch(code) for code in codes):
        raise ValueError("区划代码是六位数字，多个用逗号分开，例如 120105,110112")
    return codes


def _one_of(*values: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in values:
            raise ValueError("只能是 " + " 或 ".join(values))
        return text

    return read


def _port(text: str) -> int:
    port = int(text) if _NUMBER.fullmatch(text) else 0
    if not 0 < port < 65536:
        raise ValueError("端口是 1 到 65535 的整数")
    return port


def _count(text: str) -> int:
    count = int(text) if _NUMBER.fullmatch(text) else 0
    if not 0 < count <= 64:
        raise ValueError("是 1 到 64 的整数")
    return count


def _copies(text: str) -> int:
    return 0 if text == "0" else _count(text)


def _urls(text: str) -> tuple[str, ...]:
    urls = tuple(part.strip() for part in text.split(",") if part.strip())
    if not urls or not all(_URL.fullmatch(url) for url in urls):
        raise ValueError(
            "是以 http:// 或 https:// 开头、带端口的地址，多个用逗号分开，例如 https://search1:9200；"
            "密码里的特殊字符须按百分号编码"
        )
    return urls


def _alias(text: str) -> str:
    if not _ALIAS.fullmatch(text):
        raise ValueError("由小写字母、数字和连字符组成，以字母开头，最多 40 个字符")
    return text


def _seconds(text: str) -> float:
    if not _DECIMAL.fullmatch(text) or not 0 < float(text) <= 60:
        raise ValueError("是大于 0、不超过 60 的秒数")
    return float(text)


def _secret(text: str) -> str:
    if len(text) < MIN_SECRET_CHARACTERS or len(set(text)) < 8:
        raise ValueError(f"至少 {MIN_SECRET_CHARACTERS} 个随机字符；不设置则自动生成并存放在数据目录")
    return text


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. Each is the environment variable ``CATALOG_`` + its name in capitals."""

    data: Path = _setting(
        CHECKOUT / "data", "folder for the SQLite store, the search index and the signing secret", Path
    )
    store_url: str = _setting(
        "",
        "store; empty: SQLite in the data folder; postgresql://user@host/name for PostgreSQL",
        is_secret=True,  # it may hold a password
    )
    engine_url: tuple[str, ...] = _setting(
        (),
        "Elasticsearch as the search engine: its addresses, separated by commas, https://user:password@host:9200;"
        " empty: the embedded engine",
        _urls,
        is_secret=True,  # there may be passwords in it
    )
    engine_api_key: str = _setting(
        "", "Elasticsearch's API key, instead of user and password", is_secret=True
    )
    engine_ca: Path | None = _setting(
        None, "file with the certificate of the authority that Elasticsearch's is signed by", Path
    )
    engine_alias: str = _setting(
        "catalog-items", "alias of the index that serves, and beginning of all its indexes' names", _alias
    )
    engine_timeout: float = _setting(
        0.8, "seconds after which a search is answered from the spare index instead", _seconds
    )
    engine_shards: int = _setting(1, "primary shards of an index; 1 was enough for 1,000,000 items", _count)
    engine_replicas: int = _setting(0, "copies of each shard; 1 where there are several nodes", _copies)
    seed: Path = _setting(_beside("seed"), "folder with the reference catalogue", Path)
    mappings: Path = _setting(_beside("mappings"), "folder with the index definitions", Path)
    regions: tuple[str, ...] = _setting(
        ("110112", "120105"), "regions whose records this node may write, separated by commas", _regions
    )
    environment: str = _setting(
        "development", "development or production", _one_of("development", "production")
    )
    secret: str = _setting(
        "",
        "signs page cursors; same on every machine of one service; empty: made and kept in the data folder",
        _secret,
        is_secret=True,
    )
    operator_key: str = _setting(
        "", "key that opens /metrics; must be set in production to read it", _secret, is_secret=True
    )
    host: str = _setting("127.0.0.1", "address to listen on")
    port: int = _setting(8000, "port to listen on", _port)
    workers: int = _setting(2, "worker processes", _count)
    # More threads only interrupt each other: at 8 connections p99 was 32 ms with 2 and 45 ms with 4.
    threads: int = _setting(2, "threads of a worker", _count)
    log_level: str = _setting(
        "info", "debug, info, warning or error", _one_of("debug", "info", "warning", "error")
    )

    @property
    def store(self) -> str:
        """The store's URL, with the default filled in."""
        return self.store_url or f"sqlite:///{quote(str(self.data / 'catalog.db'))}"

    @property
    def index(self) -> Path:
        """Folder of the embedded search index."""
        return self.data / "index"

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings. Raises ConfigurationError with every fault, unknown ``CATALOG_`` names
        included."""
        environ = os.environ if environ is None else environ
        faults: list[Fault] = []
        values: dict[str, Any] = {}
        known = {f"CATALOG_{each.name.upper()}": each for each in fields(cls)}
        for name, text in environ.items():
            if name in known and text:
                _read(name, text, known[name], values, faults)
            elif name.startswith("CATALOG_") and name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f"是否指 {near[0]}" if near else "可用的设置见 README"
                faults.append(Fault(name, "没有这个设置", hint))
        if faults:
            detail = "；".join(f"{each.field}：{each.message}" for each in faults)
            raise ConfigurationError(detail, faults=tuple(faults))
        return cls(**values)


def _read(name: str, text: str, setting: Any, values: dict[str, Any], faults: list[Fault]) -> None:
    try:
        values[setting.name] = setting.metadata["read"](text)
    except ValueError as error:
        faults.append(Fault(name, str(error)))
