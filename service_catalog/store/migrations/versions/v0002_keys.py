"""Access keys, and receipts of writes (Idempotency-Key)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

_text = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_word = sa.String().with_variant(postgresql.VARCHAR(collation="C"), "postgresql")


def upgrade() -> None:
    _make_access_key()
    _make_receipt()


def _make_access_key() -> None:
    op.create_table(
        "access_key",
        sa.Column("id", _word, primary_key=True),
        sa.Column("name", _text, nullable=False),
        sa.Column("salt", _word, nullable=False),
        sa.Column("digest", _word, nullable=False),
        sa.Column("scopes", _text, nullable=False),
        sa.Column("regions", _text, nullable=False),
        sa.Column("created_at", _word, nullable=False),
        sa.Column("expires_at", _word),
        sa.Column("revoked_at", _word),
    )


def _make_receipt() -> None:
    op.create_table(
        "receipt",
        sa.Column("key_id", _word, nullable=False),
        sa.Column("token", _word, nullable=False),
        sa.Column("digest", _word, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", _text, nullable=False),
        sa.Column("body", _text, nullable=False),
        sa.Column("created_at", _word, nullable=False),
        sa.PrimaryKeyConstraint("key_id", "token"),
    )
    op.create_index("receipt_age", "receipt", ["created_at"])
