"""Parts of a longer text keep the octets they came as, so that a character cut between two is read whole.

Revision ID: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbound", sa.Column("octets", sa.LargeBinary(), nullable=True))
    op.add_column("inbound", sa.Column("coding", sa.String(), nullable=True))
