"""What phones send us, stored before it is acknowledged and before anything is made of it."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from heliogram.storage.tables import metadata
from heliogram.storage.types import Instant, Json

inbound = Table(
    "inbound",
    metadata,
    Column("id", String, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("account_id", String, nullable=False),
    Column("unique_key", String, nullable=False),
    Column("from_e164", String, nullable=False),
    Column("to_address", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("concat_reference", Integer),
    Column("concat_total", SmallInteger),
    Column("concat_number", SmallInteger),
    # Of a part of a longer text: as it came, without its header, and what it is written in (`wire.coded`). Null for
    # what came whole, from carriers that say only the text, and before 0015.
    Column("octets", LargeBinary),
    Column("coding", String),
    # What came along or is to be fetched, as the carrier said it; `inbound_media` has what became of each.
    Column("media", Json, nullable=False),
    Column("at", Instant, nullable=False),
    Column("raw", Text, nullable=False),
    # Null until read; then "stop", "start", "help", "other", "part" (of a longer text).
    Column("read_as", String),
    UniqueConstraint("account_id", "unique_key"),
    Index("ix_inbound_workspace_from", "workspace_id", "from_e164", "at"),
    Index(
        "ix_inbound_unread",
        "at",
        "id",
        sqlite_where=text("read_as IS NULL"),
        postgresql_where=text("read_as IS NULL"),
    ),
)

inbound_media = Table(
    "inbound_media",
    metadata,
    Column("id", String, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("inbound_id", ForeignKey("inbound.id"), nullable=False),
    Column("account_id", String, nullable=False),
    Column("position", SmallInteger, nullable=False),
    # Where it is to be fetched, "" for what came along: that is in the blobs by its hash already.
    Column("url", Text, nullable=False),
    Column("sha256", String, nullable=False),
    Column("filename", String, nullable=False),
    # As the carrier says; once it is kept, as its octets say.
    Column("content_type", String, nullable=False),
    # "waiting", "kept", "words" (its text is the message's), "refused" (not to be shown) or "lost" (never got).
    Column("state", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("n_octets", BigInteger, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("n_tries", SmallInteger, nullable=False),
    # When it is tried again, set before each try; null once there is nothing left to do.
    Column("due_at", Instant),
    UniqueConstraint("inbound_id", "position"),
    Index("ix_inbound_media_due_at", "due_at"),
)
