"""`flask queue`: who waits, what agents are doing, and an agent's state changed on their behalf."""

from __future__ import annotations

import sqlalchemy as sa

from ivr.queue.tables import queue_entries
from ivr.staff.tables import audit_log
from ivr.storage.database import begin_read, begin_write
from tests.console.test_staff import AGENT


def test_the_list_shows_callers_and_agents(typed, database):
    """A line each; nobody is said to be nobody."""
    typed(*AGENT)
    assert "nobody waits" in typed("queue").output and "may  May: offline" in typed("queue").output
    entry = {
        "id": "q1",
        "call": "CA1",
        "wallet": "haiyun",
        "language": "zh",
        "topic": "other",
        "priority": 2,
        "tries": 0,
    }
    with begin_write(database) as conn:
        conn.execute(sa.insert(queue_entries).values(status="queued", entered="2026-11-23T02:00:00+00:00", **entry))
    assert "CA1  haiyun zh other  queued" in typed("queue").output


def test_an_agent_is_made_available_and_the_log_says_by_whom(typed, database):
    """As if they had chosen it; the row is in the audit log."""
    typed(*AGENT)
    assert typed("queue", "agent", "may", "available").output == "may is available\n"
    assert "may  May: idle" in typed("queue").output
    assert typed("queue", "agent", "may", "break").output == "may is on a break\n"
    with begin_read(database) as conn:
        assert (
            list(conn.scalars(sa.select(audit_log.c.act).where(audit_log.c.about == "may")))[-2:] == ["agent-state"] * 2
        )


def test_who_is_unknown_or_has_no_address_is_refused_in_a_sentence(typed):
    """Exit code 2."""
    typed("staff", "add", "sue", "--name", "Sue", "--role", "agent", "--wallet", "haiyun")
    for name, said in (("bob", "there is no 'bob'"), ("sue", "sue has no address")):
        result = typed("queue", "agent", name, "available")
        assert result.exit_code == 2 and said in result.output
