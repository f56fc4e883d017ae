"""What is known of numbers, and what a receipt means.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op

from heliogram.storage import types

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "number_facts",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("phone_e164", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("until", types.Instant(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_number_facts_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "phone_e164", "kind", name=op.f("pk_number_facts")),
    )
    op.add_column("receipts", sa.Column("why", sa.String(), nullable=False, server_default=""))
    op.add_column("groups", sa.Column("unknown_mms", sa.String(), nullable=False, server_default="picture"))
