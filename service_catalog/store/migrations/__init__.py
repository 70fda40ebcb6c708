"""Alembic migrations, run by ``store.migrate``. A new one gets the next number (see ``store.schema``)."""
