"""What agents write after a talk."""

from __future__ import annotations

from alembic import op

from ivr.migrations.schema import import_tables
from ivr.storage.database import metadata

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; in a new database the first revision has made it already."""
    import_tables()
    metadata.tables["talk_notes"].create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Drop it, and the notes with it."""
    op.drop_table("talk_notes")
