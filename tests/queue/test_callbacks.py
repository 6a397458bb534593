"""Promised callbacks and the desk: an agent who is signed on is rung first, then the customer."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from ivr.callbacks import attempts, desk_agents, dialler
from ivr.callbacks.tables import callback_queue, ring_attempts
from ivr.desk import calls as seen
from ivr.queue import agents
from ivr.queue.tables import agent_offers, queue_entries
from ivr.simulator.account.leg_events import Input
from ivr.staff.people import Person
from ivr.storage.database import begin_read, begin_write
from ivr.talks import presence
from tests.queue.room import ADDRESSES, OUTBOXES
from tests.queue.test_browser_agents import Browser
from tests.queue.test_places import NOON

CUSTOMER, OTHER = "+8613900000001", "+8613900000002"
RINGS = (dialler.ATTEMPTS, dialler.CALLBACKS)


def takes_a_callback(desk):
    """A customer takes a callback in the queue, for a quarter past ten, while Zhao is signed on and takes no call."""
    desk.line.put("agents", {"available": 0})
    desk.signs_on("zhao", topics="[]")
    call = desk.calls(CUSTOMER)
    for key in ("1", "1"):
        desk.keys(call, key)
    desk.hangs_up(call)
    desk.does[CUSTOMER] = "accept"
    return call


@pytest.fixture
def promised(desk):
    """A customer took a callback; whoever was signed on then has gone."""
    call = takes_a_callback(desk)
    wishes(desk, "zhao", "offline")
    return call


def wishes(desk, name, wanted):
    """This agent chooses a state at the desk."""
    with begin_write(desk.worker.engine) as conn:
        presence.choose(conn, name, wanted, desk.now)
        agents.wish(conn, name, wanted, desk.now)


def due(desk, minutes=15, outboxes=RINGS):
    """So long after ten the worker looks; the callback's slot is a quarter past."""
    now = NOON + timedelta(minutes=minutes)
    desk.now = max(desk.now, now)
    desk.line.put("clock", {"now": now.isoformat()})
    desk.works(0, outboxes)


def ring(desk):
    """The callback in the dialler."""
    with begin_read(desk.worker.engine) as conn:
        return conn.execute(sa.select(callback_queue)).one()


def test_a_due_callback_rings_an_idle_agent_of_the_desk_and_then_the_customer(desk, promised):
    """Agent first; the talk counts as one, with a wrap-up after it, and the agent has the card."""
    desk.signs_on("lin")
    due(desk, 14)
    assert desk.leg_of("lin") is None
    due(desk)
    assert "回电" in desk.heard(desk.leg_of("lin")) and ring(desk).status == "reached"
    assert desk.activity("lin") == "talking"
    desk.hangs_up(desk.leg_of("lin"))
    assert desk.activity("lin") == "wrap-up" and [one.state for one in desk.offers()] == ["done"]
    with begin_read(desk.worker.engine) as conn:
        for name, sees in (("lin", True), ("zhao", False)):
            person = Person(name, name, "agent", ("haiyun",))
            assert (seen.find(conn, person, promised.leg.sid, desk.now) is not None) == sees
            assert bool(seen.today(conn, person, desk.now)[0]) == sees
            assert seen.find(conn, person, promised.leg.sid, desk.now + timedelta(days=1)) is None


def test_neither_a_caller_nor_a_second_callback_rings_an_agent_meanwhile(desk, promised):
    """The database itself refuses a second open offer of one agent."""
    desk.signs_on("lin", does="person")
    due(desk)
    assert desk.activity("lin") == "ringing"
    desk.calls(OTHER)
    desk.works(5)
    assert [one.staff for one in desk.offers()] == ["lin"]
    with begin_read(desk.worker.engine) as conn:
        (agent,) = [one for one in agents.everybody(conn, desk.now) if one.id == "lin"]
    with pytest.raises(sa.exc.IntegrityError), begin_write(desk.worker.engine) as conn:
        desk_agents.engage(conn, "second", "another callback", agent, desk.now)


