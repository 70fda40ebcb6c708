"""Which schema this program needs, and whether a database has it."""

from __future__ import annotations

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select

from service_catalog.model.errors import StoreUnavailableError

SCHEMA = "0004"
"""The newest migration; numbers ascend. Here, so that opening a store need not import Alembic."""

_alembic_version = Table("alembic_version", MetaData(), Column("version_num", String))


def stored_schema(connection: Connection) -> str | None:
    """The migration a database is at, None if it has none of our tables."""
    if not inspect(connection).has_table(_alembic_version.name):
        return None
    return connection.execute(select(_alembic_version.c.version_num)).scalar()


def require_schema(connection: Connection, place: str) -> None:
    """Raises StoreUnavailableError, with what to run, unless the database is at ``SCHEMA``."""
    found = stored_schema(connection)
    if found is None:
        raise StoreUnavailableError(f"数据库 {place} 尚未初始化：请先运行 catalog init")
    refuse_newer(found, place)
    if found != SCHEMA:
        raise StoreUnavailableError(
            f"数据库 {place} 的结构（{found}）早于本程序（{SCHEMA}）：请运行 catalog init 升级，数据会保留"
        )


def refuse_newer(found: str | None, place: str) -> None:
    """Raises StoreUnavailableError if a newer program has changed the database: this one would damage it."""
    if found is not None and found > SCHEMA:
        raise StoreUnavailableError(
            f"数据库 {place} 的结构（{found}）比本程序（{SCHEMA}）新：请升级本程序，装好后再运行 catalog init"
        )
