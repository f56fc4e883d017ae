"""Campaigns, the checkpoint of their expansion, and the counts shown while they run."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from heliogram.storage.tables import metadata
from heliogram.storage.types import Instant, Json

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", String, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("name", String, nullable=False),
    Column("state", String, nullable=False),
    Column("group_id", ForeignKey("groups.id"), nullable=False),
    Column("body", Text, nullable=False),
    # The author's text for phones without pictures; empty: the body, with the link behind it.
    Column("fallback_body", Text, nullable=False, server_default=""),
    Column("media_id", ForeignKey("media.id")),
    # With several media: which, in order. `media_id` is the first of them.
    Column("album_id", String),
    Column("content", String, nullable=False),
    # A draft's: what it wants otherwise than its group. From the launch on: all of the rules it is sent by.
    Column("text_rules", Json),
    Column("audience_kind", String, nullable=False),
    Column("list_id", ForeignKey("lists.id")),
    Column("n_audience", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("launched_at", Instant),
    Column("finished_at", Instant),
    # The last contact whose message exists. Moved in the transaction that adds the messages, never apart.
    Column("expanded_to", String, nullable=False),
    Column("is_expanded", Boolean, nullable=False),
    Index("ix_campaigns_workspace_id_id", "workspace_id", "id"),
    Index("ix_campaigns_state", "state"),
    Index("ix_campaigns_media_id", "media_id"),
    Index("ix_campaigns_album_id", "album_id"),
)

campaign_counts = Table(
    "campaign_counts",
    metadata,
    Column("campaign_id", ForeignKey("campaigns.id"), primary_key=True),
    # "state", "channel", "skipped" or "failed"
    Column("kind", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("n", BigInteger, nullable=False),
)
