"""The first schema: records, revisions, the log with its counter, links and dictionaries."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

_text = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_word = sa.String().with_variant(postgresql.VARCHAR(collation="C"), "postgresql")
_seq = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _make_counter()
    _make_record()
    _make_revision()
    _make_change()
    _make_link()
    _make_dictionary()


def _make_counter() -> None:
    counter = op.create_table(
        "counter",
        sa.Column("one", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("seq", _seq, nullable=False),
        sa.Column("epoch", _word, nullable=False),
        sa.CheckConstraint("one = 1", name="counter_one_row"),
    )
    op.bulk_insert(counter, [{"one": 1, "seq": 0, "epoch": secrets.token_hex(8)}])


def _make_record() -> None:
    op.create_table(
        "record",
        sa.Column("id", _word, primary_key=True),
        *_envelope(),
        sa.Column("name", _text),
        sa.Column("department", _text),
        *_revision_fields(),
    )
    op.create_index("record_listing", "record", ["kind", "deleted", "id", "owner", "department"])


def _make_revision() -> None:
    op.create_table(
        "revision",
        sa.Column("id", _word, sa.ForeignKey("record.id", name="revision_record"), nullable=False),
        *_envelope(),
        *_revision_fields(),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_index("revision_seq", "revision", ["seq"], unique=True)


def _make_change() -> None:
    op.create_table(
        "change",
        sa.Column("seq", _seq, primary_key=True, autoincrement=False),
        sa.Column("id", _word, nullable=False),
        sa.Column("kind", _word, nullable=False),
        sa.Column("owner", _word, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("hash", _word, nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("changed_at", _word, nullable=False),
    )
    op.create_index("change_kind", "change", ["kind", "seq"])


def _make_link() -> None:
    op.create_table(
        "link",
        sa.Column("source", _word, sa.ForeignKey("record.id", name="link_source"), nullable=False),
        sa.Column("target", _word, nullable=False),
        sa.PrimaryKeyConstraint("source", "target"),
    )
    op.create_index("link_target", "link", ["target"])


def _make_dictionary() -> None:
    op.create_table(
        "dictionary",
        sa.Column("hash", _word, primary_key=True),
        sa.Column("body", _text, nullable=False),
        sa.Column("created_at", _word, nullable=False),
    )


def _envelope() -> list[sa.Column[object]]:
    return [
        sa.Column("kind", _word, nullable=False),
        sa.Column("owner", _word, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("seq", _seq, nullable=False),
        sa.Column("hash", _word, nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
    ]


def _revision_fields() -> list[sa.Column[object]]:
    return [
        sa.Column("body", _text, nullable=False),
        sa.Column("changed_at", _word, nullable=False),
        sa.Column("author", _text, nullable=False),
        sa.Column("reason", _text, nullable=False),
    ]
