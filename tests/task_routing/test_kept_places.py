"""Who is next at TaskRouter: the age of the call counts as where the line chooses, and a callback keeps its place."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from twilio.base.exceptions import TwilioRestException

from ivr.callbacks import dialler
from ivr.callbacks.tables import callback_queue
from ivr.follow_up.outbox import stamp
from ivr.queue import agents
from ivr.queue.tables import agent_offers, queue_entries
from ivr.storage.database import begin_read, begin_write
from ivr.task_routing import workers
from tests.queue.room import ADDRESSES
from tests.queue.test_callbacks import CUSTOMER, OTHER, RINGS, due, ring, takes_a_callback, wishes
from tests.queue.test_places import at
from tests.task_routing.task_room import ALL
from tests.task_routing.test_task_routing import ASSIGNMENT, sends


@pytest.fixture
def promised(desk):
    """A customer took a callback in the queue, for a quarter past ten."""
    return takes_a_callback(desk)


def priority(desk, call):
    """The priority of this caller's latest task."""
    return [one.priority for one in desk.space.tasks if one.leg.sid == call.leg.sid][-1]


def test_an_older_call_is_given_first_though_it_asks_for_a_person_later(desk):
    """The time in the menus counts; a task's own age would leave it out."""
    desk.signs_on("zhao", topics="[]")
    old = desk.calls(CUSTOMER)
    desk.keys(old, "*")
    at(desk, 5)
    new = desk.calls(OTHER)
    desk.keys(old, "0")
    assert priority(desk, old) > priority(desk, new)
    desk.signs_on("lin")
    assert desk.entry(old).staff == "lin" and desk.entry(new).status == "queued"


def test_who_was_promised_a_callback_and_calls_again_keeps_the_place(desk, promised):
    """Before whoever called in between."""
    other = desk.calls(OTHER)
    again = desk.calls(CUSTOMER)
    assert desk.entry(again).began == desk.entry(promised).began < desk.entry(other).began
    assert priority(desk, again) > priority(desk, other)
    desk.signs_on("lin")
    assert desk.entry(again).staff == "lin" and desk.entry(other).status == "queued"


def talks_with_lin(desk):
    """A caller has talked with Lin today, and Wang has been free for longer."""
    desk.signs_on("lin")
    desk.hangs_up(desk.calls(CUSTOMER))
    desk.works(61).works()
    desk.signs_on("wang")
    desk.worker_there("wang").idle_since = float("-inf")


def test_who_calls_again_today_gets_the_agent_of_the_last_talk(desk):
    """As where the line chooses; another caller gets who has been free longest."""
    talks_with_lin(desk)
    again = desk.calls(CUSTOMER)
    assert desk.entry(again).staff == "lin" and desk.leg_of("wang") is None
    other = desk.calls(OTHER)
    assert desk.entry(other).staff == "wang"


@pytest.mark.parametrize("how", ["talks", "declines"])
def test_an_agent_of_the_last_talk_who_does_not_take_the_caller_is_waited_for_half_a_minute(desk, how):
    """Then anybody takes the call."""
    talks_with_lin(desk)
    if how == "talks":
        wishes(desk, "wang", "break")
        desk.works()
        desk.calls(OTHER)
        wishes(desk, "wang", "available")
        desk.works()
    else:
        desk.does[ADDRESSES["lin"]] = "decline"
    again = desk.calls(CUSTOMER)
    desk.works()
    assert desk.entry(again).status == "queued" and desk.leg_of("wang") is None
    desk.waits(31)
    desk.works()
    assert desk.entry(again).staff == "wang"


def test_an_agent_of_the_last_talk_who_has_gone_is_not_waited_for(desk):
    """The caller is given to anybody at once."""
    talks_with_lin(desk)
    wishes(desk, "lin", "offline")
    desk.works()
    assert desk.entry(desk.calls(CUSTOMER)).staff == "wang"


