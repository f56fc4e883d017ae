"""Messages, the lanes they queue in, and the append-only history of handing them over."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from heliogram.storage.tables import metadata
from heliogram.storage.types import Instant, Json

# One ordered stream of messages: a campaign's, or a group's single messages.
lanes = Table(
    "lanes",
    metadata,
    Column("id", String, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("group_id", ForeignKey("groups.id"), nullable=False),
    Column("campaign_id", ForeignKey("campaigns.id"), unique=True),
    Column("state", String, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    # The number of the last message added, and of the last one decided on: the queue is what lies between.
    Column("tail", BigInteger, nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("owner", String),
    Column("lease_until", Instant),
    # A campaign's, as it was launched. Null: the group's of the moment.
    Column("text_rules", Json),
    Index("ix_lanes_group", "group_id"),
)

messages = Table(
    "messages",
    metadata,
    Column("lane_id", ForeignKey("lanes.id"), primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("group_id", String, nullable=False),
    Column("campaign_id", String),
    Column("contact_id", String),
    Column("phone_e164", String, nullable=False),
    Column("country", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("content", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("media_id", String),
    # With several media: which, in order. `media_id` is the first of them.
    Column("album_id", String),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("expires_at", Instant),
    Column("held_until", Instant),
    Column("held_reason", String),
    # The sender that a reply is from: the number the person wrote to.
    Column("from_address", String),
    # What stands for the body where the picture becomes a link; null: the body itself.
    Column("fallback_body", Text),
    # What a single message wants otherwise.
    Column("text_rules", Json),
    # Somebody wants it stopped that had not been handed over: its turn ends it.
    Column("canceled_at", Instant),
    UniqueConstraint("campaign_id", "contact_id"),
    Index("ix_messages_workspace_phone", "workspace_id", "phone_e164"),
    # A campaign's messages have the campaign's picture, so that only the others are looked for.
    Index(
        "ix_messages_media_id",
        "media_id",
        sqlite_where=text("media_id IS NOT NULL AND campaign_id IS NULL"),
        postgresql_where=text("media_id IS NOT NULL AND campaign_id IS NULL"),
    ),
)

# Retries, released holds and what else must go before or outside the lane's order. Kept small: the rest stays in line.
ready = Table(
    "ready",
    metadata,
    Column("message_id", String, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("lane_id", ForeignKey("lanes.id"), nullable=False),
    Column("ready_at", Instant, nullable=False),
    Column("n_burned", SmallInteger, nullable=False),
    Column("forced_reason", String),
    # The account that had no room when the message's turn came: it stands aside, so that others may pass.
    Column("waits_for", String),
    # The account that could not take it just then.
    Column("avoids", String),
    Index("ix_ready_lane_at", "lane_id", "ready_at"),
)

message_states = Table(
    "message_states",
    metadata,
    Column("message_id", String, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("lane_id", String, nullable=False),
    Column("campaign_id", String),
    Column("state", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_message_states_campaign_state", "campaign_id", "state", "message_id"),
    Index(
        "ix_message_states_sending",
        "lane_id",
        sqlite_where=text("state = 'sending'"),
        postgresql_where=text("state = 'sending'"),
    ),
    # Handed over and not yet known to have ended: small, as almost all have their receipt within minutes.
    Index(
        "ix_message_states_waiting",
        "state",
        "at",
        "message_id",
        sqlite_where=text("state IN ('sent', 'unknown')"),
        postgresql_where=text("state IN ('sent', 'unknown')"),
    ),
)

attempts = Table(
    "attempts",
    metadata,
    Column("message_id", String, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("account_id", String, nullable=False),
    Column("sender_id", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("encoding", String, nullable=False),
    Column("n_segments", SmallInteger, nullable=False),
    Column("link_token", String),
    Column("variant_sha256", String),
    # Of all media together.
    Column("variant_octets", Integer),
    # Each medium as it went, in order, where there are several: its sha256, type and octets.
    Column("variants", Json),
    Column("fact_id", String),
    Column("reference", Integer, nullable=False),
    # What was done to the text on its way into segments; null where it left as it was written.
    Column("rewriting", Json),
    # What was known of the number, where that chose the way.
    Column("number_fact", Json),
    # The account it would have gone by, where another stood in, and why.
    Column("instead_of", String),
    Column("instead_why", String),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("message_id", String, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", String, nullable=False),
    Column("code", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("is_permanent", Boolean),
    Column("carrier_ids", Json, nullable=False),
    Column("exchange", Text, nullable=False),
)

# Carriers repeat ids, so an id alone names no attempt: the rest of the key keeps every claim to it.
carrier_refs = Table(
    "carrier_refs",
    metadata,
    Column("account_id", String, primary_key=True),
    Column("carrier_id", String, primary_key=True),
    Column("message_id", String, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("part", SmallInteger, primary_key=True),
    Column("n_parts", SmallInteger, nullable=False),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Index("ix_carrier_refs_message_id", "message_id"),
)

# What carriers were asked because no receipt came: how often, when last, and what they said when that was no news.
questions = Table(
    "questions",
    metadata,
    Column("account_id", String, primary_key=True),
    Column("carrier_id", String, primary_key=True),
    Column("message_id", String, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("n_asked", SmallInteger, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("code", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Index("ix_questions_message_id", "message_id"),
)

receipts = Table(
    "receipts",
    metadata,
    Column("account_id", String, primary_key=True),
    Column("carrier_id", String, primary_key=True),
    Column("news", String, primary_key=True),
    Column("about_e164", String, nullable=False),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("code", String, nullable=False),
    # What the code means in our own vocabulary (`model.reasons`), "" where that is not known.
    Column("why", String, nullable=False, server_default=""),
    Column("raw", Text, nullable=False),
    # The carrier said so when it was asked, not of its own accord.
    Column("is_asked", Boolean, nullable=False, server_default=false()),
    # Filled in when the id is known; a receipt may overtake the answer that names it.
    Column("message_id", String),
    # The id as the answer had it, where the receipt writes it in another way.
    Column("answer_id", String),
    Index("ix_receipts_message_id", "message_id"),
    Index(
        "ix_receipts_unmatched",
        "account_id",
        "about_e164",
        sqlite_where=text("message_id IS NULL"),
        postgresql_where=text("message_id IS NULL"),
    ),
)

# Messages that somebody wants back from their carrier. While `done_at` is null, the carrier is still to be asked.
cancellations = Table(
    "cancellations",
    metadata,
    Column("message_id", String, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("done_at", Instant),
    # Why it goes on its way all the same, "" where the carrier took it back.
    Column("code", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Index("ix_cancellations_done_at", "done_at"),
)

# How an account's receipts write the ids of its answers: learnt, or said in its settings. None: as they are.
id_forms = Table(
    "id_forms",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("form", String, nullable=False),
    # Form → how many receipts could only be read in it.
    Column("votes", Json, nullable=False),
    Column("at", Instant, nullable=False),
)

# Troubles that stand, until they are over and somebody was told so.
alerts = Table(
    "alerts",
    metadata,
    Column("workspace_id", ForeignKey("workspaces.id"), primary_key=True),
    Column("kind", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("told_at", Instant),
    Column("clear_since", Instant),
)

# What one process at a time does for all. A duty is free again when its lease has run out.
duties = Table(
    "duties",
    metadata,
    Column("name", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("lease_until", Instant, nullable=False),
)
