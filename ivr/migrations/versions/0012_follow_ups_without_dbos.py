"""Follow-ups are outbox rows alone: the tables of DBOS go.

Whatever a job was still to do has its row in `messages`: a text that waits for its first try is `queued` there, and
due. So no row has to be moved. A job that a worker of the release before had begun is a row that is leased, and due
when the lease ends.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ON_SQLITE = (
    "notifications",
    "workflow_events",
    "workflow_events_history",
    "streams",
    "operation_outputs",
    "workflow_input",
    "workflow_output",
    "workflow_status",
    "workflow_schedules",
    "application_versions",
    "queues",
    "dbos_migrations",
)
"""Tables that refer to others first. PostgreSQL has them in a schema of their own."""


def upgrade() -> None:
    """Drop them, if they are there; a database that is new has none."""
    conn = op.get_bind()
    if conn.dialect.name == "postgresql":
        conn.execute(sa.text("DROP SCHEMA IF EXISTS dbos CASCADE"))
        return
    for name in ON_SQLITE:
        conn.execute(sa.text(f"DROP TABLE IF EXISTS {name}"))


def downgrade() -> None:
    """Nothing: the release before makes its tables itself, and its worker finds the rows in `messages`."""
