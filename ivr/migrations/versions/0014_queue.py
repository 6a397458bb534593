"""The queue for agents: callers who wait, offers to agents, and what each agent chose."""

from __future__ import annotations

from alembic import op

from ivr.queue.tables import agent_offers, agent_states, queue_entries

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = (queue_entries, agent_offers, agent_states)


def upgrade() -> None:
    """Make them; in a new database the first revision has made them already."""
    for table in TABLES:
        table.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Drop them; callers who wait are called back by nobody, so close the line first."""
    for table in reversed(TABLES):
        table.drop(op.get_bind())
