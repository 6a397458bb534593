"""The scene and the world as last loaded: one row each, read by every process."""

from __future__ import annotations

import sqlalchemy as sa

from ivr.storage.database import metadata

scene = sa.Table(
    "scene",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("document", sa.Text, nullable=False),  # JSON: clock, agents, wallet, sms
)
worlds = sa.Table(
    "worlds",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("document", sa.Text, nullable=False),  # JSON as it came
)
