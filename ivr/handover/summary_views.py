"""Who looked at the summary of a call, and when: kept before it is shown, for as long as the call is.

Outside of the lab people come to a summary by a command, on a machine of ours; so a person is who is logged in there.
"""

from __future__ import annotations

import os
import pwd
from datetime import UTC, datetime

import sqlalchemy as sa

from ivr.handover.tables import looks


def record_view(conn: sa.Connection, call: str, who: str, at: datetime) -> None:
    """One more look; the machine's time, not the lab's."""
    conn.execute(sa.insert(looks).values(call=call, who=who, at=at.astimezone(UTC).isoformat(timespec="seconds")))


def views_of(conn: sa.Connection, call: str) -> list[tuple[str, str]]:
    """Who looked, and when in UTC, the newest last."""
    query = sa.select(looks.c.who, looks.c.at).where(looks.c.call == call).order_by(looks.c.n)
    return [(row.who, row.at) for row in conn.execute(query)]


def logged_in_account() -> str:
    """The account that this process runs under, as the system knows it: the environment may say anything.

    Only what sudo says of its own is believed, since it cleans the environment; a container may know a number and no name.
    """
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = f"uid {number}"
    before = os.environ.get("SUDO_USER", "") if number == 0 else ""
    return f"{before} as {name}" if before else name
