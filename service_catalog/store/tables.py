"""The tables. Migrations make them (store/migrations); a test holds both equal.

``body`` is a record's canonical JSON. ``name`` and ``department`` are copies of content fields, for listings.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)
from sqlalchemy.dialects import postgresql

metadata = MetaData()

# Ids must sort alike everywhere: SQLite compares bytes, PostgreSQL by the database's locale unless told "C".
_text = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_word = String().with_variant(postgresql.VARCHAR(collation="C"), "postgresql")
# On SQLite only INTEGER becomes the row id itself; BIGINT would cost a second index.
_seq = BigInteger().with_variant(Integer(), "sqlite")

counter = Table(
    "counter",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("seq", _seq, nullable=False),
    Column("epoch", _word, nullable=False),
    CheckConstraint("one = 1", name="counter_one_row"),
)

record = Table(
    "record",
    metadata,
    Column("id", _word, primary_key=True),
    Column("kind", _word, nullable=False),
    Column("owner", _word, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("seq", _seq, nullable=False),
    Column("hash", _word, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("name", _text),
    Column("department", _text),
    Column("body", _text, nullable=False),
    Column("changed_at", _word, nullable=False),
    Column("author", _text, nullable=False),
    Column("reason", _text, nullable=False),
)

# Holds every column that listings, counts and departments look at, so that these never read the bodies.
Index("record_listing", record.c.kind, record.c.deleted, record.c.id, record.c.owner, record.c.department)

revision = Table(
    "revision",
    metadata,
    Column("id", _word, ForeignKey("record.id", name="revision_record"), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("seq", _seq, nullable=False),
    Column("kind", _word, nullable=False),
    Column("owner", _word, nullable=False),
    Column("hash", _word, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("body", _text, nullable=False),
    Column("author", _text, nullable=False),
    Column("reason", _text, nullable=False),
    Column("changed_at", _word, nullable=False),
    PrimaryKeyConstraint("id", "version"),
)

Index("revision_seq", revision.c.seq, unique=True)

change = Table(
    "change",
    metadata,
    Column("seq", _seq, primary_key=True, autoincrement=False),
    Column("id", _word, nullable=False),
    Column("kind", _word, nullable=False),
    Column("owner", _word, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("hash", _word, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("changed_at", _word, nullable=False),
)

Index("change_kind", change.c.kind, change.c.seq)

link = Table(
    "link",
    metadata,
    Column("source", _word, ForeignKey("record.id", name="link_source"), nullable=False),
    Column("target", _word, nullable=False),
    PrimaryKeyConstraint("source", "target"),
)

Index("link_target", link.c.target)

dictionary = Table(
    "dictionary",
    metadata,
    Column("hash", _word, primary_key=True),
    Column("body", _text, nullable=False),
    Column("created_at", _word, nullable=False),
)

access_key = Table(
    "access_key",
    metadata,
    Column("id", _word, primary_key=True),
    Column("name", _text, nullable=False),
    Column("salt", _word, nullable=False),
    Column("digest", _word, nullable=False),
    Column("scopes", _text, nullable=False),
    Column("regions", _text, nullable=False),
    Column("created_at", _word, nullable=False),
    Column("expires_at", _word),
    Column("revoked_at", _word),
)

# Not tied to access_key: a receipt holds no more than its client was told, and goes by itself after a day.
receipt = Table(
    "receipt",
    metadata,
    Column("key_id", _word, nullable=False),
    Column("token", _word, nullable=False),
    Column("digest", _word, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", _text, nullable=False),
    Column("body", _text, nullable=False),
    Column("created_at", _word, nullable=False),
    PrimaryKeyConstraint("key_id", "token"),
)

Index("receipt_age", receipt.c.created_at)

# One row an epoch, the current one included. Sources are set where it began with a restored backup.
epoch = Table(
    "epoch",
    metadata,
    Column("name", _word, primary_key=True),
    Column("began_at", _word, nullable=False),
    Column("reason", _text, nullable=False),
    Column("source_epoch", _word),
    Column("source_seq", _seq),
)

lease = Table(
    "lease",
    metadata,
    Column("name", _word, primary_key=True),
    Column("owner", _word, nullable=False),
    Column("taken_at", _word, nullable=False),
    Column("expires_at", _word, nullable=False),
    Column("note", _text, nullable=False),
)

index_event = Table(
    "index_event",
    metadata,
    Column("number", _seq, primary_key=True, autoincrement=False),
    Column("at", _word, nullable=False),
    Column("who", _text, nullable=False),
    Column("engine", _word, nullable=False),
    Column("action", _word, nullable=False),
    Column("generation", _word, nullable=False),
    Column("detail", _text, nullable=False),
)

rejection = Table(
    "rejection",
    metadata,
    Column("engine", _word, nullable=False),
    Column("generation", _word, nullable=False),
    Column("id", _word, nullable=False),
    Column("seq", _seq, nullable=False),
    Column("reason", _text, nullable=False),
    PrimaryKeyConstraint("engine", "generation", "id"),
)
