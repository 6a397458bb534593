"""When the first agent was joined with a caller: a transfer does not change it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; in a new database the first revision has made it already. Of callers who were transferred before,
    the last answer is known, not the first."""
    if "answered" not in {column["name"] for column in sa.inspect(op.get_bind()).get_columns("queue_entries")}:
        op.add_column("queue_entries", sa.Column("answered", sa.Text))
    op.execute("UPDATE queue_entries SET answered = connected WHERE answered IS NULL AND connected IS NOT NULL")


def downgrade() -> None:
    """Drop it."""
    op.drop_column("queue_entries", "answered")
