"""When the talk of a callback ended: until an hour later its agent may act for the customer and write about it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; in a new database the first revision has made it already."""
    if "ended" not in {column["name"] for column in sa.inspect(op.get_bind()).get_columns("agent_offers")}:
        op.add_column("agent_offers", sa.Column("ended", sa.Text))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("agent_offers", "ended")
