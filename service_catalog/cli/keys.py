"""``catalog keys``: access keys for those who write over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import click

from service_catalog.catalog.keys import SCOPES, WRITE, Keys
from service_catalog.cli.printing import show
from service_catalog.store.keyring import AccessKey

if TYPE_CHECKING:
    from service_catalog.cli.commands import Wiring

DAYS = 365
"""A key that nobody renews ends by itself: people change posts."""

BEIJING = timezone(timedelta(hours=8))
"""The day that users mean by a date."""

NEVER = "never"


class ExpiryType(click.ParamType[datetime | None]):
    """A day, on which the key still holds, or ``never``."""

    name = "日期"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime | None:
        """The moment after which the key is refused."""
        if value == NEVER:
            return None
        try:
            day = datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=BEIJING)
        except ValueError:
            self.fail(f"应写作 2027-03-01，或 {NEVER}", param, ctx)
        return day + timedelta(days=1)


def add_keys(group: click.Group, wiring: Wiring) -> None:
    """Register the commands."""

    @group.group(help="发放、撤销、列出接口密钥。")
    def keys() -> None:
        pass

    _add_add(keys, wiring)
    _add_revoke(keys, wiring)
    _add_list(keys, wiring)


def _add_add(group: click.Group, wiring: Wiring) -> None:
    @group.command("add", help="发放密钥。密钥只显示这一次，请立即交给使用人。NAME 写明谁在用。")
    @click.argument("name")
    @click.option("--region", "regions", multiple=True, required=True, help="哪个区划的记录，可给多个")
    @click.option(
        "--scope",
        "scopes",
        multiple=True,
        default=[WRITE],
        show_default=True,
        help="权限，可给多个：" + "；".join(f"{name} {text}" for name, text in SCOPES.items()),
    )
    @click.option(
        "--expires", type=ExpiryType(), help=f"最后一天，例如 2027-03-01；不给则 {DAYS} 天；{NEVER} 为长期"
    )
    @click.option("--json", "as_json", is_flag=True, help="输出 JSON")
    @click.pass_context
    def add(
        ctx: click.Context,
        name: str,
        regions: Sequence[str],
        scopes: Sequence[str],
        expires: datetime | None,
        as_json: bool,
    ) -> None:
        if ctx.get_parameter_source("expires") is not click.core.ParameterSource.COMMANDLINE:
            expires = datetime.now(UTC) + timedelta(days=DAYS)
        with wiring.catalog() as catalog:
            issued = catalog.keys.add(name=name, scopes=scopes, regions=regions, expires=expires)
            shown = key_json(issued.key, catalog.keys) | {"token": issued.token}
        if as_json:
            show(json.dumps(shown, ensure_ascii=False, indent=2))
            return
        show(issued.token)
        show(f"已发放密钥 {issued.key.id}（{name}），{_span(issued.key)}", err=True)
        show("密钥只显示这一次。用法：Authorization: Bearer 加一个空格，再加上面这一行", err=True)


def _add_revoke(group: click.Group, wiring: Wiring) -> None:
    @group.command(help="撤销密钥，立即生效。ID 是密钥中点号前的部分。")
    @click.argument("key_id", metavar="ID")
    @click.option("--json", "as_json", is_flag=True, help="输出 JSON")
    def revoke(key_id: str, as_json: bool) -> None:
        with wiring.catalog() as catalog:
            key = catalog.keys.revoke(key_id)
            shown = key_json(key, catalog.keys)
        if as_json:
            show(json.dumps(shown, ensure_ascii=False, indent=2))
        else:
            show(f"已撤销密钥 {key.id}（{key.name}），撤销于 {_local(key.revoked_at)}")


def _add_list(group: click.Group, wiring: Wiring) -> None:
    @group.command("list", help="列出全部密钥。不显示密文：它没有保存。")
    @click.option("--json", "as_json", is_flag=True, help="输出 JSON")
    def list_keys(as_json: bool) -> None:
        with wiring.catalog() as catalog:
            found = [key_json(key, catalog.keys) for key in catalog.keys.all()]
        if as_json:
            show(json.dumps(found, ensure_ascii=False, indent=2))
        else:
            show("\n".join(_lines(found)))


def key_json(key: AccessKey, keys: Keys) -> dict[str, Any]:
    """A key for machines, without anything that could open something."""
    return {
        "id": key.id,
        "name": key.name,
        "scopes": list(key.scopes),
        "regions": list(key.regions),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "valid": keys.is_valid(key),
    }


def _lines(found: Sequence[dict[str, Any]]) -> Iterator[str]:
    if not found:
        yield "还没有密钥；用 catalog keys add 发放"
    for each in found:
        state = _state(each)
        rights = "、".join(each["scopes"])
        yield f"{each['id']}  {each['name']}  区划 {'、'.join(each['regions'])}  权限 {rights}  {state}"


def _state(each: dict[str, Any]) -> str:
    if each["revoked_at"]:
        return f"已于 {_local(each['revoked_at'])} 撤销"
    if not each["valid"]:
        return f"已于 {_local(each['expires_at'])} 到期"
    return f"有效期至 {_local(each['expires_at'])}" if each["expires_at"] else "长期有效"


def _span(key: AccessKey) -> str:
    return f"有效期至 {_local(key.expires_at)}" if key.expires_at else "长期有效"


def _local(moment: str | None) -> str:
    """A stored moment as people here read it."""
    return f"{datetime.fromisoformat(moment or '').astimezone(BEIJING):%Y-%m-%d %H:%M}"
