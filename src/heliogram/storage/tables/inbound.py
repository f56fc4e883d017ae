"""What phones send us, stored before it is acknowledged and before anything is made of it."""

from sqlalchemy import Column, ForeignKey, Index, Integer, SmallInteger, String, Table, Text, UniqueConstraint, text

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
