"""Tables: each setting of the line switch, of which the newest counts, and announcements."""

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

announcements = sa.Table(
    "announcements",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("wallet", sa.Text),  # null: for all wallets
    sa.Column("place", sa.Text, nullable=False),  # menu: before it, once a call; queue: on entering it
    sa.Column("topic", sa.Text),  # of the calls in the queue; null: all
    sa.Column("text_zh", sa.Text, nullable=False),
    sa.Column("text_en", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),  # business time in UTC, as `until`
    sa.Column("until", sa.Text, nullable=False),
    sa.Index("announcements_by_end", "until"),
)
