"""What callers say of a talk with an agent."""

from __future__ import annotations

from alembic import op

from ivr.migrations.schema import import_tables
from ivr.storage.database import metadata

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; in a new database the first revision has made it already."""
    import_tables()
    metadata.tables["ratings"].create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Drop it, with all answers."""
    op.drop_table("ratings")