@pytest.mark.parametrize("first", ["callers", "callbacks"])
@pytest.mark.parametrize("case", ["no place", "place", "overdue"])
def test_a_callback_comes_before_a_caller_if_its_place_is_ahead_or_it_is_overdue(desk, promised, case, first):
    """Whichever the worker looks at first: TaskRouter is not told that an agent is free who is kept for a callback."""
    minutes = 31 if case == "overdue" else 15
    if case != "place":
        with begin_write(desk.worker.engine) as conn:
            conn.execute(sa.update(queue_entries).values(kept=False))
    desk.signs_on("lin", does="person")
    wishes(desk, "lin", "break")
    desk.works()
    call = desk.calls(OTHER)
    wishes(desk, "zhao", "offline")
    due(desk, minutes - 1.5, (*ALL, *RINGS))
    wishes(desk, "lin", "available")
    both = (*ALL, *RINGS) if first == "callers" else (*RINGS, *ALL)
    due(desk, minutes, both)
    with begin_read(desk.worker.engine) as conn:
        rung = list(conn.scalars(sa.select(agent_offers.c.entry)))
    if case == "no place":
        assert rung == [desk.entry(call).id] and desk.reservations() == [("lin", "pending")]
    else:
        assert rung == [ring(desk).id] and desk.reservations() == [] and desk.entry(call).status == "queued"


def reserved_although_kept(desk):
    """TaskRouter gives Lin the caller at the moment in which a callback is ahead: its belief is a second old."""
    desk.signs_on("lin")
    wishes(desk, "zhao", "offline")
    due(desk, 14, (workers.RESERVATIONS, workers.WORKERS))
    with begin_write(desk.worker.engine) as conn:
        conn.execute(sa.update(callback_queue).values(next=stamp(desk.worker.clock(conn))))
    return desk.calls(OTHER)


def test_a_caller_is_refused_while_the_agent_is_kept_and_taken_after_the_callback(desk, promised):
    """The assignment is rejected, also when it comes twice; after the callback the agent takes the caller."""
    call = reserved_although_kept(desk)
    assert desk.reservations() == [("lin", "rejected")] and desk.there("lin") == "Pause" and desk.offers() == []
    form = desk.router.assignments[-1]
    assert sends(desk, ASSIGNMENT, form).json["instruction"] == "reject" and desk.offers() == []
    desk.works(1, (*ALL, *RINGS))
    assert ring(desk).status == "reached" and desk.activity("lin") == "talking"
    assert desk.reservations() == [("lin", "rejected")]
    desk.hangs_up(desk.leg_of("lin"))
    desk.works(61).works()
    assert desk.entry(call).staff == "lin" and desk.router.trouble == []


def test_an_agent_who_declines_the_callback_gets_the_caller(desk, promised):
    """Nobody is kept for a callback that they do not take."""
    call = reserved_although_kept(desk)
    desk.does[ADDRESSES["lin"]] = "decline"
    desk.works(1, (*ALL, *RINGS))
    assert ring(desk).status == "queued" and desk.activity("lin") == "idle"
    desk.does[ADDRESSES["lin"]] = "accept"
    desk.works(31, (*ALL, *RINGS))
    assert desk.entry(call).staff == "lin"


def test_a_callback_that_nobody_looks_at_holds_no_agent(desk, promised):
    """Something is wrong with it, or with the worker: after a minute callers are given again."""
    call = reserved_although_kept(desk)
    desk.line.put("clock", {"now": "2026-11-23T10:16:30+08:00"})
    desk.works().works()
    assert desk.entry(call).staff == "lin" and ring(desk).status == "queued"


def test_a_request_that_fails_leaves_neither_the_caller_nor_the_agent_behind(desk, promised):
    """TaskRouter is not told of the free agent; it is told again, and nobody is rung twice meanwhile."""
    call = reserved_although_kept(desk)
    real, failures = desk.worker.task_routing, []

    class Failing:
        def __getattr__(self, name):
            return getattr(real, name)

        def set_activity(self, worker, activity):
            if len(failures) < 3:
                failures.append(activity)
                raise TwilioRestException(503, "https://taskrouter.twilio.com")
            real.set_activity(worker, activity)

    desk.worker = replace(desk.worker, task_routing=Failing())
    desk.works(1, (*ALL, *RINGS))
    desk.hangs_up(desk.leg_of("lin"))
    for _ in range(12):
        desk.works(16, (*ALL, *RINGS))
    assert len(failures) == 3 and desk.entry(call).staff == "lin" and ring(desk).status == "reached"
    assert [one.state for one in desk.offers()] == ["done", "connected"]


def test_an_agent_who_leaves_before_the_callback_rings_keeps_nobody_waiting(desk, promised):
    """The next agent is rung for it, and the one after that for the caller."""
    call = reserved_although_kept(desk)
    with begin_write(desk.worker.engine) as conn:
        agents.wish(conn, "lin", "break", desk.now)
    desk.signs_on("wang")
    desk.works(1, (dialler.CALLBACKS,))
    assert ring(desk).status == "reached" and desk.activity("wang") == "talking"
    wishes(desk, "lin", "available")
    desk.works().works(31)
    assert desk.entry(call).staff == "lin"
