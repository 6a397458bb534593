"""Tables: voice notes, their sound, and the recordings that may still be at Twilio."""

from __future__ import annotations

import sqlalchemy as sa

from ivr.follow_up.outbox import retry_columns
from ivr.storage.columns import kept_table
from ivr.storage.database import metadata

voice_notes = kept_table(
    "voice_notes",  # whose id is the recording's
    sa.Column("reference", sa.Text),  # of the case or dispute that it belongs to, if any
    sa.Column("seconds", sa.Integer),
    sa.Column("status", sa.Text),  # coming, held, silent, lost, erased
)

sounds = sa.Table(
    "voice_sounds",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # of the note
    sa.Column("sealed", sa.LargeBinary, nullable=False),  # a WAV file, by the call's own key
)

recordings = sa.Table(
    "recordings",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # Twilio's
    sa.Column("call", sa.Text, nullable=False),
    sa.Column("turn", sa.Integer, nullable=False),  # that it answers
    sa.Column("seconds", sa.Integer, nullable=False),
    sa.Column("at", sa.Text, nullable=False),  # the machine's time
    sa.Column("status", sa.Text, nullable=False),  # queued while it may lie at Twilio, then gone, or dead
    sa.Column("error", sa.Text),  # the last one: a status, or the kind of failure
    *retry_columns(),
    sa.Index("recordings_due", "status", "next"),
)
