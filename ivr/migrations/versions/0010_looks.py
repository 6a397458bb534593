"""Who looked at a summary."""

from __future__ import annotations

from alembic import op

from ivr.migrations.schema import import_tables
from ivr.storage.database import metadata

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The first revision makes tables as they are declared today."""
    import_tables()
    metadata.tables["looks"].create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("looks")
