"""Expected failures, told in one line that says what to do."""

from __future__ import annotations

import errno
from typing import Any, NoReturn

import click

from service_catalog.cli.printing import show
from service_catalog.model.errors import CatalogError, SearchUnavailableError

SHOWN_FAULTS = 5
"""Faults told in the line; more would hide the first one."""

_REASONS = {
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "文件系统只读",
    errno.ENOSPC: "磁盘已满",
    errno.ENOENT: "不存在",
    errno.ENOTDIR: "上级不是文件夹",
    errno.EISDIR: "是文件夹，不是文件",
}


class Group(click.Group):
    """Says expected failures in one line instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SearchUnavailableError as error:
            # The rebuild that the search has begun ends with this process.
            fail(f"没有可用的搜索索引，请先执行 catalog rebuild（{error.detail}）")
        except CatalogError as error:
            fail(sentence(error))
        except OSError as error:
            if error.filename is None:
                raise  # not about a file, such as a closed pipe
            reason = _REASONS.get(error.errno or 0, error.strerror)
            fail(f"无法读写 {error.filename}（{reason}）；请检查路径和当前用户的权限")


def fail(message: str) -> NoReturn:
    """End with one line on standard error and exit code 1."""
    show(f"错误：{' '.join(message.split())}", err=True)
    raise SystemExit(1)


def sentence(error: CatalogError) -> str:
    """What went wrong, with what the first faults add to it."""
    told = [error.detail]
    for fault in error.faults[:SHOWN_FAULTS]:
        if fault.message not in error.detail:
            told.append(f"{fault.field}：{fault.message}")
        if fault.hint:
            told.append(fault.hint)
    return "；".join(dict.fromkeys(told))
