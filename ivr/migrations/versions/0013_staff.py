"""The people who work at the line, their sessions and tries to sign in, and the audit log."""

from __future__ import annotations

from alembic import op

from ivr.migrations.schema import import_tables
from ivr.storage.database import metadata

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = ("staff", "staff_sessions", "staff_sign_ins", "audit_log")


def upgrade() -> None:
    """Create them; a new database has them from the first revision on."""
    import_tables()
    for name in TABLES:
        metadata.tables[name].create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Drop them."""
    for name in TABLES:
        op.drop_table(name)
