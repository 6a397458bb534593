"""Twilio's id of a text, and when it is looked up there. Texts from before have no id and are not looked up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

COLUMNS = ("sid", "handed", "look")


def upgrade() -> None:
    """Add the columns; in a new database the first revision has made them already."""
    known = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("messages")}
    for name in COLUMNS:
        if name not in known:
            op.add_column("messages", sa.Column(name, sa.Text))
    op.create_index("messages_to_look_up", "messages", ["status", "look"], if_not_exists=True)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("messages_to_look_up", "messages")
    for name in COLUMNS:
        op.drop_column("messages", name)
