"""The wallets that the line serves, and the numbers at which each is called."""

from __future__ import annotations

import sqlalchemy as sa

from ivr.storage.database import metadata

wallets = sa.Table(
    "wallets",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("document", sa.Text, nullable=False),  # JSON: name, timezone, hours, channels, policy …
)
wallet_lines = sa.Table(
    "wallet_lines",
    metadata,
    sa.Column("line", sa.Text, primary_key=True),
    sa.Column("wallet", sa.Text, nullable=False),
)
