"""Voice notes: whose case, how long, how they stand; their sound; what lies at the telephone company."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ivr.migrations.schema import import_tables
from ivr.storage.database import metadata

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COLUMNS = (("reference", sa.Text), ("seconds", sa.Integer), ("status", sa.Text))
TABLES = ("voice_sounds", "recordings")


def upgrade() -> None:
    """Add what is missing; the first revision makes tables as they are declared today."""
    import_tables()
    conn = op.get_bind()
    known = {column["name"] for column in sa.inspect(conn).get_columns("voice_notes")}
    for name, kind in COLUMNS:
        if name not in known:
            op.add_column("voice_notes", sa.Column(name, kind))
    for table in TABLES:
        metadata.tables[table].create(conn, checkfirst=True)


def downgrade() -> None:
    """Drop them."""
    for table in TABLES:
        op.drop_table(table)
    for name, _ in COLUMNS:
        op.drop_column("voice_notes", name)
