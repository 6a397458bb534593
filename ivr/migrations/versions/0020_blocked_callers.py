"""Callers whom operations block for a time."""

from __future__ import annotations

from alembic import op

from ivr.migrations.schema import import_tables
from ivr.storage.database import metadata

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; in a new database the first revision has made it already."""
    import_tables()
    metadata.tables["blocked_callers"].create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Drop it; nobody is blocked then."""
    op.drop_table("blocked_callers")
