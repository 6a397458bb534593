"""Columns that many tables share."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ivr.storage.database import metadata


def kept_table(name: str, *columns: sa.Column[Any] | sa.Index | sa.UniqueConstraint) -> sa.Table:
    """A table of what is kept of customers: order of insertion, id, customer, wallet, call, business time."""
    return sa.Table(
        name,
        metadata,
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("customer", sa.Text),
        sa.Column("wallet", sa.Text),
        sa.Column("call", sa.Text),
        sa.Column("at", sa.Text, nullable=False),
        *columns,
    )
