"""A keyed hash beside each callback's number, so that those of one number are found without opening any.

Callbacks from before it have none: they are rung as they were promised, and are not counted with later ones.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ivr.migrations.schema import import_tables
from ivr.storage.database import metadata

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INDEXES = {"callbacks": "callbacks_by_number", "rings": "rings_by_promise"}


def upgrade() -> None:
    """Add what is missing; the first revision makes tables as they are declared today."""
    import_tables()
    conn = op.get_bind()
    if "number_mark" not in {column["name"] for column in sa.inspect(conn).get_columns("callbacks")}:
        op.add_column("callbacks", sa.Column("number_mark", sa.Text))
    for table, name in INDEXES.items():
        next(one for one in metadata.tables[table].indexes if one.name == name).create(conn, checkfirst=True)


def downgrade() -> None:
    """Drop them."""
    for table, name in INDEXES.items():
        op.drop_index(name, table)
    op.drop_column("callbacks", "number_mark")
