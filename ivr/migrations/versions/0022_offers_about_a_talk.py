"""Offers to colleagues and supervisors, who are rung about the talk of somebody else."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; in a new database the first revision has made it already."""
    if "about" not in {column["name"] for column in sa.inspect(op.get_bind()).get_columns("agent_offers")}:
        op.add_column("agent_offers", sa.Column("about", sa.Text))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("agent_offers", "about")
