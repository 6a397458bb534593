"""Where a turn and a call end that would not: in time, in words, in turns; and that the rescue is not ended by them."""

from __future__ import annotations

import threading
import time

import pytest

from ivr.engine import Back, Call, Main, Menu, ToAgent, Unavailable, World, claims, live_turn, touch, turn
from ivr.engine.live_turn import TOUCH_SECONDS, TURN_SECONDS, Input
from ivr.engine.turn import take_turn
from ivr.storage import database
from ivr.storage.database import begin_write
from tests.engine.ordering import CHOICE, SURE, ask_bank, enter, rows, written

RESCUE = Menu("rescue", ("callback",))
WAITED: list[float] = []


async def patient(call: Call) -> None:
    """Asks as long as somebody answers."""
    while True:
        await call.menu(CHOICE)


async def to_a_callback(call: Call) -> None:
    """A rescue: apology, the one agent, a callback."""
    call.say("sorry")
    if await call.dial("agent", "+8613900000001") == "accepted":
        call.say("bye")
        call.hang_up()
    await call.menu(RESCUE)
    await call.do(enter, "callback")
    call.say("noted")


@pytest.mark.parametrize("most", [6, 200])
def test_a_call_of_too_many_turns_is_rescued_and_the_rescue_comes_to_its_end(stage, most):
    """Apology, an agent who does not answer, and the callback is kept: the cap does not end its own rescue."""
    stage.limits = {"max_turns_per_call": most}
    stage.with_root_flows(main=patient, rescue=to_a_callback)
    for keys in ["", *["1"] * (most - 1)]:
        stage.post(keys)
    reply = stage.post("1")
    assert "zh:sorry" in reply and "<Dial" in reply
    assert rows(stage)[-1].failed["type"] == "RunawayFlow"
    assert "zh:callback" in stage.post(dialled="no-answer").replace("rescue.", "")
    assert "zh:noted" in stage.post("1")
    assert written(stage) == 1


def test_an_agent_who_hangs_up_after_the_last_turn_ends_the_call_and_is_not_rung_again(stage):
    """The leg's end is no key: it is answered, whatever its number."""

    async def talks(call: Call) -> None:
        await call.menu(CHOICE)
        await call.dial("agent", "+8613900000001")
        call.say("goodbye")

    stage.limits = {"max_turns_per_call": 2}
    stage.with_root_flows(main=talks)
    stage.post()
    assert "<Dial" in stage.post("1")
    reply = stage.post(dialled="accepted")
    assert "goodbye" in reply and "sorry" not in reply


def test_a_caller_who_keys_for_ever_ends_the_rescue_too(stage):
    """After forty turns of the rescue there are no more words of ours: the static document is the last."""
    stage.limits = {"max_turns_per_call": 3, "max_turns_per_rescue": 4}
    stage.with_root_flows(main=patient)
    for keys in ["", "1", "1", "1", "#", "#", "#"]:
        stage.post(keys)
    with pytest.raises(RuntimeError, match="4 turns in one rescue"):
        stage.post("#")


async def talks_for_ever(call: Call) -> None:
    await call.menu(CHOICE)
    while True:
        call.say("and-another-thing")


def test_a_flow_that_never_stops_talking_ends_with_a_person(stage):
    """It never comes to a wait, so nothing but `say` can stop it."""
    stage.with_root_flows(main=talks_for_ever)
    stage.post()
    assert "zh:sorry" in stage.post("1")
    assert rows(stage)[-1].failed["type"] == "RunawayFlow"


@pytest.mark.parametrize("signal", [Back, Main, ToAgent("nobody")])
def test_a_signal_that_a_root_flow_lets_pass_ends_with_a_person(stage, signal):
    """Signals are no exceptions: one that reached the web server would end the worker's thread, and no row was kept."""

    async def lets_pass(call: Call) -> None:
        await call.menu(CHOICE)
        raise signal

    stage.with_root_flows(main=lets_pass)
    stage.post()
    assert "zh:sorry" in stage.post("1")
    assert rows(stage)[-1].failed["type"] == "UncaughtSignal"


