"""A message may have several media, in an order: an album.

Revision ID: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "album_media",
        sa.Column("album_id", sa.String(), primary_key=True),
        sa.Column("position", sa.SmallInteger(), primary_key=True),
        sa.Column("workspace_id", sa.String(), sa.ForeignKey("workspaces.id"), nullable=False),
        sa.Column("media_id", sa.String(), sa.ForeignKey("media.id"), nullable=False),
    )
    op.create_index("ix_album_media_media_id", "album_media", ["media_id"])
    for table in ("campaigns", "messages", "links"):
        op.add_column(table, sa.Column("album_id", sa.String(), nullable=True))
    op.add_column("attempts", sa.Column("variants", sa.Text(), nullable=True))
    op.create_index("ix_campaigns_album_id", "campaigns", ["album_id"])
