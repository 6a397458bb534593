"""The last digits of the number to which a text went: people who read that it failed learn where it was to go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; in a new database the first revision has made it already."""
    if "number_mask" not in {column["name"] for column in sa.inspect(op.get_bind()).get_columns("messages")}:
        op.add_column("messages", sa.Column("number_mask", sa.Text))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("messages", "number_mask")
