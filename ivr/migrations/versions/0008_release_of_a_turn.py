"""Which release played a turn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The first revision makes tables as they are declared today."""
    if "release" not in {column["name"] for column in sa.inspect(op.get_bind()).get_columns("journal")}:
        op.add_column("journal", sa.Column("release", sa.Text))


def downgrade() -> None:
    """Without it."""
    with op.batch_alter_table("journal") as table:
        table.drop_column("release")
