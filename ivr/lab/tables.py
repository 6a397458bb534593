"""The scene: one row, read once a turn by every process."""

from __future__ import annotations

import sqlalchemy as sa

from ivr.storage import metadata

scene = sa.Table(
    "scene",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("document", sa.Text, nullable=False),  # JSON: clock, agents, wallet, sms
)