def test_an_agent_in_a_talk_is_not_rung_for_a_callback(desk, promised):
    """It waits until the wrap-up is over, and costs no try."""
    desk.signs_on("lin")
    call = desk.calls(OTHER)
    desk.works()
    assert desk.activity("lin") == "talking"
    due(desk)
    due(desk, 16)
    assert (ring(desk).status, ring(desk).tries, len(desk.offers())) == ("queued", 0, 1)
    desk.hangs_up(call)
    due(desk, 18)
    assert ring(desk).status == "reached"


def test_the_button_of_the_browser_accepts_a_callback_and_nobody_is_asked_for_key_1(desk, promised):
    """What it is about at once, then the customer."""
    browser = Browser(desk)
    due(desk)
    leg = browser.leg
    with begin_write(desk.worker.engine) as conn:
        offer = desk_agents.of_agent(conn, "lin")
        (engaged,) = desk_agents.engaged(conn)
        desk_agents.claim(conn, offer.id)
    assert (offer.state, offer.call) == ("ringing", leg.leg.sid)
    assert (engaged.is_callback, engaged.caller.call, engaged.caller.topic) == (True, promised.leg.sid, "other")
    browser.answers()
    heard = desk.heard(leg)
    assert "回电" in heard and "请按" not in heard and ring(desk).status == "reached"
    browser.hangs_up()
    assert desk.activity("lin") == "wrap-up"


def test_a_browser_that_was_answered_without_the_button_is_asked_for_key_1(desk, promised):
    """Nothing of the customer is heard before."""
    browser = Browser(desk)
    due(desk)
    leg = browser.leg
    browser.answers()
    assert "请按" in desk.heard(leg) and "回电" not in desk.heard(leg)
    browser.clients.press(leg, "1")
    desk.settles()
    assert "回电" in desk.heard(leg) and ring(desk).status == "reached"


def test_an_agent_who_does_not_answer_has_missed_it_and_the_next_one_is_rung(desk, promised):
    """At once; it is no try of the customer's."""
    desk.signs_on("lin", does="no-answer")
    desk.signs_on("wang")
    due(desk)
    due(desk)
    assert (desk.activity("lin"), desk.activity("wang")) == ("missed", "talking")
    assert (ring(desk).status, ring(desk).tries) == ("reached", 0)


def test_who_declines_a_callback_is_not_rung_for_it_again_within_a_minute(desk, promised):
    """Also if there is nobody else: the customer is not on the line."""
    desk.signs_on("lin", does="decline")
    due(desk)
    assert desk.activity("lin") == "idle" and len(desk.offers()) == 1
    desk.does[ADDRESSES["lin"]] = "accept"
    due(desk, 15.9)
    assert len(desk.offers()) == 1
    due(desk, 16.1)
    assert ring(desk).status == "reached" and [one.state for one in desk.offers()] == ["declined", "connected"]


@pytest.mark.parametrize("how", ["button", "break"])
def test_a_callback_that_an_agent_passes_on_goes_to_the_next_one(desk, promised, how):
    """The button, or a break while it rings; a key that is pressed afterwards accepts nothing."""
    desk.signs_on("lin", does="person")
    due(desk)
    desk.signs_on("wang")
    if how == "button":
        with begin_write(desk.worker.engine) as conn:
            assert attempts.decline(conn, "lin", desk.now) and not attempts.decline(conn, "lin", desk.now)
    else:
        wishes(desk, "lin", "break")
    due(desk)
    assert (desk.activity("wang"), ring(desk).status) == ("talking", "reached")
    desk.keys(desk.leg_of("lin"), "1")
    assert desk.leg_of("lin").phone_call.over and "回电" not in desk.heard(desk.leg_of("lin"))


@pytest.mark.parametrize("known", [True, False])
def test_the_telephone_of_an_agent_who_leaves_stops_ringing_for_a_callback(desk, promised, known):
    """Also when the answer to the request was lost: then the call is looked for. It costs no try, and is no miss."""
    desk.signs_on("lin", does="rings")
    due(desk)
    leg = desk.leg_of("lin")
    assert leg.rings
    if not known:
        with begin_write(desk.worker.engine) as conn:
            for table in (agent_offers, ring_attempts):
                conn.execute(sa.update(table).values(call=None))
    wishes(desk, "lin", "break")
    desk.works()
    assert leg.phone_call.over and not desk.state("lin").missed and ring(desk).tries == 0
    desk.signs_on("wang")
    due(desk)
    assert (desk.activity("wang"), ring(desk).status) == ("talking", "reached")


