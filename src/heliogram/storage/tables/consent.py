"""The consent ledger (append-only, each fact carrying the hash of the one before) and where each number stands."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint

from heliogram.storage.tables import metadata
from heliogram.storage.types import Instant

consent_facts = Table(
    "consent_facts",
    metadata,
    Column("id", String, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("group_id", ForeignKey("groups.id"), nullable=False),
    Column("phone_e164", String, nullable=False),
    Column("state", String, nullable=False),
    Column("source", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("previous_hash", String, nullable=False),
    Column("hash", String, nullable=False),
    UniqueConstraint("workspace_id", "position"),
    Index("ix_consent_facts_workspace_phone", "workspace_id", "phone_e164"),
)

# One row a workspace: its lock puts the facts of all processes in one order, so the chain has no forks.
consent_heads = Table(
    "consent_heads",
    metadata,
    Column("workspace_id", ForeignKey("workspaces.id"), primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("hash", String, nullable=False),
)

consent_standings = Table(
    "consent_standings",
    metadata,
    Column("group_id", ForeignKey("groups.id"), primary_key=True),
    Column("phone_e164", String, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("state", String, nullable=False),
    Column("source", String, nullable=False),
    Column("fact_id", String, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_consent_standings_workspace_phone", "workspace_id", "phone_e164"),
)
