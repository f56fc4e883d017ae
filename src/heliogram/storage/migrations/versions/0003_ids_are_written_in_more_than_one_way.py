"""Receipts may write the ids of answers in another way; which one, is learnt for each account.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("receipts", sa.Column("answer_id", sa.String(), nullable=True))
    op.create_table(
        "id_forms",
        sa.Column("account_id", sa.String(), sa.ForeignKey("accounts.id"), primary_key=True),
        sa.Column("workspace_id", sa.String(), sa.ForeignKey("workspaces.id"), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("votes", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
