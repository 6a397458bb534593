"""Legs of agents who are not wanted any more, which the worker ends."""

from __future__ import annotations

from alembic import op

from ivr.migrations.schema import import_tables
from ivr.storage.database import metadata

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; in a new database the first revision has made it already."""
    import_tables()
    metadata.tables["withdrawn_legs"].create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("withdrawn_legs")
