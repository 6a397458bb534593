"""`flask overdue` lists what was promised, not kept, and is still open; the gauge counts the same."""

from __future__ import annotations

import sqlalchemy as sa

from ivr.cases.tables import cases, overdue
from ivr.storage.database import begin_write
from tests.test_health import make_client


def test_open_ones_are_listed_and_counted_and_done_ones_only_remembered(typed, live, database):
    """Oldest first."""
    with begin_write(database) as conn:
        for place, status in ((1, "received"), (2, "in-review"), (3, "done")):
            kept = {
                "id": f"case-{place}",
                "reference": f"26110000{place}",
                "wallet": "haiyun",
                "customer": "K1",
                "kind": "unknown",
            }
            due = {"due": f"2026-11-2{5 - place}", "due_provisional": False, "at": "2026-11-20T10:00:00+08:00"}
            conn.execute(sa.insert(cases).values(status=status, about=f"U{place}", **kept, **due))
            conn.execute(sa.insert(overdue).values(reference=kept["reference"], due=due["due"], at="2026-11-25"))
    assert typed("overdue").output.splitlines() == [
        "2 overdue, 3 in all since the beginning",
        "261100002 due 2026-11-23  haiyun K1, unknown, in-review",
        "261100001 due 2026-11-24  haiyun K1, unknown, received",
    ]
    assert "\nivr_overdue_cases 2.0\n" in make_client(database).get("/metrics").text


def test_nothing_is_said_too(typed):
    """A number all the same."""
    assert typed("overdue").output == "0 overdue, 0 in all since the beginning\n"
