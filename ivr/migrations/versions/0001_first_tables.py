"""All tables as the rooms declare them. From the first release on they are changed by revisions of their own."""

from __future__ import annotations

from alembic import op

from ivr.migrations.schema import import_tables
from ivr.storage.database import metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what is missing."""
    import_tables()
    metadata.create_all(op.get_bind())


def downgrade() -> None:
    """Drop all of ours."""
    import_tables()
    metadata.drop_all(op.get_bind())
