"""The queue for agents: callers who wait, offers to agents, and what each agent chose."""

from __future__ import annotations

from alembic import op

from ivr.migrations.schema import import_tables
from ivr.storage.database import metadata

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = ("queue_entries", "agent_offers", "agent_states")


def upgrade() -> None:
    """Make them; in a new database the first revision has made them already."""
    import_tables()
    for name in TABLES:
        metadata.tables[name].create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Drop them; callers who wait are called back by nobody, so close the line first."""
    for name in reversed(TABLES):
        op.drop_table(name)
