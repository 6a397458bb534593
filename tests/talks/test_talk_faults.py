"""Requests to Twilio that fail or whose answer is lost, a worker that dies between two steps, notices that are lost,
repeated and out of order: nobody is lost, and nobody is rung twice."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
import sqlalchemy as sa

from ivr.privacy.retention import _forget_calls
from ivr.queue import entries
from ivr.storage.database import begin_write
from ivr.talks import notices, presence, steps
from ivr.talks import talk as state
from ivr.talks.operations import Refused, To
from ivr.talks.tables import talk_legs, talks
from tests.talks.talking import CHEN

COLLEAGUE = To(person="wang", note="请接着办")
OPERATIONS = {
    "hold": [("hold", (), "lin")],
    "unhold": [("hold", (), "lin"), ("unhold", (), "lin")],
    "consult": [("consult", (COLLEAGUE,), "lin")],
    "hand over": [("consult", (COLLEAGUE,), "lin"), ("complete", (), "lin")],
    "transfer": [("hold", (), "lin"), ("transfer", (To(topic="other"),), "lin")],
    "transfer from the bridge": [("transfer", (To(topic="other"),), "lin")],
    "end": [("hold", (), "lin"), ("end", (), "lin")],
    "supervise": [("supervise", ("listen",), CHEN)],
}


class Killed(BaseException):
    """The worker dies: nothing after this runs."""


class Undone(Exception):
    """Rolls a transaction back."""


class Faulty:
    """A client of Twilio whose request number `at` fails; `how`: refused, lost (done, without an answer), killed."""

    def __init__(self, client, at, how, counted):
        self._real, self._at, self._how, self._counted = client, at, how, counted

    def __getattr__(self, name):
        real = getattr(self._real, name)
        if name.startswith("_") or name in ("find", "present", "placed", "status"):
            return real

        def asked(*given):
            self._counted.append(name)
            if len(self._counted) - 1 != self._at:
                return real(*given)
            if self._how != "refused":
                real(*given)
            raise Killed if self._how == "killed" else TimeoutError

        return asked


@pytest.mark.parametrize("how", ["refused", "lost", "killed"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_request_that_fails_costs_seconds_and_nobody(talking, name, how):
    """Each request of each operation fails once, in a talk of its own; the end is the same as without the fault."""
    expected, number = outcome(talking, name, -1, how)
    for at in range(number):
        talking.begins_anew()
        found, _ = outcome(talking, name, at, how)
        given_up = {"inside": ["caller", "lin"], "caller": "connected", "held": name != "supervise", "rung": 0}
        was_given_up = how == "refused" and name in ("consult", "hand over", "supervise") and found == given_up
        assert found == expected or was_given_up, (at, found)


def outcome(talking, name, at, how):
    """What is so in the end, and how many requests were made."""
    counted: list[str] = []
    worker = talking.room.worker
    faulty = {each: Faulty(getattr(worker, each), at, how, counted) for each in ("conferencing", "telephone")}
    rung = len(talking.room.simulator.runner.calls)
    talking.room.does[CHEN.address] = "accept"
    for act, given, who in OPERATIONS[name]:
        with suppress(Refused):  # to hand over to a colleague who could not be rung
            talking.asks(act, *given, who=who)
        talking.room.worker = replace(worker, **faulty)
        for seconds in (1, 2, 5, 61, 61):
            try:
                talking.room.works(seconds, (steps.STEPS, steps.TALKS))
            except Killed:
                talking.room.settles()
        talking.room.worker = worker
    entry = talking.room.entry(talking.caller)
    rung = len(talking.room.simulator.runner.calls) - rung
    over = {"caller": "over"} if talking.caller.phone_call.over else {"caller": entry.status, "held": held(talking)}
    return {"inside": talking.inside(), **over, "rung": rung}, len(counted)


def held(talking):
    """Whether the caller is on hold at Twilio."""
    return "caller" in talking.inside() and talking.participant("caller").hold


def test_a_colleague_who_leaves_is_not_rung_on_when_the_answer_to_the_request_was_lost(talking):
    """Nobody knows the CallSid: the call is looked for, and ended."""
    talking.room.does["+12025550182"] = "rings"
    talking.does("consult", COLLEAGUE)
    leg = talking.room.leg_of("wang")
    with begin_write(talking.room.worker.engine) as conn:
        conn.execute(sa.update(talk_legs).where(talk_legs.c.staff == "wang").values(call=None))
        presence.choose(conn, "wang", "break", talking.room.now)
    talking.room.works()
    assert leg.phone_call.over and not talking.room.state("wang").missed and talking.inside() == ["caller", "lin"]


def test_the_talk_goes_on_when_every_notice_is_lost(talking, monkeypatch):
    """Hold works by the conference's name, and a look at Twilio finds out the rest."""
    monkeypatch.setattr(notices, "take", lambda *given: None)
    talking.does("hold")
    assert talking.participant("caller").hold and talking.legs() == {"caller": "claimed", "agent": "claimed"}
    talking.room.works(61)
    assert talking.legs() == {"caller": "joined, held", "agent": "joined"}
    talking.room.hangs_up(talking.room.leg_of("lin"))
    talking.room.works()
    assert talking.room.entry(talking.caller).status == "queued"


