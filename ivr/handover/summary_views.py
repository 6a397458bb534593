"""Audit log of summary views: who viewed the summary of a call, and when. It is written before the summary is shown.

A view is kept as long as its call. Outside the lab, people view summaries with a command on the server, so the
account that is logged in there identifies the person.
"""

from __future__ import annotations

import os
import pwd
from datetime import UTC, datetime

import sqlalchemy as sa

from ivr.handover.tables import summary_views


def record_view(conn: sa.Connection, call: str, who: str, at: datetime) -> None:
    """Log one view, at the machine's time, not the lab's."""
    conn.execute(
        sa.insert(summary_views).values(call=call, who=who, at=at.astimezone(UTC).isoformat(timespec="seconds"))
    )


def views_of(conn: sa.Connection, call: str) -> list[tuple[str, str]]:
    """The views of a call's summary: who, and when in UTC, newest last."""
    query = (
        sa.select(summary_views.c.who, summary_views.c.at)
        .where(summary_views.c.call == call)
        .order_by(summary_views.c.n)
    )
    return [(row.who, row.at) for row in conn.execute(query)]


def logged_in_account() -> str:
    """The account of this process, by its user id: environment variables can be forged.

    As root, SUDO_USER is trusted, since sudo cleans the environment. A container may have a user id without a name.
    """
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = f"uid {number}"
    before = os.environ.get("SUDO_USER", "") if number == 0 else ""
    return f"{before} as {name}" if before else name
