"""Access keys in requests: ``Authorization: Bearer {id}.{secret}``."""

from __future__ import annotations

from flask import request

from service_catalog.model.errors import AccessDeniedError
from service_catalog.store.keyring import AccessKey
from service_catalog.web.current import catalog

HEADER = "Authorization"

_NEEDED = "需要密钥：请在 Authorization 请求头中给出 Bearer 和密钥，例如 Bearer k0123456789ab.……"


def is_given() -> bool:
    """Whether the request shows a key at all."""
    return bool(request.headers.get(HEADER))


def access_key(scope: str) -> AccessKey:
    """The request's key, with that scope. Raises AccessDeniedError, MissingScopeError."""
    scheme, _, token = request.headers.get(HEADER, "").partition(" ")
    if scheme.lower() != "bearer":
        raise AccessDeniedError(_NEEDED)
    return catalog().keys.check(token.strip(), scope)
