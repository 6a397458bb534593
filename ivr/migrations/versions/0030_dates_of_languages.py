"""When a language was chosen: retention forgets it."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; in a new database the first revision has made it already. Of choices from before nobody knows the
    day, so they count from today."""
    if "at" not in {column["name"] for column in sa.inspect(op.get_bind()).get_columns("caller_languages")}:
        op.add_column("caller_languages", sa.Column("at", sa.Text))
    op.create_index("caller_languages_by_time", "caller_languages", ["at"], if_not_exists=True)
    languages = sa.table("caller_languages", sa.column("at"))
    op.execute(sa.update(languages).where(languages.c.at.is_(None)).values(at=datetime.now(UTC).isoformat()))


def downgrade() -> None:
    """Drop it."""
    op.drop_index("caller_languages_by_time", "caller_languages")
    op.drop_column("caller_languages", "at")
