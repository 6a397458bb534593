"""An agent who leaves while a caller rings at their telephone: the ringing ends, it is no miss, and the next agent is
rung at once. Where the line chooses the agent, and where TaskRouter does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from twilio.base.exceptions import TwilioRestException

from ivr.console.queue import queue_group
from ivr.queue import agents, offers, withdrawn
from ivr.queue.tables import withdrawn_legs
from ivr.storage.database import begin_read, begin_write
from ivr.talks import presence
from tests.queue import room as rooms
from tests.queue.room import Room, room
from tests.task_routing.task_room import TaskRoom, task_room

ADDRESSES = {
    "telephone": rooms.ADDRESSES["lin"],
    "browser": "client:lin",
    "sip": "sip:lin@pbx.example.com",
    "own carrier": "byoc:BY" + "0" * 32 + "/+8619900009001",
}


@pytest.fixture(params=["phone", "taskrouter"])
def desk(request, line) -> Iterator[Room]:
    """Both modes."""
    with room(line) if request.param == "phone" else task_room(line) as made:
        if isinstance(made, TaskRoom):
            made.set_up()
        yield made


def rings(desk, address=ADDRESSES["telephone"]):
    """Lin is rung for a caller, and Wang is there for the next one: the caller's call and Lin's leg."""
    number = address.rpartition("/")[2]
    desk.does[number] = "rings"
    if address.startswith("client:"):
        desk.simulator.clients.register("lin")
    desk.signs_on("lin", does="rings", address=address)
    caller = desk.calls()
    desk.works()
    (leg,) = [one for one in desk.simulator.runner.calls.values() if one.leg.parameters["To"] == number]
    assert leg.rings and desk.activity("lin") == "ringing"
    desk.signs_on("wang")
    return caller, leg


def leaves(desk, wish="break"):
    """Lin chooses this at the desk."""
    with begin_write(desk.worker.engine) as conn:
        presence.choose(conn, "lin", wish, desk.now)


def still_to_end(desk):
    """The legs that are to be ended."""
    with begin_read(desk.worker.engine) as conn:
        return list(conn.scalars(sa.select(withdrawn_legs.c.id)))


@pytest.mark.parametrize("wish", ["break", "offline"])
@pytest.mark.parametrize("how", ADDRESSES)
def test_who_leaves_while_being_rung_hears_no_ringing_to_its_end(desk, how, wish):
    """However they are reached; the caller talks to the next agent at once, and nothing is held against the first."""
    caller, leg = rings(desk, ADDRESSES[how])
    leaves(desk, wish)
    desk.works()
    assert leg.phone_call.over and leg.status == "canceled"
    assert desk.entry(caller).status == "connected" and desk.entry(caller).staff == "wang"
    assert [(one.staff, one.state) for one in desk.offers()] == [("lin", "declined"), ("wang", "connected")]
    assert desk.activity("lin") == wish and not desk.state("lin").missed and still_to_end(desk) == []
    leaves(desk, "available")
    assert desk.activity("lin") in ("idle", "unreachable", "offline") and not desk.state("lin").missed


def test_a_telephone_that_was_picked_up_and_not_accepted_is_hung_up_too(desk):
    """Key 1 was not pressed: the caller is with the next agent already."""
    caller, leg = rings(desk)
    desk.keys(leg, "answer")
    assert "有来电" in desk.heard(leg)
    leaves(desk)
    desk.works()
    assert leg.phone_call.over and desk.entry(caller).staff == "wang"


def test_who_has_accepted_keeps_the_caller(desk):
    """The break begins after the talk."""
    caller, leg = rings(desk)
    desk.keys(leg, "answer")
    desk.keys(leg, "1")
    leaves(desk)
    desk.works()
    assert not leg.phone_call.over and desk.entry(caller).staff == "lin" and still_to_end(desk) == []


def test_a_leg_whose_callsid_nobody_told_is_looked_for_by_the_address(desk):
    """The answer to the request was lost, or TaskRouter placed the call."""
    caller, leg = rings(desk)
    with begin_write(desk.worker.engine) as conn:
        conn.execute(sa.text("UPDATE agent_offers SET call = NULL WHERE staff = 'lin'"))
    leaves(desk)
    desk.works()
    assert leg.phone_call.over and still_to_end(desk) == [] and desk.entry(caller).staff == "wang"


def test_a_callsid_that_comes_after_the_break_ends_the_leg(desk):
    """Twilio is still placing the call when the agent leaves: it is ended as soon as it is known."""
    _caller, leg = rings(desk)
    (offer,) = [one for one in desk.offers() if one.staff == "lin"]
    with begin_write(desk.worker.engine) as conn:
        conn.execute(sa.text("UPDATE agent_offers SET call = NULL WHERE staff = 'lin'"))
    desk.worker = replace(desk.worker, telephone=Blind(desk.worker.telephone))
    leaves(desk)
    desk.works()
    assert not leg.phone_call.over and len(still_to_end(desk)) == 1
    with begin_write(desk.worker.engine) as conn:
        offers.set_call_sid(conn, offer.id, leg.leg.sid)
    desk.works(0)
    assert leg.phone_call.over and still_to_end(desk) == []


def test_a_request_that_fails_is_made_again_and_nothing_is_looked_for_for_ever(desk):
    """Twilio is down for a moment; a call that is never found is given up after a minute, when no telephone rings."""
    caller, leg = rings(desk)
    real, asked = desk.worker.conferencing, []

    class Failing:
        _client = real._client

        def hang_up(self, call):
            asked.append(call)
            if len(asked) < 3:
                raise TwilioRestException(503, "https://api.twilio.com")
            real.hang_up(call)

    desk.worker = replace(desk.worker, conferencing=Failing())
    leaves(desk)
    desk.works()
    assert not leg.phone_call.over and desk.entry(caller).staff == "wang"
    for _ in range(4):
        desk.works(2)
    assert leg.phone_call.over and len(asked) == 3 and still_to_end(desk) == []
    with begin_write(desk.worker.engine) as conn:
        unknown = {"id": "f" * 16, "address": "+12025550189", "at": desk.offers()[0].at, "call": None}
        withdrawn.stop_ringing(conn, SimpleNamespace(**unknown))
    for _ in range(40):
        desk.works(2, (withdrawn.LEGS,))
    assert still_to_end(desk) == []


def test_the_next_call_to_an_agent_who_comes_back_is_not_taken_for_the_one_that_was_withdrawn(desk):
    """The first one was over before it could be ended, and nobody was told its CallSid, nor that of the next."""
    caller, leg = rings(desk)
    leaves(desk)
    desk.hangs_up(leg)
    forget = sa.text("UPDATE agent_offers SET call = NULL WHERE staff = 'lin'")
    with begin_write(desk.worker.engine) as conn:
        for of in (forget, sa.text("UPDATE withdrawn_legs SET call = NULL")):
            conn.execute(of)
    desk.works()
    assert still_to_end(desk) == [] and desk.entry(caller).staff == "wang"
    leaves(desk, "available")
    with begin_write(desk.worker.engine) as conn:
        agents.wish(conn, "lin", "available", desk.now)
    desk.works(31)
    desk.calls("+8613900000002")
    desk.works()
    with begin_write(desk.worker.engine) as conn:
        conn.execute(forget)
    for _ in range(5):
        desk.works(5)
    assert desk.activity("lin") == "ringing" and not desk.leg_of("lin").phone_call.over


def test_notices_that_come_late_or_twice_make_no_miss(desk):
    """Twilio says that nobody answered, after the offer was withdrawn."""
    caller, leg = rings(desk)
    leaves(desk)
    desk.works()
    (offer,) = [one for one in desk.offers() if one.staff == "lin"]
    for ended in ("missed", "failed", "declined"):
        with begin_write(desk.worker.engine) as conn:
            offers.settle(conn, offer.id, ended, desk.now)
            presence.ring_no_more(conn, "lin", desk.now)
    assert not desk.state("lin").missed and desk.offers()[0].state == "declined" and still_to_end(desk) == []
    assert desk.entry(caller).status == "connected"


def test_the_button_that_declines_stops_a_telephone_as_well(desk):
    """Who declines on the page does not have to lift the receiver."""
    caller, leg = rings(desk)
    with begin_write(desk.worker.engine) as conn:
        assert offers.decline(conn, desk.offers()[0].id, desk.now)
        assert not offers.decline(conn, desk.offers()[0].id, desk.now)
    desk.works()
    assert leg.phone_call.over and desk.entry(caller).staff == "wang" and not desk.state("lin").missed


def test_a_break_by_the_command_line_stops_the_ringing_too(desk):
    """Agents without a browser have no other way."""
    caller, leg = rings(desk)
    said = CliRunner().invoke(queue_group(lambda: desk.line.settings), ["agent", "lin", "break"])
    assert said.exit_code == 0 and desk.entry(caller).status == "queued"
    desk.now = datetime.now(UTC)  # the command has no other clock
    desk.works()
    assert leg.phone_call.over and desk.entry(caller).staff == "wang" and desk.activity("lin") == "break"


class Blind:
    """A telephone company whose list of calls is empty."""

    def __init__(self, real):
        self._real = real

    def __getattr__(self, name):
        return (lambda *given: []) if name == "placed" else getattr(self._real, name)
