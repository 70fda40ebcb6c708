"""Access keys: who may do what for which region.

A token is ``{id}.{secret}``. The secret has 256 random bits, is told once and is not kept: only an HMAC of it
is, under a salt of the key's own, so that keys outlive a restored backup and a changed service secret
(docs/decisions/0011). Nothing is cached: a key revoked by any process is refused at its next use by every
process.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service_catalog.model.errors import (
    AccessDeniedError,
    Fault,
    InvalidRequestError,
    MissingScopeError,
    NotFoundError,
)
from service_catalog.store.base import Store
from service_catalog.store.clock import Clock, timestamp, utc_now
from service_catalog.store.keyring import AccessKey

WRITE = "write"
READ_HISTORY = "read:history"

SCOPES: Mapping[str, str] = {
    WRITE: "修改所属区划的记录",
    READ_HISTORY: "查看历次修改的人和原因",
}
"""All scopes. A key may have others, made by a newer program; they allow nothing here."""

SECRET_BYTES = 32
LONGEST_NAME = 60
ID_BYTES = 6
"""48 random bits, told apart by people in lists and logs; the secret is what cannot be guessed."""

_TOKEN = re.compile(r"(k[0-9a-f]{12})\.([A-Za-z0-9_-]{43})")
_REGION = re.compile("[0-9]{6}")
_NOBODY = AccessKey("", "", "00" * 16, "00" * 32, (), (), "")
"""Compared with where a key does not exist, so that the time an answer takes does not tell."""


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key with its token, which nobody can tell again."""

    key: AccessKey
    token: str

    def __repr__(self) -> str:
        """Without the token: what is printed or logged by mistake must not open anything."""
        return f"IssuedKey({self.key.id})"


class Keys:
    """The access keys of one store. ``regions``: those whose records this node may write."""

    def __init__(self, store: Store, regions: Collection[str], *, clock: Clock = utc_now) -> None:
        self._store, self._regions, self._now = store, regions, clock

    def add(
        self, *, name: str, scopes: Sequence[str], regions: Sequence[str], expires: datetime | None
    ) -> IssuedKey:
        """Make a key. ``expires`` None: never. Raises InvalidRequestError with every fault."""
        moment = self._now()
        faults = [
            *_name_faults(name),
            *_scope_faults(scopes),
            *self._region_faults(scopes, regions),
            *([Fault("expires", "到期时间已过")] if expires is not None and expires <= moment else ()),
        ]
        if faults:
            raise InvalidRequestError("；".join(each.message for each in faults), faults=tuple(faults))
        secret, salt = secrets.token_urlsafe(SECRET_BYTES), secrets.token_hex(16)
        key = AccessKey(
            id=f"k{secrets.token_hex(ID_BYTES)}",
            name=name,
            salt=salt,
            digest=_digest(salt, secret),
            scopes=tuple(dict.fromkeys(scopes)),
            regions=tuple(dict.fromkeys(regions)),
            created_at=timestamp(moment),
            expires_at=None if expires is None else timestamp(expires),
        )
        self._store.keyring.add(key)
        return IssuedKey(key, f"{key.id}.{secret}")

    def revoke(self, key_id: str) -> AccessKey:
        """Revoke a key, also named by its whole token: who finds one leaked has just that.

        Raises NotFoundError.
        """
        key_id = key_id.partition(".")[0]  # so that no message repeats the secret
        key = self._store.keyring.revoke(key_id)
        if key is None:
            raise NotFoundError(f"没有密钥 {key_id[:80]}；catalog keys list 列出全部密钥")
        return key

    def all(self) -> Sequence[AccessKey]:
        """All keys, oldest first."""
        return self._store.keyring.all()

    def check(self, token: str, scope: str) -> AccessKey:
        """The key of a token, if it is valid now and has that scope.

        Raises AccessDeniedError, which never says what is wrong with the token, and MissingScopeError.
        """
        found = _TOKEN.fullmatch(token)
        key = self._store.keyring.get(found[1]) if found else None
        known = key or _NOBODY
        is_right = hmac.compare_digest(_digest(known.salt, found[2] if found else ""), known.digest)
        if key is None or not is_right or not self.is_valid(key):
            raise AccessDeniedError("密钥无效、已到期或已撤销")
        if scope not in key.scopes:
            raise MissingScopeError(f"密钥 {key.id} 没有“{SCOPES[scope]}”（{scope}）的权限")
        return key

    def is_valid(self, key: AccessKey) -> bool:
        """Whether a key is neither revoked nor expired."""
        return key.revoked_at is None and (key.expires_at is None or timestamp(self._now()) < key.expires_at)

    def _region_faults(self, scopes: Sequence[str], regions: Sequence[str]) -> list[Fault]:
        wrong = [code for code in regions if not _REGION.fullmatch(code)]
        if wrong or not regions:
            return [Fault("regions", "区划代码是六位数字", "例如 120105")]
        foreign = [code for code in regions if code not in self._regions] if WRITE in scopes else []
        hint = "本节点可以修改的区划：" + "、".join(self._regions)
        return [Fault("regions", f"本节点不能修改区划 {code} 的记录", hint) for code in foreign]


def author_of(key: AccessKey) -> str:
    """How revisions name the writer."""
    return f"{key.name}（{key.id}）"


def _digest(salt: str, secret: str) -> str:
    return hmac.new(bytes.fromhex(salt), secret.encode(), hashlib.sha256).hexdigest()


def _name_faults(name: str) -> list[Fault]:
    if name.strip() and len(name) <= LONGEST_NAME and name.isprintable():
        return []
    return [Fault("name", f"密钥名称应为 1 到 {LONGEST_NAME} 个字，写明谁在用，例如 河北区政务服务局 目录岗")]


def _scope_faults(scopes: Sequence[str]) -> list[Fault]:
    known = "可用的权限：" + "、".join(SCOPES)
    if not scopes:
        return [Fault("scopes", "至少给一项权限", known)]
    return [Fault("scopes", f"没有权限 {scope[:80]}", known) for scope in scopes if scope not in SCOPES]
