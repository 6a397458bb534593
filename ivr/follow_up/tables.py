"""What the follow-ups keep. A message's row holds ids; its words and its number are made when it is sent.

The last digits of the number are kept until the message has arrived.
"""

from __future__ import annotations

import sqlalchemy as sa

from ivr.follow_up.outbox import retry_columns
from ivr.storage.database import metadata

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # kind:id:…, such as case:123456789:CA…
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),  # queued, sent, delivered, failed, dropped
    sa.Column("error", sa.Integer),
    sa.Column("mark", sa.Text),  # stands for the id in the address of delivery notices
    sa.Column("parts", sa.Integer),  # each one is paid
    sa.Column("number_mask", sa.Text),  # the last digits of where it went last, until it has arrived
    sa.Column("sid", sa.Text),  # Twilio's id, once it is known
    sa.Column("handed", sa.Text),  # when Twilio had it, by the machine's time
    sa.Column("look", sa.Text),  # when it is looked up there, if nothing was heard until then
    *retry_columns(),
    sa.Index("messages_by_mark", "mark", unique=True),
    sa.Index("messages_due", "status", "next"),
    sa.Index("messages_to_look_up", "status", "look"),
)
deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # reference:event, the key by which the CRM knows it again
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("wallet", sa.Text),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),  # queued, delivered, dead
    sa.Column("answer", sa.Text),  # the last one: a status, or the kind of failure
    *retry_columns(),
    sa.Index("deliveries_due", "status", "next"),
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
