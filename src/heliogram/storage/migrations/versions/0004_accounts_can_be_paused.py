"""A carrier account can be paused: it hears, and nothing is handed over to it.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("is_paused", sa.Boolean(), nullable=False, server_default=sa.false()))
