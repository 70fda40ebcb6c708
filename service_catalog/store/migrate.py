"""Bring a database to the schema this program needs."""

from __future__ import annotations

from sqlalchemy import text

from service_catalog.store.failures import translated
from service_catalog.store.schema import refuse_newer, stored_schema
from service_catalog.store.server import connect


def migrate(url: str) -> None:
    """Make or upgrade the tables at ``url``, in one transaction: killed in the middle it leaves nothing.

    Any number of processes may do it at once; the first does the work. Raises StoreUnavailableError if the
    place cannot be used or a newer program has changed it.
    """
    # Alembic takes 0.2 s to import, which serving never needs.
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", "service_catalog.store:migrations")
    server = connect(url, create=True)
    try:
        with translated(server.place), server.writer.begin() as connection:
            if server.schema_lock:
                connection.execute(text(server.schema_lock))
            refuse_newer(stored_schema(connection), server.place)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        server.close()
