"""Subscription groups, their senders, what networks said of them, and the carrier accounts they go through."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint, false

from heliogram.storage.tables import metadata
from heliogram.storage.types import Instant, Json

accounts = Table(
    "accounts",
    metadata,
    Column("id", String, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("carrier", String, nullable=False),
    Column("settings", Json, nullable=False),
    # Encrypted with a key that lives outside the database.
    Column("secret", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    # It hears what the carrier says, and nothing is handed over to it.
    Column("is_paused", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("workspace_id", "name"),
)

groups = Table(
    "groups",
    metadata,
    Column("id", String, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("name", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("fallback_carrier_not_approved", Boolean, nullable=False),
    Column("fallback_sender_cannot_mms", Boolean, nullable=False),
    Column("fallback_media_not_taken", Boolean, nullable=False),
    # What a number gets of which nobody knows whether it takes pictures: "picture" or "link".
    Column("unknown_mms", String, nullable=False, server_default="picture"),
    Column("link_base_url", String),
    Column("help_text", Text, nullable=False),
    # Null: the defaults.
    Column("text_rules", Json),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("workspace_id", "name"),
)

senders = Table(
    "senders",
    metadata,
    Column("id", String, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("kind", String, nullable=False),
    Column("address", String, nullable=False),
    Column("countries", Json, nullable=False),
    Column("mms_enabled", Boolean, nullable=False),
    Column("may_go_abroad", Boolean, nullable=False),
    Column("sms_account_id", ForeignKey("accounts.id")),
    Column("mms_account_id", ForeignKey("accounts.id")),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("workspace_id", "address"),
)

group_senders = Table(
    "group_senders",
    metadata,
    Column("group_id", ForeignKey("groups.id"), primary_key=True),
    Column("sender_id", ForeignKey("senders.id"), primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("position", Integer, nullable=False),
)

# The accounts that stand in for a sender's first one, for texts ("sms") and for picture messages ("mms").
sender_failovers = Table(
    "sender_failovers",
    metadata,
    Column("sender_id", ForeignKey("senders.id"), primary_key=True),
    Column("channel", String, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
)

sender_approvals = Table(
    "sender_approvals",
    metadata,
    Column("sender_id", ForeignKey("senders.id"), primary_key=True),
    Column("network", String, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("status", String, nullable=False),
    Column("at", Instant, nullable=False),
)