def test_notices_in_any_order_and_twice_lead_to_the_same(talking):
    """The highest SequenceNumber of a leg counts; another conference's notice is nobody's."""
    caller, agent = talking.leg("caller").id, talking.id
    told = [
        ("participant-join", caller, "false"),
        ("participant-join", agent, "false"),
        ("conference-start", "", ""),
        ("participant-hold", caller, "true"),
        ("participant-unhold", caller, "false"),
        ("participant-hold", caller, "true"),
    ]
    forms = [
        {"ConferenceSid": "CF1", "SequenceNumber": str(number), "StatusCallbackEvent": event, "Hold": hold}
        | ({"ParticipantLabel": label} if label else {})
        for number, (event, label, hold) in enumerate(told)
    ]
    with suppress(Undone), begin_write(talking.room.worker.engine) as conn:
        found = set(ends(conn, talking, forms))
        raise Undone
    assert talking.row().conference is None
    assert found == {(("agent", "joined", False), ("caller", "joined", True))}


def ends(conn, talking, left, taken=()):
    """The legs after each order of these notices, of which the first and the last one come twice."""
    if not left:
        for form in (taken[0], taken[-1] | {"ConferenceSid": "CF2", "Hold": "false"}):
            notices.take(conn, talking.id, form, talking.room.now)
        rows = conn.execute(sa.select(talk_legs).where(talk_legs.c.talk == talking.id)).all()
        yield tuple(sorted((one.role, one.state, one.hold) for one in rows))
    for form in left:
        with suppress(Undone), conn.begin_nested():
            notices.take(conn, talking.id, form, talking.room.now)
            yield from ends(conn, talking, [one for one in left if one is not form], (*taken, form))
            raise Undone


def test_a_late_notice_revives_nobody_who_has_left(talking):
    """The leg's call is over; a join that comes afterwards changes nothing."""
    talking.does("hold")
    with begin_write(talking.room.worker.engine) as conn:
        state.change_leg(conn, talking.id, state="left")
        form = {"ConferenceSid": talking.row().conference, "SequenceNumber": "99", "ParticipantLabel": talking.id}
        notices.take(conn, talking.id, form | {"StatusCallbackEvent": "participant-join"}, talking.room.now)
        assert state.leg_of(conn, talking.id).state == "left"


@pytest.mark.parametrize("path", ["", "/notices", "/hold", "/legs/{leg}", "/legs/{leg}/answer", "/legs/{leg}/after"])
def test_unsigned_requests_about_a_talk_are_refused(talking, path):
    """As everywhere under `/voice`."""
    address = f"/voice/talks/{talking.id}{path.format(leg=talking.id)}"
    assert talking.room.line.app.test_client().post(address, data={"Digits": "1"}).status_code in (403, 404)
    assert talking.row().status == "queued"


def test_a_caller_whose_webhook_fails_at_the_end_of_the_bridge_is_asked_for_again(talking, monkeypatch):
    """The database is away for a moment while the two legs move: the caller follows into the conference."""
    failed = []

    def fails_once(*given):
        if not failed:
            failed.append(True)
            raise sa.exc.OperationalError("", None, Exception())
        return real(*given)

    real = state.caller_goes_on
    monkeypatch.setattr(state, "caller_goes_on", fails_once)
    talking.does("hold")
    talking.room.works(2)
    assert failed and talking.inside() == ["caller", "lin"] and talking.participant("caller").hold


def test_a_bridge_of_which_nobody_told_that_it_ended_is_closed(talking):
    """The queue knows that the caller is over; the talk follows at the next look."""
    with begin_write(talking.room.worker.engine) as conn:
        entries.talked(conn, talking.caller.leg.sid, talking.room.now)
    talking.room.works(61)
    assert talking.row().status == "over"


def test_the_rows_of_a_talk_are_forgotten_with_the_call(talking):
    """Retention leaves neither a note nor a leg."""
    talking.does("consult", COLLEAGUE)
    with begin_write(talking.room.worker.engine) as conn:
        _forget_calls(conn, [talking.caller.leg.sid])
        for table in (talks, talk_legs):
            assert conn.scalar(sa.select(sa.func.count()).select_from(table)) == 0
