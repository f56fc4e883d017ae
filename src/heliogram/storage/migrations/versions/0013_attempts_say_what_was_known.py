"""An attempt keeps the fact about the number that chose its way, and which account it went by instead of which.

Revision ID: 0013
"""

import sqlalchemy as sa
from alembic import op

from heliogram.storage import types

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attempts", sa.Column("number_fact", types.Json(), nullable=True))
    op.add_column("attempts", sa.Column("instead_of", sa.String(), nullable=True))
    op.add_column("attempts", sa.Column("instead_why", sa.String(), nullable=True))
    op.add_column("ready", sa.Column("avoids", sa.String(), nullable=True))
    op.create_table(
        "sender_failovers",
        sa.Column("sender_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["sender_id"], ["senders.id"], name=op.f("fk_sender_failovers_sender_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_sender_failovers_workspace_id")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sender_failovers_account_id")),
        sa.PrimaryKeyConstraint("sender_id", "channel", "position", name=op.f("pk_sender_failovers")),
    )
