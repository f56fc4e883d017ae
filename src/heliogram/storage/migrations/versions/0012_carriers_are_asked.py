"""Carriers are asked what became of messages that have no receipt, and to take messages back.

Revision ID: 0012
"""

import sqlalchemy as sa
from alembic import op

from heliogram.storage import types

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "questions",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("carrier_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("n_asked", sa.SmallInteger(), nullable=False),
        sa.Column("asked_at", types.Instant(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_questions_workspace_id")),
        sa.PrimaryKeyConstraint("account_id", "carrier_id", "message_id", name=op.f("pk_questions")),
    )
    op.create_index("ix_questions_message_id", "questions", ["message_id"])
    op.add_column("receipts", sa.Column("is_asked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_carrier_refs_message_id", "carrier_refs", ["message_id"])
    op.create_index(
        "ix_message_states_waiting",
        "message_states",
        ["state", "at", "message_id"],
        sqlite_where=sa.text("state IN ('sent', 'unknown')"),
        postgresql_where=sa.text("state IN ('sent', 'unknown')"),
    )
    op.create_table(
        "cancellations",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("done_at", types.Instant(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_cancellations_workspace_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_cancellations")),
    )
    op.create_index("ix_cancellations_done_at", "cancellations", ["done_at"])
    op.add_column("messages", sa.Column("canceled_at", types.Instant(), nullable=True))
