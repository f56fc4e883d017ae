"""People and the lists they are on, what each imported file did, and what is known of numbers."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from heliogram.storage.tables import metadata
from heliogram.storage.types import Instant, Json

contacts = Table(
    "contacts",
    metadata,
    Column("id", String, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("phone_e164", String, nullable=False),
    Column("country", String, nullable=False),
    # From a lookup, a receipt or an inbound message, never from the prefix: numbers are ported.
    Column("network", String),
    Column("is_landline", Boolean, nullable=False),
    Column("first_name", String, nullable=False),
    Column("last_name", String, nullable=False),
    Column("attributes", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("workspace_id", "phone_e164"),
    Index("ix_contacts_workspace_id_id", "workspace_id", "id"),
)

lists = Table(
    "lists",
    metadata,
    Column("id", String, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("name", String, nullable=False),
    Column("n_people", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
)

list_members = Table(
    "list_members",
    metadata,
    Column("list_id", ForeignKey("lists.id"), primary_key=True),
    Column("contact_id", ForeignKey("contacts.id"), primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
)

imports = Table(
    "imports",
    metadata,
    Column("id", String, primary_key=True),
    Column("workspace_id", ForeignKey("workspaces.id"), nullable=False),
    Column("list_id", ForeignKey("lists.id"), nullable=False),
    Column("filename", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("report", Json, nullable=False),
)

# One row for each thing that is known of a number: the newest word.
number_facts = Table(
    "number_facts",
    metadata,
    Column("workspace_id", ForeignKey("workspaces.id"), primary_key=True),
    Column("phone_e164", String, primary_key=True),
    # "mms", "network" or "line"
    Column("kind", String, primary_key=True),
    Column("value", String, nullable=False),
    # "lookup", "receipt", "answer" or "inbound"
    Column("source", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("detail", String, nullable=False),
)
