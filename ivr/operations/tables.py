"""Table: each setting of the line switch; the newest row counts."""

from __future__ import annotations

import sqlalchemy as sa

from ivr.storage.database import metadata

line_states = sa.Table(
    "line_states",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("wallet", sa.Text),  # null: for all wallets
    sa.Column("state", sa.Text, nullable=False),  # open, person, closed
    sa.Column("reason_zh", sa.Text),
    sa.Column("reason_en", sa.Text),
    sa.Column("at", sa.Text, nullable=False),
    sa.Index("line_states_by_wallet", "wallet", "n"),
)
