"""Tables: cases, disputes, freezes, consents, and overdue dates."""

from __future__ import annotations

import sqlalchemy as sa

from ivr.storage.columns import kept_table
from ivr.storage.database import metadata

cases = kept_table(
    "cases",
    sa.Column("reference", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("about", sa.Text),
    sa.Column("due", sa.Text),
    sa.Column("due_provisional", sa.Boolean, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.UniqueConstraint("customer", "kind", "about"),  # repeated calls give one case per record
)

disputes = kept_table(
    "disputes",
    sa.Column("reference", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("about", sa.Text),
    sa.Column("due", sa.Text),
    sa.Column("due_provisional", sa.Boolean, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("refund_to", sa.Text),
    sa.UniqueConstraint("customer", "about"),  # one per payment; payments at two banks may have the same id
)

freezes = kept_table("freezes")

consents = kept_table(
    "consents",
    sa.Column("push", sa.Boolean),
    sa.Column("wording", sa.Text),  # the version of what was asked
    sa.Column("channel", sa.Text),
)

overdue = sa.Table(
    "overdue",
    metadata,
    sa.Column("reference", sa.Text, primary_key=True),
    sa.Column("due", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),  # when it was raised
)
