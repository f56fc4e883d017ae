"""The text that goes where the picture cannot is the author's to write.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("fallback_body", sa.Text(), nullable=False, server_default=""))
    op.add_column("messages", sa.Column("fallback_body", sa.Text(), nullable=True))
