"""Tables: talks, the legs of each, and what is still to be asked of Twilio for it."""

from __future__ import annotations

import sqlalchemy as sa

from ivr.follow_up.outbox import retry_columns
from ivr.storage.database import metadata

talks = sa.Table(
    "talks",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # the id of the offer it began with; names the conference
    sa.Column("entry", sa.Text, nullable=False),
    sa.Column("call", sa.Text, nullable=False),  # the caller's
    sa.Column("wallet", sa.Text, nullable=False),
    sa.Column("staff", sa.Text, nullable=False),  # the agent whose talk it is now
    sa.Column("mode", sa.Text, nullable=False),  # bridged (by the queue), or conference
    sa.Column("holding", sa.Boolean, nullable=False),  # the caller is to be on hold; whether they are: the leg's `hold`
    sa.Column("plan", sa.Text),  # what the agent chose as its end: end, transfer
    sa.Column("to_topic", sa.Text),  # of a transfer
    sa.Column("to_staff", sa.Text),
    sa.Column("note_sealed", sa.Text),  # the agent's note for a colleague, sealed with the call's key
    sa.Column("turn", sa.Integer),  # of the caller's wait, once it is known
    sa.Column("conference", sa.Text),  # its ConferenceSid, once it is known
    sa.Column("conference_over", sa.Boolean, nullable=False),
    sa.Column("trouble", sa.Text),  # the step that failed last
    sa.Column("began", sa.Text, nullable=False),
    sa.Column("ended", sa.Text),
    sa.Column("status", sa.Text, nullable=False),  # queued while it goes on, then over
    *retry_columns(),
    sa.Index("talks_of_call", "call"),
    sa.Index("talks_due", "status", "next"),
)

talk_legs = sa.Table(
    "talk_legs",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # random; the participant's label
    sa.Column("talk", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),  # caller, agent, consulted, supervisor, former
    sa.Column("staff", sa.Text),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("call", sa.Text),
    sa.Column("hears", sa.Text),  # a supervisor: listen, whisper, join
    sa.Column("state", sa.Text, nullable=False),  # ringing, claimed (key 1), joined (the conference), left
    sa.Column("hold", sa.Boolean, nullable=False),  # as the conference's notices say
    sa.Column("sequence", sa.Integer, nullable=False),  # of the latest notice
    sa.Column("at", sa.Text, nullable=False),
    sa.Index("talk_legs_of_talk", "talk"),
)

talk_steps = sa.Table(
    "talk_steps",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # the talk's id and a number: in order
    sa.Column("talk", sa.Text, nullable=False),
    sa.Column("leg", sa.Text, nullable=False),
    sa.Column("act", sa.Text, nullable=False),  # move, hold, unhold, ring, hears, drop, release
    sa.Column("status", sa.Text, nullable=False),  # queued, done, failed
    *retry_columns(),
    sa.Index("talk_steps_of_talk", "talk"),
    sa.Index("talk_steps_due", "status", "next"),
)
