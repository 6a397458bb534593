"""Guesses that were refused unseen, codes by caller and wallet, what owners are told of it, and who unlocked an
account.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ivr.migrations.schema import import_tables
from ivr.storage.database import metadata

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = ("warnings", "verification_acts")
COLUMNS = {"attempts": ("locked",), "challenges": ("wallet", "caller")}
INDEXES = ("attempts_by_wallet", "challenges_by_account", "challenges_by_caller", "challenges_by_wallet")


def upgrade() -> None:
    """Add what is missing; the first revision makes tables as they are declared today."""
    import_tables()
    conn = op.get_bind()
    for table, names in COLUMNS.items():
        known = {column["name"] for column in sa.inspect(conn).get_columns(table)}
        for name in names:
            if name not in known:
                op.add_column(table, metadata.tables[table].c[name]._copy())
    for table in TABLES:
        metadata.tables[table].create(conn, checkfirst=True)
    for table in COLUMNS:
        for index in metadata.tables[table].indexes:
            index.create(conn, checkfirst=True)


def downgrade() -> None:
    """Drop them."""
    for name in INDEXES:
        op.drop_index(name, name.partition("_by_")[0])
    for table in TABLES:
        op.drop_table(table)
    for table, names in COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for name in names:
                batch.drop_column(name)
