"""Errors of the servers, told as StoreUnavailableError with one line that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from service_catalog.model.errors import StoreUnavailableError

RETRY_AFTER_S = 5
"""What callers are told to wait: longer than a restart of PostgreSQL, bearable for a person at a window."""

_BUSY = "数据库 {place} 正忙，等待写入超时：请稍后再试；若一直如此，请检查是否有卡住的进程"
_UNWRITABLE = "无法打开或写入数据库 {place}：请检查文件和文件夹是否存在，运行服务的用户是否有读写权限"
_UNSET = "数据库 {place} 尚未初始化：请先运行 catalog init"
_BROKEN = "数据库 {place} 已损坏，或不是本系统的数据库：请用备份恢复"
_UNREACHABLE = "无法连接数据库 {place}：请检查 PostgreSQL 是否已启动，CATALOG_STORE_URL 是否正确"

# SQLite result codes (sqlite.org/rescode.html), matched by their beginning: extended codes append to these.
_SQLITE = {
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "SQLITE_CANTOPEN": _UNWRITABLE,
    "SQLITE_READONLY": _UNWRITABLE,
    "SQLITE_PERM": _UNWRITABLE,
    "SQLITE_AUTH": _UNWRITABLE,
    "SQLITE_FULL": "数据库 {place} 所在磁盘已满：请腾出空间后重试",
    "SQLITE_IOERR": "读写数据库 {place} 时磁盘出错：请检查磁盘",
    "SQLITE_CORRUPT": _BROKEN,
    "SQLITE_NOTADB": _BROKEN,
}

# PostgreSQL error codes (appendix A of its manual), matched by their beginning.
_POSTGRES = {
    "08": _UNREACHABLE,
    "25006": "PostgreSQL {place} 是只读的备用服务器：请把 CATALOG_STORE_URL 改为主服务器",
    "28": "PostgreSQL 拒绝登录 {place}：请检查 CATALOG_STORE_URL 里的用户和密码",
    "3D": "PostgreSQL 中没有数据库 {place}：请先由管理员建库",
    "42P01": _UNSET,
    "42501": "PostgreSQL 用户没有操作 {place} 的权限：请由管理员授权",
    "53": "PostgreSQL 资源不足（磁盘、内存或连接数），{place} 暂时不可用：请检查服务器",
    "55P03": _BUSY,
    "57": _UNREACHABLE,
}


@contextmanager
def translated(place: str, raw: type[Exception] = DBAPIError) -> Iterator[None]:
    """Turns a server's failure inside the block into StoreUnavailableError. Mistakes of the program pass.

    ``raw``: the driver's own error class, where a block works on its connections directly.
    """
    try:
        yield
    except PoolTimeoutError as error:
        raise _unavailable(_BUSY, place) from error
    except (DBAPIError, raw) as error:
        line = _line(getattr(error, "orig", error))
        if line is None:
            raise
        raise _unavailable(line, place) from error


def _unavailable(line: str, place: str) -> StoreUnavailableError:
    return StoreUnavailableError(line.format(place=place), retry_after_s=RETRY_AFTER_S)


def _line(error: Any) -> str | None:
    name = getattr(error, "sqlite_errorname", None)
    if name == "SQLITE_ERROR":
        return _UNSET if "no such table" in str(error) else None
    if name is not None:
        return _longest(_SQLITE, name)
    sqlstate = getattr(error, "sqlstate", None)
    if sqlstate is not None:
        return _longest(_POSTGRES, sqlstate)
    # psycopg tells a failed or lost connection without a code.
    return _UNREACHABLE if type(error).__name__ == "OperationalError" else None


def _longest(lines: dict[str, str], code: str) -> str | None:
    return max(((key, line) for key, line in lines.items() if code.startswith(key)), default=(None, None))[1]
