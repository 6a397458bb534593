"""Table: views of summaries."""

from __future__ import annotations

import sqlalchemy as sa

from ivr.storage.database import metadata

summary_views = sa.Table(
    "looks",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("call", sa.Text, nullable=False),  # whose summary was shown
    sa.Column("who", sa.Text, nullable=False),  # the account that was logged in on our machine
    sa.Column("at", sa.Text, nullable=False),  # the machine's time, in UTC
    sa.Index("looks_by_call", "call", "n"),
)
