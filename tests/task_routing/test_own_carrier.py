"""Agents whom a carrier of one's own reaches, by a trunk (BYOC): in the queue, by TaskRouter, for callbacks, and as
colleagues and supervisors of a talk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
from twilio.base.exceptions import TwilioRestException

from ivr.config.simulated_sids import PAUSE
from ivr.queue import agents, ringing
from ivr.queue.tables import agent_offers
from ivr.storage.database import begin_write
from ivr.talks.operations import To
from ivr.task_routing import own_carrier
from tests.queue.room import Room, room
from tests.queue.test_callbacks import RINGS, due, ring, takes_a_callback, wishes
from tests.talks.talking import CHEN, Talking
from tests.task_routing.task_room import ALL, TaskRoom, task_room
from tests.task_routing.test_task_routing import ASSIGNMENT, last_assignment, sends

TRUNK, NUMBER = "BY" + "0a" * 16, "+8619900009001"
ADDRESS = f"byoc:{TRUNK}/{NUMBER}"


@pytest.fixture(params=["phone", "taskrouter"])
def both(request, line) -> Iterator[Room]:
    """Both modes; the account has this trunk and no other."""
    with room(line) if request.param == "phone" else task_room(line) as made:
        made.simulator.runner.account.trunks = {TRUNK}
        if isinstance(made, TaskRoom):
            made.set_up()
        yield made


@pytest.fixture
def there(desk) -> TaskRoom:
    """Where TaskRouter chooses."""
    desk.simulator.runner.account.trunks = {TRUNK}
    return desk


def works_by_it(desk, does="accept"):
    """Lin is such an agent."""
    desk.does[NUMBER] = does
    desk.signs_on("lin", does=does, address=ADDRESS)


def legs(desk):
    """The calls to Lin's telephone."""
    return [one for one in desk.simulator.runner.calls.values() if one.leg.parameters["To"] == NUMBER]


def test_a_caller_of_the_queue_gets_an_agent_in_mainland_china(both):
    """Announcement, key, summary and caller are as on any other telephone, and the call goes by the trunk."""
    works_by_it(both)
    call = both.calls()
    both.works()
    (leg,) = legs(both)
    heard = both.heard(leg)
    assert leg.trunk == TRUNK and heard.index("有来电") < heard.index("未验证")
    assert (both.entry(call).status, both.entry(call).staff) == ("connected", "lin")
    both.hangs_up(leg)
    both.works().works(61)
    assert both.entry(call).outcome == "answered" and both.activity("lin") == "idle"


def test_a_trunk_that_is_not_the_accounts_rings_nobody_and_the_next_agent_is_rung(both):
    """Twilio refuses with 21300; the log has the code."""
    works_by_it(both)
    both.simulator.runner.account.trunks = set()
    call = both.calls()
    both.signs_on("wang")
    both.works().works()
    assert legs(both) == [] and both.entry(call).staff == "wang"


def test_a_callback_rings_such_an_agent_by_the_trunk(both):
    """And then the customer."""
    takes_a_callback(both)
    wishes(both, "zhao", "offline")
    works_by_it(both)
    due(both, 15, RINGS)
    (leg,) = legs(both)
    assert leg.trunk == TRUNK and ring(both).status == "reached"


@pytest.mark.parametrize("who", ["colleague", "supervisor"])
def test_a_colleague_and_a_supervisor_are_rung_by_the_trunk(both, who):
    """Those legs are placed by the line in both modes."""
    talking = Talking(both)
    both.does[NUMBER] = "accept"
    if who == "colleague":
        with begin_write(both.worker.engine) as conn:
            conn.execute(sa.text(f"UPDATE staff SET address = '{ADDRESS}' WHERE id = 'wang'"))
        talking.does("consult", To(person="wang"))
    else:
        talking.does("supervise", "listen", who=replace(CHEN, address=ADDRESS))
    (leg,) = legs(both)
    assert leg.trunk == TRUNK and len(talking.inside()) == 3


def test_taskrouter_is_told_that_the_line_rings_itself(there):
    """An empty document: Twilio's instruction knows no trunk. A repeated assignment places no second call."""
    works_by_it(there, "rings")
    there.calls()
    assert legs(there) == [] and there.reservations() == [("lin", "pending")]
    form = last_assignment(there)
    assert sends(there, ASSIGNMENT, form).json == {} == sends(there, ASSIGNMENT + "/again", form).json
    there.works().works()
    assert sends(there, ASSIGNMENT, form).json == {}
    there.works()
    assert len(legs(there)) == 1 and len(there.offers()) == 1 and there.router.trouble == []


@pytest.mark.parametrize(
    "does, ended, pause",
    [("decline", "declined", PAUSE), ("no-answer", "missed", "Missed"), ("busy", "declined", PAUSE)],
)
def test_such_an_agent_who_does_not_take_the_call_is_passed_over(there, does, ended, pause):
    """The reservation is rejected, and the next worker chosen."""
    works_by_it(there, does)
    call = there.calls()
    there.signs_on("wang")
    for _ in range(3):
        there.works()
    assert [(one.staff, one.state) for one in there.offers()] == [("lin", ended), ("wang", "connected")]
    assert there.there("lin") == pause and there.entry(call).staff == "wang"


@pytest.mark.parametrize("how", ["refused", "lost"])
def test_a_request_that_fails_rings_nobody_twice_and_loses_nobody(there, how):
    """Without an answer the call is looked for after a minute; one that was never placed frees the caller."""
    works_by_it(there)
    real = there.worker.telephone

    class Failing:
        _client = real._client

        def __getattr__(self, name):
            return getattr(real, name)

        def ring(self, asked):
            if how == "lost":
                real.ring(asked)
            raise TwilioRestException(503, "https://api.twilio.com")

    there.worker = replace(there.worker, telephone=Failing())
    call = there.calls()
    there.works()
    there.worker = replace(there.worker, telephone=real)
    there.works().works(61)
    for _ in range(4):
        there.works(16)
    assert len(legs(there)) == 1 and there.entry(call).status == "connected" and there.entry(call).staff == "lin"


def test_two_workers_place_one_call(there):
    """The second finds that it was asked for."""
    works_by_it(there, "rings")
    there.calls()
    (first,) = own_carrier.due_calls(there.worker)
    for _time in range(2):
        own_carrier.ring(there.worker, first)
    there.settles()
    assert len(legs(there)) == 1 and own_carrier.due_calls(there.worker) == []
    assert first not in ringing.due_offers(there.worker)


@pytest.mark.parametrize("gone", ["caller", "agent", "reservation"])
def test_whoever_is_gone_before_the_call_is_placed_rings_nobody(there, gone):
    """The worker was slow: the caller hung up, the agent left, or the reservation timed out."""
    works_by_it(there, "rings")
    call = there.calls()
    if gone == "caller":
        there.hangs_up(call)
    elif gone == "agent":
        wishes(there, "lin", "break")
    else:
        there.space.reservations[0].made -= 1000
        there.router.look()
    there.works(1, ALL).works()
    assert legs(there) == []
    with begin_write(there.worker.engine) as conn:
        assert set(conn.scalars(sa.select(agent_offers.c.status))) == {"over"}
        agents.wish(conn, "lin", "available", there.now)
