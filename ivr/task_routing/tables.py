"""Tables: reservations of TaskRouter, and what it believes that each worker is doing."""

from __future__ import annotations

import sqlalchemy as sa

from ivr.follow_up.outbox import retry_columns
from ivr.storage.database import metadata

task_reservations = sa.Table(
    "task_reservations",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),  # its SID: a repeated callback finds it
    sa.Column("task", sa.Text, nullable=False),
    sa.Column("offer", sa.Text, nullable=False, unique=True),
    sa.Column("status", sa.Text, nullable=False),  # queued until TaskRouter knows how the offer ended, then done
    *retry_columns(),
    sa.Index("task_reservations_due", "status", "next"),
    sa.Index("task_reservations_of_task", "task"),
)

task_workers = sa.Table(
    "task_workers",
    metadata,
    sa.Column("staff", sa.Text, primary_key=True),
    sa.Column("activity", sa.Text),  # at TaskRouter, as far as we know; null: we do not
    sa.Column("next", sa.Text),  # not told again before, after a failure
)
