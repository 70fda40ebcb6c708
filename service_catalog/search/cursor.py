"""Page cursors: where a page ended, signed, so that nobody can make one up."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from service_catalog.model import SearchRequest
from service_catalog.model.errors import CursorError, Fault


@dataclass(frozen=True, slots=True)
class Position:
    """The last hit of a page, and the log position and generation it was ranked at."""

    score: float
    id: str
    seq: int
    generation: str


class Cursors:
    """Makes and reads cursors with one secret."""

    def __init__(self, secret: str) -> None:
        # sha256: itsdangerous signs with SHA-1 unless told otherwise
        kwargs: dict[str, Any] = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        self._serializer = URLSafeSerializer(secret, salt="page", signer_kwargs=kwargs)

    def make(self, request: SearchRequest, position: Position) -> str:
        """The cursor that continues ``request`` after ``position``."""
        return str(
            self._serializer.dumps(
                [digest(request), position.score, position.id, position.seq, position.generation]
            )
        )

    def read(self, request: SearchRequest) -> Position | None:
        """The position of the request's cursor, None without one.

        Raises CursorError for a cursor that is not ours or belongs to another request.
        """
        if request.cursor is None:
            return None
        try:
            found, score, record_id, seq, generation = self._serializer.loads(request.cursor)
        except (BadData, ValueError, TypeError):
            raise _fault("翻页标记不是本服务签发的，请从第一页重新搜索") from None
        if found != digest(request):
            raise _fault("翻页标记属于另一次搜索，请从第一页重新搜索")
        return Position(float(score), record_id, seq, generation)


def digest(request: SearchRequest) -> str:
    """Names a request without its page: two requests with one digest have the same hits."""
    parts = {key: value for key, value in asdict(request).items() if key not in ("cursor", "limit")}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def _fault(message: str) -> CursorError:
    return CursorError(message, faults=(Fault("cursor", message),))
