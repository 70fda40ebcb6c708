"""The error tree. Each class has an HTTP status and a stable problem type (RFC 9457), documented in
docs/problems.md::

CatalogError
├── InvalidRequestError        422   one or more parameters are wrong; carries all faults
│   └── CursorError            422   a page cursor that is not ours or belongs to another query
├── UnreadableRequestError     400   the request cannot be read at all
├── InvalidRecordError         422   a record breaks its schema or a rule
├── NotFoundError              404   no such record
│   └── GoneError              410   the record was withdrawn
├── NotOwnerError              403   this node may not write that region's records
├── AccessDeniedError          401   a key is missing or wrong
├── MissingScopeError          403   the key is valid, but not for this
├── ConflictError              409   the record changed meanwhile, or the id belongs to another kind
│   └── VersionConflictError   412   the record is at another version than the writer saw
├── PreconditionNeededError    428   a write does not say which version its writer saw
├── ReusedTokenError           422   an Idempotency-Key came with another request before
├── BrokenBackupError          422   a backup file is damaged, incomplete or too new
├── SearchUnavailableError     503   no engine can answer now; carries when to try again
├── StoreUnavailableError      503   the store cannot be reached, or is not set up
├── ConfigurationError         500   settings are wrong; carries all faults
└── EngineError                500   an engine failed
    ├── EngineDamagedError     503   index files are missing or broken; a rebuild is due
    ├── EngineBusyError        503   another process holds the index for writing
    └── EngineUnavailableError 503   the engine's server cannot be reached, or gives no whole answer in time
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, what was given, what is wrong, and the nearest thing that would do."""

    field: str
    message: str
    hint: str | None = None


class CatalogError(Exception):
    """Base of all expected failures. ``detail`` is a Chinese sentence that says what to do."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal"
    title: ClassVar[str] = "服务内部错误"

    def __init__(
        self, detail: str = "", *, faults: tuple[Fault, ...] = (), retry_after_s: int | None = None
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.faults = faults
        self.retry_after_s = retry_after_s

    def extensions(self) -> Mapping[str, Any]:
        """Further members of the problem object."""
        return {}


class InvalidRequestError(CatalogError):
    """One or more parameters are wrong."""

    status, slug, title = 422, "invalid-request", "请求参数有误"


class CursorError(InvalidRequestError):
    """A page cursor that this catalogue did not make, or made for another query."""

    slug, title = "invalid-cursor", "翻页标记无效"


class UnreadableRequestError(CatalogError):
    """The request cannot be read: broken encoding or syntax."""

    status, slug, title = 400, "unreadable-request", "请求无法读取"


class InvalidRecordError(CatalogError):
    """A record breaks its schema or a rule."""

    status, slug, title = 422, "invalid-record", "记录不符合要求"


class NotFoundError(CatalogError):
    """No such record."""

    status, slug, title = 404, "not-found", "没有这条记录"


class GoneError(NotFoundError):
    """The record was withdrawn; its history remains."""

    status, slug, title = 410, "withdrawn", "该记录已撤回"

    def __init__(self, detail: str = "", *, withdrawn_at: str, version: int) -> None:
        super().__init__(detail)
        self.withdrawn_at, self.version = withdrawn_at, version

    def extensions(self) -> Mapping[str, Any]:
        return {"withdrawn_at": self.withdrawn_at, "version": self.version}


class NotOwnerError(CatalogError):
    """Only the owner region's node may write a record."""

    status, slug, title = 403, "not-owner", "无权修改其他区划的记录"


class AccessDeniedError(CatalogError):
    """A key is needed, or the one given is not valid. The answer never says which."""

    status, slug, title = 401, "access-denied", "需要有效的访问密钥"


class MissingScopeError(CatalogError):
    """The access key is valid, but lacks a scope or a region that this request needs."""

    status, slug, title = 403, "missing-scope", "密钥没有这项权限"


class ConflictError(CatalogError):
    """The record is not as the writer assumed."""

    status, slug, title = 409, "conflict", "记录已被他人修改"


class VersionConflictError(ConflictError):
    """The record is at another version than the writer saw. ``version``: the stored one, 0 if there is
    none."""

    status, slug, title = 412, "precondition-failed", "记录不是您看到的版本"

    def __init__(self, detail: str = "", *, version: int = 0) -> None:
        super().__init__(detail)
        self.version = version

    def extensions(self) -> Mapping[str, Any]:
        return {"version": self.version}


class PreconditionNeededError(CatalogError):
    """A write must say which version its writer saw, or that there was none: else it could undo another's."""

    status, slug, title = 428, "precondition-needed", "须说明所依据的版本"


class ReusedTokenError(CatalogError):
    """An Idempotency-Key names one request; this one came with another request before."""

    status, slug, title = 422, "reused-idempotency-key", "重试标记已用于另一个请求"


class BrokenBackupError(CatalogError):
    """A backup file cannot be restored: it is damaged, incomplete, no backup, or of a newer program."""

    status, slug, title = 422, "broken-backup", "备份文件不能使用"


class SearchUnavailableError(CatalogError):
    """No engine can answer now. Item and scenario pages go on."""

    status, slug, title = 503, "search-unavailable", "搜索暂时不可用"


class StoreUnavailableError(CatalogError):
    """The store cannot be reached or has not been set up."""

    status, slug, title = 503, "store-unavailable", "数据暂时无法读取"


class ConfigurationError(CatalogError):
    """Settings are wrong. Raised before anything is opened, with all faults at once."""

    slug, title = "configuration", "配置有误"


class EngineError(CatalogError):
    """A search engine failed in a way that a caller cannot mend."""

    slug, title = "engine", "搜索引擎出错"


class EngineDamagedError(EngineError):
    """Index files are missing or broken. The follower rebuilds the index from the store."""

    status, slug, title = 503, "engine-damaged", "搜索索引损坏，正在重建"


class EngineBusyError(EngineError):
    """Another process is writing the index."""

    status, slug, title = 503, "engine-busy", "搜索索引正在更新"


class EngineUnavailableError(EngineError):
    """The engine's server cannot be reached, is overloaded, or gave only part of an answer."""

    status, slug, title = 503, "engine-unavailable", "搜索服务器暂时不可用"
