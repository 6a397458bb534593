"""Announcements of operations, before the menu or in the queue."""

from __future__ import annotations

from alembic import op

from ivr.migrations.schema import import_tables
from ivr.storage.database import metadata

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; in a new database the first revision has made it already."""
    import_tables()
    metadata.tables["announcements"].create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Drop it; announcements that run are heard no more."""
    op.drop_table("announcements")
