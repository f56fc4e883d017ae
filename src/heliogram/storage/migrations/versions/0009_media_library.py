"""The media library: a medium is in a folder, and is found by its octets and by the messages it went with.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_SINGLE = sa.text("media_id IS NOT NULL AND campaign_id IS NULL")


def upgrade() -> None:
    op.add_column("media", sa.Column("folder", sa.String(), nullable=False, server_default=""))
    op.create_index("ix_media_workspace_id_folder", "media", ["workspace_id", "folder", "id"])
    op.create_index("ix_media_workspace_id_sha256", "media", ["workspace_id", "sha256"])
    op.create_index("ix_campaigns_media_id", "campaigns", ["media_id"])
    op.create_index("ix_messages_media_id", "messages", ["media_id"], sqlite_where=_SINGLE, postgresql_where=_SINGLE)
