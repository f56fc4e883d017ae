"""Pictures as uploaded, the variants made of them for each route, albums of several, and the links that show them."""

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, SmallInteger, String, Table

from heliogram.storage.tables import metadata
from heliogram.storage.types import Instant

media = Table(
    "media",
    metadata,
    Column("id", String, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("sha256", String, nullable=False),
    Column("filename", String, nullable=False),
    Column("content_type", String, nullable=False),
    Column("n_octets", BigInteger, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("frames", Integer, nullable=False),
    Column("alt_text", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    # "" for none. A folder is there as long as something is in it.
    Column("folder", String, nullable=False, server_default=""),
    # Of a sound or a film; 0 for all else, and where nobody knows.
    Column("duration_ms", BigInteger, nullable=False, server_default="0"),
    Index("ix_media_workspace_id_id", "workspace_id", "id"),
    Index("ix_media_workspace_id_folder", "workspace_id", "folder", "id"),
    Index("ix_media_workspace_id_sha256", "workspace_id", "sha256"),
)

media_variants = Table(
    "media_variants",
    metadata,
    Column("media_id", ForeignKey("media.id"), primary_key=True),
    Column("budget_octets", BigInteger, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("sha256", String, nullable=False),
    Column("content_type", String, nullable=False),
    Column("n_octets", BigInteger, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("quality", Integer),
    # To the original in the same size, 0 to 1; NULL for an animation and for what was made before this was measured.
    Column("similarity", Float),
    Column("created_at", Instant, nullable=False),
)

# Written once and never changed: an album is named after what is in it.
album_media = Table(
    "album_media",
    metadata,
    Column("album_id", String, primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("media_id", ForeignKey("media.id"), nullable=False),
    Index("ix_album_media_media_id", "media_id"),
)

links = Table(
    "links",
    metadata,
    Column("token", String, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("media_id", ForeignKey("media.id"), nullable=False),
    Column("album_id", String),
    Column("message_id", String, nullable=False),
    Column("campaign_id", String),
    Column("expires_at", Instant, nullable=False),
    Index("ix_links_message_id", "message_id"),
)

link_opens = Table(
    "link_opens",
    metadata,
    Column("id", String, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("token", String, nullable=False),
    Column("campaign_id", String),
    Column("at", Instant, nullable=False),
    # Fetched by a program that draws link previews, not by a person.
    Column("is_preview", Boolean, nullable=False),
    Column("user_agent", String, nullable=False),
    Index("ix_link_opens_campaign_id", "campaign_id"),
)
