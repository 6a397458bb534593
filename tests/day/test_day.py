"""A short day ends well, and its audit sees a caller who is lost, doubled, or has another one's card."""

from __future__ import annotations

import sqlalchemy as sa

from ivr.callbacks.tables import callbacks
from ivr.queue.tables import agent_offers, queue_entries
from ivr.storage.database import begin_read, begin_write
from tests.day.audit import faults, figures, waits
from tests.day.drawing import drawn
from tests.day.playing import planned

LEFT_WAITING = (
    sa.update(queue_entries).where(queue_entries.c.outcome == "abandoned").values(status="queued", outcome=None)
)
NEVER_ANSWERED = sa.update(queue_entries).where(queue_entries.c.outcome == "answered").values(outcome="failed")
NO_CALLBACKS = sa.delete(callbacks)
OTHER_CARDS = sa.update(agent_offers).values(
    entry=sa.select(sa.func.max(queue_entries.c.id)).scalar_subquery(), status="over"
)
STILL_RINGING = sa.update(agent_offers).where(
    agent_offers.c.id == sa.select(sa.func.max(agent_offers.c.id)).scalar_subquery()
)


def test_a_day_ends_with_everybody_answered_called_back_or_told(desk):
    """Though requests are lost and sent twice, agents are removed and the line is restarted."""
    day = planned(desk, 9, 3, 7)
    day.play(lambda day: None)
    with begin_read(desk.worker.engine) as conn:
        assert list(faults(day, conn)) == []
    assert day.seen["restarts of the line"] == 12 and day.seen["agents removed"] == 1
    assert figures(day, waits(day))["callers"] == "9"
    assert "Callers who wait" in drawn("A day", "", day.samples, waits(day))
    planted = {
        "left as queued": LEFT_WAITING,
        "talked to an agent, and the records say": NEVER_ANSWERED,
        "not answered and has no callback": NO_CALLBACKS,
        "whose card was that of": OTHER_CARDS,
        "is left as ringing": STILL_RINGING.values(status="queued", state="ringing"),
    }
    for words, statement in planted.items():
        found = _after(day, statement)
        assert any(words in fault for fault in found), (words, found)


def _after(day, statement):
    """What the audit finds after this change to the records, which is taken back."""
    with begin_write(day.room.worker.engine) as conn, conn.begin_nested() as change:
        assert conn.execute(statement).rowcount
        found = list(faults(day, conn))
        change.rollback()
    return found
