"""What the follow-ups keep. A message's row holds ids; its words and its number are made when it is sent."""

from __future__ import annotations

import sqlalchemy as sa

from ivr.storage import metadata

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # kind:id:…, such as case:123456789:CA…
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),  # queued, sent, delivered, failed, dropped
    sa.Column("error", sa.Integer),
)
lab_texts = sa.Table(
    "lab_texts",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("message", sa.Text, nullable=False, unique=True),
    sa.Column("sealed", sa.Text, nullable=False),  # the number and the words, encrypted
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
)
