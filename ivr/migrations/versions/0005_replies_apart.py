"""Replies in a table of their own, in the order in which they came: the journal's rows are small then."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ivr.migrations.schema import import_tables
from ivr.storage.database import metadata

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = "row_number() OVER (ORDER BY at, call, turn)"


def upgrade() -> None:
    """Move them; the first revision makes tables as they are declared today."""
    import_tables()
    conn = op.get_bind()
    if sa.inspect(conn).has_table("replies"):
        return
    op.rename_table("journal", "journal_before")
    journal, replies = metadata.tables["journal"], metadata.tables["replies"]
    replies.create(conn)
    journal.create(conn)
    kept = _columns(journal, "journal_before")
    op.execute(f"INSERT INTO replies (id, reply) SELECT {NUMBER}, reply FROM journal_before")
    op.execute(f"INSERT INTO journal ({kept}, reply) SELECT {kept}, {NUMBER} FROM journal_before")
    op.drop_table("journal_before")
    if conn.dialect.name == "postgresql":
        op.execute("SELECT setval(pg_get_serial_sequence('replies', 'id'), (SELECT coalesce(max(id), 1) FROM replies))")


def downgrade() -> None:
    """Put them back into the rows."""
    op.rename_table("journal", "journal_after")
    journal = metadata.tables["journal"].to_metadata(sa.MetaData())
    journal.c.reply.type = sa.Text()
    journal.create(op.get_bind())
    kept = _columns(journal, "journal_after")
    op.execute(
        f"INSERT INTO journal ({kept}, reply) SELECT {kept}, (SELECT reply FROM replies WHERE id = "
        "journal_after.reply) FROM journal_after"
    )
    op.drop_table("journal_after")
    op.drop_table("replies")


def _columns(journal: sa.Table, before: str) -> str:
    """The columns that both tables have, without the reply; later revisions add some to what is declared today."""
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns(before)}
    return ", ".join(f'"{column.name}"' for column in journal.c if column.name in there and column.name != "reply")