def test_a_customer_who_is_not_reached_is_tried_again_ten_minutes_later(desk, promised):
    """As ever; the agent is free at once, since there was no talk."""
    desk.signs_on("lin")
    desk.does[CUSTOMER] = "no-answer"
    due(desk)
    assert (ring(desk).status, ring(desk).tries, desk.activity("lin")) == ("queued", 1, "idle")
    due(desk, 24)
    assert len(desk.offers()) == 1
    desk.does[CUSTOMER] = "accept"
    due(desk, 25)
    assert ring(desk).status == "reached"


@pytest.mark.parametrize("more", [{}, {"topics": '["security"]'}, {"languages": '["en"]'}])
def test_without_an_agent_at_the_desk_who_takes_it_the_numbers_of_the_settings_are_rung(desk, promised, more):
    """Nobody signed on, or only people of other topics or languages."""
    desk.line.put("agents", {"available": 1})
    desk.does["+8619900009001"] = "accept"
    if more:
        desk.signs_on("lin", **more)
    due(desk)
    assert ring(desk).status == "reached" and desk.offers() == [] and desk.leg_of("lin") is None


def test_with_nobody_to_ring_it_stays_promised_and_operations_hear_of_it(desk, promised, caplog):
    """A line in the log at each look, from fifteen minutes after the slot; the callback is made when somebody comes."""
    for minutes in (15, 29):
        due(desk, minutes)
        desk_agents.watch_overdue(desk.worker)
    assert "callbacks are overdue" not in caplog.text
    due(desk, 31)
    desk_agents.watch_overdue(desk.worker)
    assert "callbacks are overdue" in caplog.text
    assert (ring(desk).status, ring(desk).tries) == ("queued", 0)
    caplog.clear()
    desk.signs_on("lin")
    due(desk, 33)
    desk_agents.watch_overdue(desk.worker)
    assert ring(desk).status == "reached" and "callbacks are overdue" not in caplog.text


@pytest.mark.parametrize("first", ["callers", "callbacks"])
@pytest.mark.parametrize("case", ["no place", "place", "overdue"])
def test_a_caller_in_the_queue_comes_before_a_callback_unless_its_place_is_ahead_or_it_is_overdue(
    desk, promised, case, first
):
    """Whichever the worker looks at first. The customer's place in the queue was kept: they called before."""
    minutes = 31 if case == "overdue" else 15
    if case != "place":
        with begin_write(desk.worker.engine) as conn:
            conn.execute(sa.update(queue_entries).values(kept=False))
    desk.signs_on("lin", does="person")
    wishes(desk, "lin", "break")
    wishes(desk, "zhao", "available")
    call = desk.calls(OTHER)
    wishes(desk, "zhao", "offline")
    due(desk, minutes - 1.5)
    wishes(desk, "lin", "available")
    both = (*OUTBOXES, *RINGS) if first == "callers" else (*RINGS, *OUTBOXES)
    due(desk, minutes, both)
    entries = {"callers": desk.entry(call).id, "callbacks": ring(desk).id}
    assert [one.entry for one in desk.offers()] == [entries["callers" if case == "no place" else "callbacks"]]


def test_a_callback_that_cannot_be_looked_at_holds_no_agent_free(desk, promised):
    """Something is wrong with it, or with the worker: callers are not to wait for that."""
    desk.signs_on("lin")
    desk.calls(OTHER)
    due(desk, 40, OUTBOXES)
    assert [one.entry for one in desk.offers()] != [] and desk.activity("lin") == "talking"


def test_an_agent_who_accepted_and_never_answered_has_missed_it(desk, promised):
    """The browser died after the button: no try is used, and the customer was not disturbed."""
    browser = Browser(desk)
    due(desk)
    with begin_write(desk.worker.engine) as conn:
        desk_agents.claim(conn, desk_agents.of_agent(conn, "lin").id)
    desk.simulator.runner.act(browser.leg, Input())
    desk.settles()
    assert (desk.activity("lin"), ring(desk).status, ring(desk).tries) == ("missed", "queued", 0)
    with begin_read(desk.worker.engine) as conn:
        assert conn.scalar(sa.select(agent_offers.c.state)) == "missed"
