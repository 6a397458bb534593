"""Tables: verification attempts, one-time codes, warnings to owners, unlocks by operators, callers' languages,
blocked callers."""

from __future__ import annotations

import sqlalchemy as sa

from ivr.storage.columns import kept_table
from ivr.storage.database import metadata

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
    sa.Column(
        "locked", sa.Boolean, nullable=False, server_default=sa.false()
    ),  # refused without a check: does not count
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
    sa.Column("hash", sa.Text, nullable=False),  # empty when no text was queued: then no code is right
    sa.Column("sent", sa.Text, nullable=False),  # start of its validity, ISO 8601 in UTC
    sa.Column("fails", sa.Integer, nullable=False),
    sa.Column("used", sa.Boolean, nullable=False),
    sa.Column("wallet", sa.Text),
    sa.Column("caller", sa.Text),  # a keyed hash of the caller's number
    sa.Index("challenges_by_account", "account", "sent"),
    sa.Index("challenges_by_caller", "caller", "sent"),
    sa.Index("challenges_by_wallet", "wallet", "sent"),
)

warnings = kept_table(
    "warnings", sa.Column("kind", sa.Text, nullable=False)
)  # texts to an owner about attempts of other callers

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
    sa.Column("at", sa.Text),  # of the last choice
    sa.Index("caller_languages_by_time", "at"),
)

blocked_callers = sa.Table(
    "blocked_callers",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("wallet", sa.Text),  # null: for all wallets
    sa.Column("caller", sa.Text, nullable=False),  # a keyed hash of the number
    sa.Column("ending", sa.Text, nullable=False),  # its last four digits
    sa.Column("reason", sa.Text, nullable=False),  # for the operators; it is not spoken
    sa.Column("at", sa.Text, nullable=False),  # ISO 8601 in UTC, as `until`
    sa.Column("until", sa.Text, nullable=False),
    sa.Index("blocked_callers_by_caller", "caller", "until"),
)
