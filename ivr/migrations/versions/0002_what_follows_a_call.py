"""Deliveries, callbacks that are rung, promises that were not kept, the switch of the line; texts that are tried again.

The revision before this one makes all tables as they are declared today, so here only what is missing is made.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from ivr.migrations.schema import import_tables
from ivr.storage.database import metadata

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("deliveries", "rings", "overdue", "line_states")
INDEXES = ("messages_by_mark", "messages_due")
TRIED = (
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("since", sa.Text),
    sa.Column("next", sa.Text),
)


def upgrade() -> None:
    """Create what is missing."""
    import_tables()
    conn = op.get_bind()
    for name in TABLES:
        metadata.tables[name].create(conn, checkfirst=True)
    there = {column["name"] for column in sa.inspect(conn).get_columns("messages")}
    wanted: tuple[sa.Column[Any], ...] = (sa.Column("mark", sa.Text), sa.Column("parts", sa.Integer), *TRIED)
    for column in wanted:
        if column.name not in there:
            op.add_column("messages", column)
    for index in metadata.tables["messages"].indexes:
        if index.name in INDEXES:
            index.create(conn, checkfirst=True)


def downgrade() -> None:
    """Drop them."""
    for name in TABLES:
        op.drop_table(name)
    for name in INDEXES:
        op.drop_index(name, "messages")
    with op.batch_alter_table("messages") as batch:
        for name in ("mark", "parts", "tries", "since", "next"):
            batch.drop_column(name)