@touch
def slow_bank(world: World, seconds: float) -> int:
    """It answers in time; the clock of the test says how long that took."""
    WAITED.append(world.deadline - time.monotonic())
    CLOCK[0] += seconds
    return 1


CLOCK = [0.0]


def test_all_that_a_turn_waits_for_outside_ends_with_the_turn(stage, monkeypatch):
    """Three touches of three and a half seconds: the third has only what is left of eight, and a fourth is
    not begun.
    """
    began = time.monotonic()
    monkeypatch.setattr(live_turn.time, "monotonic", lambda: began + CLOCK[0])
    CLOCK[0], WAITED[:] = 0.0, []

    async def asks_four_times(call: Call) -> None:
        for seconds in (3.5, 3.5, 0.75, 0.0):
            try:
                await call.do(slow_bank, seconds)
            except Unavailable:
                call.say("no-time")
        await call.menu(CHOICE)

    stage.with_root_flows(main=asks_four_times)
    assert take_turn(stage.runtime, stage.sid, 0, None, {}).count("no-time") == 1
    assert [round(waited, 3) for waited in WAITED] == [TOUCH_SECONDS, TOUCH_SECONDS, round(TURN_SECONDS - 7.0, 3)]


def test_the_time_that_a_turn_waited_for_another_worker_is_part_of_it(stage, monkeypatch):
    """Who waited five seconds for a worker that died has three for the outside, not four."""
    began = time.monotonic()
    CLOCK[0], WAITED[:] = 0.0, []
    monkeypatch.setattr(live_turn.time, "monotonic", lambda: began + CLOCK[0])

    async def asks(call: Call) -> None:
        await call.menu(CHOICE)
        await call.do(slow_bank, 0.0)
        await call.menu(CHOICE)

    stage.with_root_flows(main=asks)
    take_turn(stage.runtime, stage.sid, 0, None, {})
    dead = claims.Worker(stage.engine, stage.folder)
    with begin_write(stage.engine) as conn:
        claims.take(conn, dead, stage.sid, 1)

    really_sleep = time.sleep

    def dies(seconds: float) -> None:
        """Once; the database lets go of its lock a moment later."""
        if not CLOCK[0]:
            CLOCK[0] += 5.0
            dead.close()
        really_sleep(seconds)

    monkeypatch.setattr(live_turn.time, "sleep", dies)
    assert "zh:choice" in take_turn(stage.runtime, stage.sid, 1, Input("1"), {})
    assert [round(waited, 3) for waited in WAITED] == [TURN_SECONDS - 5.0]


def test_a_turn_that_loses_its_claim_at_its_end_leaves_no_transaction_open(stage, monkeypatch):
    """While its error is still on its way up, another thread writes: nobody waits for a transaction that
    nobody ends.
    """
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 60_000)
    other = claims.Worker(stage.engine, stage.folder)
    other.acquire_lock()

    async def is_robbed(call: Call) -> None:
        await call.menu(CHOICE)
        await call.do(ask_bank, "tea")
        with begin_write(stage.engine) as conn:
            conn.execute(claims.claims.update().values(worker=other.id))
        await call.confirm(SURE)

    def writes() -> None:
        with begin_write(stage.engine) as conn:
            conn.execute(claims.claims.delete())
        done.append(True)

    stage.with_root_flows(main=is_robbed)
    take_turn(stage.runtime, stage.sid, 0, None, {})
    done: list[bool] = []
    with pytest.raises(claims.TurnTaken) as lost:
        turn._take(stage.runtime, stage.sid, 1, Input("1"), {}, time.monotonic() + TURN_SECONDS)
    thread = threading.Thread(target=writes, daemon=True)
    thread.start()
    thread.join(20)
    assert done == [True], lost
    other.close()
