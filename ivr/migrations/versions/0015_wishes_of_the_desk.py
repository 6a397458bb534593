"""Whether an agent's state was chosen on the desk; such a state ends with the session."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; in a new database the first revision has made it already."""
    if "at_desk" not in {column["name"] for column in sa.inspect(op.get_bind()).get_columns("agent_states")}:
        chosen = sa.Column("at_desk", sa.Boolean, nullable=False, server_default=sa.false())
        op.add_column("agent_states", chosen)


def downgrade() -> None:
    """Drop it; states from the desk then last until they are changed."""
    with op.batch_alter_table("agent_states") as table:
        table.drop_column("at_desk")
