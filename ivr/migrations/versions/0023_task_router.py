"""TaskRouter: its reservations, and what it believes that each worker is doing."""

from __future__ import annotations

from alembic import op

from ivr.migrations.schema import import_tables
from ivr.storage.database import metadata

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLES = ("task_reservations", "task_workers")


def upgrade() -> None:
    """Create both tables; in a new database the first revision has made them already."""
    import_tables()
    for name in TABLES:
        metadata.tables[name].create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Drop them."""
    for name in reversed(TABLES):
        op.drop_table(name)
