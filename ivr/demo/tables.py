"""The demo wallet's customers and their records."""

from __future__ import annotations

import sqlalchemy as sa

from ivr.storage.database import metadata

customers = sa.Table(
    "customers",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("wallet", sa.Text, nullable=False),
    sa.Column("mobile", sa.Text),
    sa.Column("wallet_id", sa.Text),
    sa.Column("document", sa.Text, nullable=False),  # JSON as it came
    sa.Index("customers_by_mobile", "wallet", "mobile"),
    sa.Index("customers_by_wallet_id", "wallet", "wallet_id"),
)
records = sa.Table(
    "records",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=True),  # order of insertion
    sa.Column("kind", sa.Text, nullable=False),  # top-up, payment, promotion, reward
    sa.Column("id", sa.Text),
    sa.Column("customer", sa.Text),
    sa.Column("document", sa.Text, nullable=False),  # JSON as it came
    sa.Index("records_by_customer", "customer", "kind"),
)
