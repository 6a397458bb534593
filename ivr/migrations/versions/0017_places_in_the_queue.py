"""Places in the queue: by the age of the call, and kept for callers who wait for a callback."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; in a new database the first revision has made them already."""
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("queue_entries")}
    if "began" not in there:
        op.add_column("queue_entries", sa.Column("began", sa.Text))
    if "kept" not in there:
        op.add_column("queue_entries", sa.Column("kept", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Drop them; callers who wait are then ordered by the time of their entry."""
    with op.batch_alter_table("queue_entries") as table:
        table.drop_column("kept")
        table.drop_column("began")
