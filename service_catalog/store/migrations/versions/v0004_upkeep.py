"""Work on search indexes: leases, events, and documents that an engine refused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

_text = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_word = sa.String().with_variant(postgresql.VARCHAR(collation="C"), "postgresql")
_seq = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "lease",
        sa.Column("name", _word, primary_key=True),
        sa.Column("owner", _word, nullable=False),
        sa.Column("taken_at", _word, nullable=False),
        sa.Column("expires_at", _word, nullable=False),
        sa.Column("note", _text, nullable=False),
    )
    op.create_table(
        "index_event",
        sa.Column("number", _seq, primary_key=True, autoincrement=False),
        sa.Column("at", _word, nullable=False),
        sa.Column("who", _text, nullable=False),
        sa.Column("engine", _word, nullable=False),
        sa.Column("action", _word, nullable=False),
        sa.Column("generation", _word, nullable=False),
        sa.Column("detail", _text, nullable=False),
    )
    op.create_table(
        "rejection",
        sa.Column("engine", _word, nullable=False),
        sa.Column("generation", _word, nullable=False),
        sa.Column("id", _word, nullable=False),
        sa.Column("seq", _seq, nullable=False),
        sa.Column("reason", _text, nullable=False),
        sa.PrimaryKeyConstraint("engine", "generation", "id"),
    )
