"""A short day ends well, and its audit sees a caller who is lost, doubled, or has another one's card."""

from __future__ import annotations

import sqlalchemy as sa

from ivr.queue.tables import agent_offers, queue_entries
from ivr.storage.database import begin_read, begin_write
from ivr.talks.tables import talks
from tests.day.audit import faults, figures, waits
from tests.day.drawing import drawn
from tests.day.playing import planned

SOME_ENTRY = queue_entries.c.id == sa.select(sa.func.max(queue_entries.c.id)).scalar_subquery()
SOME_OFFER = agent_offers.c.id == sa.select(sa.func.max(agent_offers.c.id)).scalar_subquery()
OTHER_CARDS = {"entry": sa.select(sa.func.max(queue_entries.c.id)).scalar_subquery(), "status": "over"}
PLANTED = {
    "left as queued": sa.update(queue_entries).where(SOME_ENTRY).values(status="queued", outcome=None),
    "talked to an agent, and the records say": sa.update(queue_entries).values(outcome="failed"),
    "there is no talk in the records": sa.update(talks).values(call="another"),
    "whose card was that of": sa.update(agent_offers).values(**OTHER_CARDS),
    "is left as ringing": sa.update(agent_offers).where(SOME_OFFER).values(status="queued", state="ringing"),
}


def test_a_day_ends_with_everybody_answered_called_back_or_told(desk):
    """Though requests are lost and sent twice, agents are removed and the line is restarted."""
    day = planned(desk, 9, 3, 7)
    day.play(lambda day: None)
    with begin_read(desk.worker.engine) as conn:
        assert list(faults(day, conn)) == []
    assert day.seen["restarts of the line"] == 12 and day.seen["agents removed"] == 1
    told = figures(day, waits(day))
    assert told["callers"] == "9" and told["service level"].endswith("% within 20 s")
    assert "Callers who wait" in drawn("A day", "", day)
    for words, statement in PLANTED.items():
        found = _after(day, statement)
        assert any(words in fault for fault in found), (words, found)
    lost = next(told for told in day.told if told.talks and told.customer.accepts)
    lost.talks.clear()
    found = _after(day, sa.update(queue_entries).where(queue_entries.c.call == lost.sid).values(outcome="failed"))
    assert any(fault.startswith(f"{lost.sid} was not answered and has no callback") for fault in found), found


def _after(day, statement):
    """What the audit finds after this change to the records, which is taken back."""
    with begin_write(day.room.worker.engine) as conn, conn.begin_nested() as change:
        assert conn.execute(statement).rowcount
        found = list(faults(day, conn))
        change.rollback()
    return found
