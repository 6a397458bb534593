"""Tables: callers in the queue, offers to agents, the state of each agent, and what callers say after a talk."""

from __future__ import annotations

import sqlalchemy as sa

from ivr.follow_up.outbox import retry_columns
from ivr.storage.database import metadata

queue_entries = sa.Table(
    "queue_entries",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # random
    sa.Column("call", sa.Text, nullable=False),
    sa.Column("wallet", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),  # zh, en, or both while none is chosen
    sa.Column("topic", sa.Text, nullable=False),  # the branch of the main menu, or other
    sa.Column("priority", sa.Integer, nullable=False),  # the smallest is first
    sa.Column("entered", sa.Text, nullable=False),  # the machine's time, as all times here
    sa.Column("began", sa.Text),  # when the call began, or an earlier one whose place was kept; null: when it entered
    sa.Column("kept", sa.Boolean, nullable=False, server_default=sa.false()),  # the place, until the callback
    # queued, offered (an agent is rung), claimed (an agent has accepted), connected, over
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text),  # answered, abandoned, callback, note, menu, closed, full, failed: set once
    sa.Column("staff", sa.Text),  # the agent who claimed the caller last
    sa.Column("wanted", sa.Text),  # the agent who is rung before anybody else, until `wanted_until`
    sa.Column("wanted_until", sa.Text),
    sa.Column("answered", sa.Text),  # when the first agent was joined: set once
    sa.Column("connected", sa.Text),  # when the last one was
    sa.Column("ended", sa.Text),  # when the wait ended without an agent, or the talk
    *retry_columns(),
    sa.Index("queue_entries_due", "status", "priority", "entered"),
    sa.Index("queue_entries_by_call", "call"),
)

IN_ORDER = (
    queue_entries.c.priority,
    sa.func.coalesce(queue_entries.c.began, queue_entries.c.entered),
    queue_entries.c.id,
)
"""Who is next: by priority, then by the age of the call."""

agent_offers = sa.Table(
    "agent_offers",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # random; it is in the URLs given to Twilio
    sa.Column("entry", sa.Text, nullable=False),
    sa.Column("about", sa.Text),  # the entry about whose talk a colleague or supervisor is rung; `entry` is none then
    sa.Column("staff", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    # ringing, claimed, connected; then declined, missed, withdrawn (the caller left), failed, or done
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("call", sa.Text),  # the agent's leg, once it is known
    sa.Column("status", sa.Text, nullable=False),  # queued while its end is to be found out, then over
    sa.Column("ended", sa.Text),  # of a callback: when the talk ended; its `since` is when it began
    *retry_columns(),
    sa.Index("agent_offers_of_entry", "entry"),
    sa.Index("agent_offers_due", "status", "next"),
    # one open offer for an agent, and one for a caller: the database itself refuses a second
    sa.Index(
        "agent_offers_one_an_agent",
        "staff",
        unique=True,
        sqlite_where=sa.text("status = 'queued'"),
        postgresql_where=sa.text("status = 'queued'"),
    ),
    sa.Index(
        "agent_offers_one_a_caller",
        "entry",
        unique=True,
        sqlite_where=sa.text("status = 'queued'"),
        postgresql_where=sa.text("status = 'queued'"),
    ),
)

withdrawn_legs = sa.Table(
    "withdrawn_legs",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # of the offer, or of an attempt to call a customer back
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),  # of the offer
    sa.Column("call", sa.Text),  # the agent's leg, once it is known
    sa.Column("status", sa.Text, nullable=False),  # queued; a leg that has ended has no row
    *retry_columns(),
    sa.Index("withdrawn_legs_due", "status", "next"),
)

agent_states = sa.Table(
    "agent_states",
    metadata,
    sa.Column("staff", sa.Text, primary_key=True),
    sa.Column("wish", sa.Text, nullable=False),  # available, break, offline: what the agent chose last
    sa.Column("missed", sa.Boolean, nullable=False),  # an offer was missed, and the agent has not come back yet
    sa.Column("since", sa.Text, nullable=False),  # of the wish
    sa.Column("at_desk", sa.Boolean, nullable=False, server_default=sa.false()),  # the wish ends with their session
    sa.Column("free_since", sa.Text, nullable=False),  # the end of the last talk or wrap-up: the longest free is first
)

talk_notes = sa.Table(
    "talk_notes",
    metadata,
    sa.Column("entry", sa.Text, primary_key=True),  # of the queue, or the id of a callback
    sa.Column("staff", sa.Text, primary_key=True),  # who wrote it: after a transfer there may be two
    sa.Column("call", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("note_sealed", sa.Text),  # both with the key of the call
    sa.Column("follow_up_sealed", sa.Text),
    sa.Index("talk_notes_by_call", "call"),
)

ratings = sa.Table(
    "ratings",
    metadata,
    sa.Column("call", sa.Text, primary_key=True),
    sa.Column("wallet", sa.Text, nullable=False),
    sa.Column("staff", sa.Text),  # who talked with the caller last
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),  # asked (no answer), then good, fair or poor
    sa.Index("ratings_by_status", "status"),
)
