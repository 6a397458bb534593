"""What the desk keeps. Every list comes in order of insertion, so each row has a number of its own."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ivr.follow_up.tries import columns
from ivr.storage import metadata


def _kept(name: str, *columns: sa.Column[Any] | sa.Index | sa.UniqueConstraint) -> sa.Table:
    """A table with what every kept thing has: order, id, customer, call, business time."""
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


cases = _kept(
    "cases",
    sa.Column("reference", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("about", sa.Text),
    sa.Column("due", sa.Text),
    sa.Column("due_provisional", sa.Boolean, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.UniqueConstraint("customer", "kind", "about"),  # one case a record, however often one calls
)
disputes = _kept(
    "disputes",
    sa.Column("reference", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("about", sa.Text),
    sa.Column("due", sa.Text),
    sa.Column("due_provisional", sa.Boolean, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("refund_to", sa.Text),
    sa.UniqueConstraint("customer", "about"),  # one a payment; two banks may give two payments one id
)
callbacks = _kept(
    "callbacks",
    sa.Column("number_sealed", sa.Text, nullable=False),
    sa.Column("number_mask", sa.Text, nullable=False),
    sa.Column("number_mark", sa.Text),  # a keyed hash
    sa.Column("slot", sa.Text),
    # draft until it is confirmed; then requested, or joined to what the number was promised before, or refused
    sa.Column("status", sa.Text, nullable=False),
    sa.Index("callbacks_by_number", "number_mark"),
)
freezes = _kept("freezes")
consents = _kept(
    "consents",
    sa.Column("push", sa.Boolean),
    sa.Column("wording", sa.Text),  # the version of what was asked
    sa.Column("channel", sa.Text),
)
voice_notes = _kept(
    "voice_notes",  # whose id is the recording's
    sa.Column("reference", sa.Text),  # of the case or dispute that it belongs to
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
    *columns(),
    sa.Index("recordings_due", "status", "next"),
)

attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("wallet", sa.Text),
    sa.Column("account", sa.Text),
    sa.Column("caller", sa.Text),  # a keyed hash of the caller's number
    sa.Column("factor", sa.Text, nullable=False),
    sa.Column("call", sa.Text),
    sa.Column("at", sa.Text, nullable=False),  # ISO 8601 in UTC, so that text compares as time
    sa.Column("ok", sa.Boolean, nullable=False),
    sa.Column("locked", sa.Boolean, nullable=False, server_default=sa.false()),  # refused unseen: counts for nothing
    sa.Index("attempts_by_account", "account", "at"),
    sa.Index("attempts_by_caller", "caller", "at"),
    sa.Index("attempts_by_wallet", "wallet", "at"),
)
challenges = sa.Table(
    "challenges",
    metadata,
    sa.Column("call", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("account", sa.Text),
    sa.Column("hash", sa.Text, nullable=False),  # empty when no text was promised: no code is right
    sa.Column("sent", sa.Text, nullable=False),  # since when it holds, ISO 8601 in UTC
    sa.Column("fails", sa.Integer, nullable=False),
    sa.Column("used", sa.Boolean, nullable=False),
    sa.Column("wallet", sa.Text),
    sa.Column("caller", sa.Text),  # a keyed hash of the caller's number
    sa.Index("challenges_by_account", "account", "sent"),
    sa.Index("challenges_by_caller", "caller", "sent"),
    sa.Index("challenges_by_wallet", "wallet", "sent"),
)
warnings = _kept("warnings", sa.Column("kind", sa.Text, nullable=False))  # what an owner is told of others' tries
verification_acts = sa.Table(
    "verification_acts",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("act", sa.Text, nullable=False),  # shown, unlocked
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),  # as in attempts
    sa.Index("verification_acts_by_account", "account", "at"),
)
languages = sa.Table(
    "caller_languages",
    metadata,
    sa.Column("caller_mark", sa.Text, primary_key=True),
    sa.Column("language", sa.Text, nullable=False),
)
rings = sa.Table(
    "rings",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # of the callback
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),  # queued, ringing, reached, missed, by-hand, done, erased
    sa.Column("ended", sa.Text),  # how the last try ended
    *columns(),  # whose `next` is business time: the slot
    sa.Index("rings_due", "status", "next"),
    sa.Index("rings_by_promise", "at"),
)
ring_attempts = sa.Table(
    "ring_attempts",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # a mark of chance, which stands in the addresses given to Twilio
    sa.Column("ring", sa.Text, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),  # of the try; in each one agent after the other is rung
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),  # the machine's time, before the request
    sa.Column("call", sa.Text),  # the agent's leg, once it is known
    sa.Column("accepted", sa.Boolean, nullable=False),  # the agent pressed 1, so the customer was rung
    sa.Column("ended", sa.Text),
    sa.Column("status", sa.Text, nullable=False),  # queued while its end is to be found out, then over
    *columns(),
    sa.Index("ring_attempts_by_ring", "ring", "number"),
    sa.Index("ring_attempts_due", "status", "next"),
)
overdue = sa.Table(
    "overdue",
    metadata,
    sa.Column("reference", sa.Text, primary_key=True),
    sa.Column("due", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),  # when it was raised
)
looks = sa.Table(
    "looks",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("call", sa.Text, nullable=False),  # whose summary was shown
    sa.Column("who", sa.Text, nullable=False),  # the account that was logged in on our machine
    sa.Column("at", sa.Text, nullable=False),  # the machine's time, in UTC
    sa.Index("looks_by_call", "call", "n"),
)
line_states = sa.Table(
    "line_states",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("wallet", sa.Text),  # nothing: for all of them
    sa.Column("state", sa.Text, nullable=False),  # open, person, closed
    sa.Column("reason_zh", sa.Text),
    sa.Column("reason_en", sa.Text),
    sa.Column("at", sa.Text, nullable=False),
    sa.Index("line_states_by_wallet", "wallet", "n"),
)
