"""Tables: promised callbacks, their states in the dialler, and each attempt."""

from __future__ import annotations

import sqlalchemy as sa

from ivr.follow_up.outbox import retry_columns
from ivr.storage.columns import kept_table
from ivr.storage.database import metadata

callbacks = kept_table(
    "callbacks",
    sa.Column("number_sealed", sa.Text, nullable=False),
    sa.Column("number_mask", sa.Text, nullable=False),
    sa.Column("number_mark", sa.Text),  # a keyed hash
    sa.Column("slot", sa.Text),
    # draft until it is confirmed; then requested, or joined to what the number was promised before, or refused
    sa.Column("status", sa.Text, nullable=False),
    sa.Index("callbacks_by_number", "number_mark"),
)

callback_queue = sa.Table(
    "rings",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # of the callback
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),  # queued, ringing, reached, missed, by-hand, done, erased
    sa.Column("ended", sa.Text),  # how the last try ended
    *retry_columns(),  # whose `next` is business time: the slot
    sa.Index("rings_due", "status", "next"),
    sa.Index("rings_by_promise", "at"),
)

ring_attempts = sa.Table(
    "ring_attempts",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # random; it is in the URLs given to Twilio
    sa.Column("ring", sa.Text, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),  # of the try; in each one agent after the other is rung
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),  # the machine's time, before the request
    sa.Column("call", sa.Text),  # the agent's leg, once it is known
    sa.Column("accepted", sa.Boolean, nullable=False),  # the agent pressed 1, so the customer was rung
    sa.Column("ended", sa.Text),
    sa.Column("status", sa.Text, nullable=False),  # queued while its end is to be found out, then over
    *retry_columns(),
    sa.Index("ring_attempts_by_ring", "ring", "number"),
    sa.Index("ring_attempts_due", "status", "next"),
)
