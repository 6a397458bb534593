"""A key of its own for each call; the tries at ringing callbacks.

Calls from before it have no key: what is sealed in them is sealed by the server key.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ivr.migrations.schema import import_tables
from ivr.storage.database import metadata

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is missing; the first revision makes tables as they are declared today."""
    import_tables()
    conn = op.get_bind()
    if "key_sealed" not in {column["name"] for column in sa.inspect(conn).get_columns("calls")}:
        op.add_column("calls", sa.Column("key_sealed", sa.Text))
    metadata.tables["ring_attempts"].create(conn, checkfirst=True)
    if "placed" in {column["name"] for column in sa.inspect(conn).get_columns("rings")}:
        op.drop_index("rings_by_placed", "rings")
        op.drop_column("rings", "placed")
    for index in metadata.tables["rings"].indexes:
        index.create(conn, checkfirst=True)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("ring_attempts")
    op.drop_index("rings_due", "rings")
    op.add_column("rings", sa.Column("placed", sa.Text))
    op.create_index("rings_by_placed", "rings", ["placed"])
    op.drop_column("calls", "key_sealed")
