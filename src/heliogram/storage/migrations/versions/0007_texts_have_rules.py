"""How a text may be spelled, how many segments it may have: said by groups, campaigns and messages.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("groups", "campaigns", "lanes", "messages"):
        op.add_column(table, sa.Column("text_rules", sa.Text(), nullable=True))
    op.add_column("attempts", sa.Column("rewriting", sa.Text(), nullable=True))
