"""Talks in a conference: hold, consultation, transfer and supervision; and whom a caller in the queue waits for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ivr.migrations.schema import import_tables
from ivr.storage.database import metadata

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLES = ("talks", "talk_legs", "talk_steps")
COLUMNS = ("wanted", "wanted_until")


def upgrade() -> None:
    """Make them; in a new database the first revision has made them already."""
    import_tables()
    for name in TABLES:
        metadata.tables[name].create(op.get_bind(), checkfirst=True)
    present = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("queue_entries")}
    for name in COLUMNS:
        if name not in present:
            op.add_column("queue_entries", sa.Column(name, sa.Text))


def downgrade() -> None:
    """Drop them; who is on hold now stays there, so close the line first."""
    for name in COLUMNS:
        op.drop_column("queue_entries", name)
    for name in reversed(TABLES):
        op.drop_table(name)
