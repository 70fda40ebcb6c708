"""The epochs of the log: when each began, and why (a new database, a restored backup)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service_catalog.store.clock import timestamp, utc_now

revision = "0003"
down_revision = "0002"

_text = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_word = sa.String().with_variant(postgresql.VARCHAR(collation="C"), "postgresql")
_seq = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    epoch = op.create_table(
        "epoch",
        sa.Column("name", _word, primary_key=True),
        sa.Column("began_at", _word, nullable=False),
        sa.Column("reason", _text, nullable=False),
        sa.Column("source_epoch", _word),
        sa.Column("source_seq", _seq),
    )
    # A database from before this migration did not write down when its epoch began: then it is now.
    current = op.get_bind().execute(sa.text("SELECT epoch FROM counter")).scalar_one()
    op.bulk_insert(epoch, [{"name": current, "began_at": timestamp(utc_now()), "reason": "建立数据库"}])
