"""Tables: people, their sessions, their tries to sign in, what they did for callers, and the audit log. Times are the
machine's, ISO 8601 in UTC."""

from __future__ import annotations

import sqlalchemy as sa

from ivr.storage.database import metadata

staff = sa.Table(
    "staff",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # the name that is typed at sign-in, and Twilio's client identity
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("wallets", sa.Text, nullable=False),  # JSON lists
    sa.Column("languages", sa.Text, nullable=False),
    sa.Column("topics", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),  # where they are rung; empty: nowhere
    sa.Column("password_hash", sa.Text),  # null: nobody signs in with it, except in the lab
    sa.Column("totp_sealed", sa.Text),
    sa.Column("totp_step", sa.Integer, nullable=False, server_default="0"),  # the last time step that was used
    sa.Column("disabled", sa.Text),  # since when
    sa.Column("added", sa.Text, nullable=False),
)

staff_sessions = sa.Table(
    "staff_sessions",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("mark", sa.Text, nullable=False, unique=True),  # a hash of the id in the cookie
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("waits_for_code", sa.Boolean, nullable=False),  # the password was right, the code is still to come
    sa.Column("created", sa.Text, nullable=False),
    sa.Column("proved", sa.Text),  # when the password was last typed again; null: at the sign-in alone
    sa.Column("seen", sa.Text, nullable=False),
    sa.Column("ended", sa.Text),
    sa.Column("browser", sa.Text, nullable=False),
    sa.Index("staff_sessions_by_person", "person", "created"),
)

sign_ins = sa.Table(
    "staff_sign_ins",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("account", sa.Text, nullable=False),  # keyed hashes of what was typed, and of the network address
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("ok", sa.Boolean, nullable=False),
    sa.Index("staff_sign_ins_by_account", "account", "at"),
    sa.Index("staff_sign_ins_by_address", "address", "at"),
)

agent_acts = sa.Table(
    "agent_acts",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # random, from the form: a form that is sent twice acts once
    sa.Column("call", sa.Text, nullable=False),
    sa.Column("wallet", sa.Text, nullable=False),
    sa.Column("customer", sa.Text),  # for whom; null where the caller was not verified
    sa.Column("staff", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("act", sa.Text, nullable=False),  # proof, unfreeze, note, stage, case, dispute, text, callback
    sa.Column("about", sa.Text, nullable=False),  # a reference, the kind of a text, how the caller was verified; or ""
    sa.Column("details", sa.Text, nullable=False),  # JSON, without personal data
    sa.Column("status", sa.Text, nullable=False),  # asked (the wallet's outcome is not known), then done or refused
    sa.Column("note_sealed", sa.Text),  # with the key of the call
    sa.Index("agent_acts_by_call", "call"),
    sa.Index("agent_acts_by_matter", "about"),
)

audit_log = sa.Table(
    "audit_log",
    metadata,
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),  # a person's id, or the account that ran a command on the server
    sa.Column("act", sa.Text, nullable=False),
    sa.Column("about", sa.Text, nullable=False),  # the id of a call, a case or a person
    sa.Column("wallet", sa.Text, nullable=False),  # of the call or case; empty for acts about people
    sa.Column("details", sa.Text, nullable=False),  # JSON, without personal data of customers
    sa.Index("audit_log_by_about", "about", "n"),
    sa.Index("audit_log_by_wallet", "wallet", "n"),
)
