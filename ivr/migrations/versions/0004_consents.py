"""What a consent says: on or off, in which words, by which way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COLUMNS = (("push", sa.Boolean), ("wording", sa.Text), ("channel", sa.Text))


def upgrade() -> None:
    """Add what is missing; the first revision makes tables as they are declared today."""
    known = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("consents")}
    for name, kind in COLUMNS:
        if name not in known:
            op.add_column("consents", sa.Column(name, kind))


def downgrade() -> None:
    """Drop them."""
    for name, _ in COLUMNS:
        op.drop_column("consents", name)
