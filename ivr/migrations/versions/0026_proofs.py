"""When the person of a session typed the password again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; in a new database an earlier revision has made it already."""
    if "proved" not in {column["name"] for column in sa.inspect(op.get_bind()).get_columns("staff_sessions")}:
        op.add_column("staff_sessions", sa.Column("proved", sa.Text))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("staff_sessions", "proved")
