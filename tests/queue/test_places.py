"""Who is next, and by whom: the age of the call, older customers, the agent of the last talk, and places that are
kept.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from ivr.callbacks.tables import callbacks
from ivr.queue import agents, entries
from ivr.queue.tables import queue_entries
from ivr.storage.database import begin_read, begin_write
from tests.call_flows.line import LIN, Caller
from tests.call_flows.test_top_up import reports
from tests.queue.room import add_agent
from tests.queue.test_queue import measured

NOON = datetime.fromisoformat("2026-11-23T10:00:00+08:00")


def at(desk, minutes):
    """So long after the beginning, by the business clock and the machine's."""
    desk.line.put("clock", {"now": (NOON + timedelta(minutes=minutes)).isoformat()})
    desk.now += timedelta(minutes=minutes)


def test_a_call_that_is_older_comes_first_though_it_asks_for_a_person_later(desk):
    """The time in the menus counts: who tried to help themselves is not behind who pressed 0 at once."""
    desk.signs_on("lin", does="person")
    desk.signs_on("wang", topics="[]", does="person")
    old = desk.calls("+8613900000001")
    desk.keys(old, "*")
    at(desk, 5)
    new = desk.calls("+8613900000002")
    desk.keys(old, "0")
    assert desk.entry(old).began < desk.entry(new).began
    desk.works()
    assert [one.entry for one in desk.offers()] == [desk.entry(old).id]


@pytest.mark.parametrize("born, priority", [(1961, entries.SENIOR), (1962, entries.OTHERS), (None, entries.OTHERS)])
def test_a_verified_customer_of_65_comes_before_the_others(line, born, priority):
    """By the wallet's data; without a year there is no priority, and nobody is told."""

    def change(world):
        (customer,) = [one for one in world["customers"] if one["mobile"] == f"+86{LIN.number}"]
        customer["birth_year"] = born

    line.change_world(change)
    with begin_write(line.runtime.engine) as conn:
        add_agent(conn, "lin")
        agents.wish(conn, "lin", "available", datetime.now(UTC))
    asked = Caller(line, "zh")
    reports(asked.calls(), "800", "1121").proves(LIN).presses("0")
    with begin_read(line.runtime.engine) as conn:
        entry = conn.execute(sa.select(queue_entries).where(queue_entries.c.call == asked.sid)).one()
    assert entry.priority == priority
    assert "65" not in asked.everything_heard and "六十五" not in asked.everything_heard


def talks_with(desk, name, number="+8613900000001"):
    """This caller has talked with this agent a minute ago; the agent is free again, and so is nobody else."""
    call = desk.calls(number)
    desk.works()
    assert desk.entry(call).staff == name
    desk.hangs_up(desk.leg_of(name))
    desk.now += timedelta(minutes=2)


def test_who_calls_again_today_gets_the_agent_of_the_last_talk(desk):
    """Though another one has been free longer."""
    desk.signs_on("lin")
    talks_with(desk, "lin")
    desk.signs_on("wang")
    with begin_write(desk.worker.engine) as conn:
        agents.wish(conn, "wang", "available", desk.now - timedelta(hours=1))
    again = desk.calls("+8613900000001")
    desk.works()
    assert desk.entry(again).staff == "lin"
    other = desk.calls("+8613900000002")
    desk.works()
    assert desk.entry(other).staff == "wang"


def test_for_a_busy_agent_of_the_last_talk_a_caller_waits_half_a_minute(desk):
    """Then anybody takes the call."""
    desk.signs_on("lin")
    talks_with(desk, "lin")
    busy = desk.calls("+8613900000002")
    desk.works()
    desk.signs_on("wang")
    again = desk.calls("+8613900000001")
    desk.works()
    assert (desk.entry(busy).staff, desk.entry(again).status) == ("lin", "queued")
    desk.works(31)
    assert desk.entry(again).staff == "wang"


def test_the_next_day_anybody_takes_the_call(desk):
    """The preference is for the day."""
    desk.signs_on("lin")
    talks_with(desk, "lin")
    desk.now += timedelta(days=1)
    with begin_write(desk.worker.engine) as conn:
        agents.wish(conn, "lin", "available", desk.now)
    desk.signs_on("wang")
    with begin_write(desk.worker.engine) as conn:
        conn.execute(sa.update(agents.agent_states).where(agents.agent_states.c.staff == "wang").values(free_since=""))
    again = desk.calls("+8613900000001")
    desk.works()
    assert desk.entry(again).staff == "wang"


def slot(desk, call):
    with begin_read(desk.worker.engine) as conn:
        found = conn.scalar(sa.select(callbacks.c.slot).where(callbacks.c.call == call.leg.sid))
    return datetime.fromisoformat(found)


@pytest.mark.parametrize("talks, minutes, said", [(10, 8, "位置保留"), (0, 15, "要我们回电")])
def test_a_callback_from_the_queue_comes_when_the_turn_would_have_come(desk, talks, minutes, said):
    """By the estimate; without one in fifteen minutes, and then nothing is said of the place."""
    desk.signs_on("lin", does="person")
    measured(desk, talks)
    desk.calls("+8613900000001")
    call = desk.calls("+8613900000002")
    assert said in desk.heard(call) and ("位置保留" in desk.heard(call)) == bool(talks)
    for key in ("1", "1"):
        desk.keys(call, key)
    assert slot(desk, call) == NOON + timedelta(minutes=minutes)


def test_who_was_promised_a_callback_and_calls_again_keeps_the_place(desk):
    """Until the callback was made, or an agent took the call."""
    desk.signs_on("lin", does="person")
    call = desk.calls("+8613900000001")
    began = desk.entry(call).began
    for key in ("1", "1"):
        desk.keys(call, key)
    desk.hangs_up(call)
    at(desk, 5)
    desk.calls("+8613900000002")
    again = desk.calls("+8613900000001")
    assert desk.entry(again).began == began
    desk.works()
    desk.keys(desk.leg_of("lin"), "1")
    assert desk.entry(again).status == "connected"
    desk.hangs_up(again)
    at(desk, 10)
    assert desk.entry(desk.calls("+8613900000001")).began > began
