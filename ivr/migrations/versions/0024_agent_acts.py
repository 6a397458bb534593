"""What agents did for a caller from the card of the call."""

from __future__ import annotations

from alembic import op

from ivr.migrations.schema import import_tables
from ivr.storage.database import metadata

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; in a new database the first revision has made it already."""
    import_tables()
    metadata.tables["agent_acts"].create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Drop it, and the notes about cases with it."""
    op.drop_table("agent_acts")
