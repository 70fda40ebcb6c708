"""Run by Alembic. The connection, with its transaction, comes from ``store.migrate``."""

from alembic import context

from service_catalog.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
