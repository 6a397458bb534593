"""A dispute is one of its customer's payment: two banks may have given two payments the same id."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NAMES = {"uq": "%(table_name)s_%(column_0_N_name)s_key"}
"""As PostgreSQL calls them; those of SQLite have no name."""


def upgrade() -> None:
    """The first revision makes tables as they are declared today."""
    _unique(["about"], ["customer", "about"])


def downgrade() -> None:
    """By the payment alone."""
    _unique(["customer", "about"], ["about"])


def _unique(was: list[str], becomes: list[str]) -> None:
    known = {tuple(one["column_names"]) for one in sa.inspect(op.get_bind()).get_unique_constraints("disputes")}
    if tuple(was) in known:
        with op.batch_alter_table("disputes", naming_convention=NAMES) as table:
            table.drop_constraint(f"disputes_{'_'.join(was)}_key", type_="unique")
            table.create_unique_constraint(f"disputes_{'_'.join(becomes)}_key", becomes)
