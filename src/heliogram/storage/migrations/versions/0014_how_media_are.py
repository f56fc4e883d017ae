"""How long a sound or a film lasts, and how like a variant is to its original.

Revision ID: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("media", sa.Column("duration_ms", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("media_variants", sa.Column("similarity", sa.Float(), nullable=True))
