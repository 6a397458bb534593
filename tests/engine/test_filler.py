"""While the outside is slow, the caller hears a word before it is waited for; no flow knows of it."""

from __future__ import annotations

import pytest

from ivr.engine import Ask, Call, Menu, Unavailable, World, touch
from ivr.engine.entries import digits
from ivr.engine.outside_latency import REMEMBERED_SECONDS, SLOW_SECONDS, OutsideLatency
from tests.engine.stage import Stage

CHOICE = Menu("choice", ("coffee", "tea"))
CODE = Ask("code", digits(6), length=6, personal=True)
ASKED: list[str] = []


@touch
def ask_bank(world: World, what: str) -> str:
    ASKED.append(world.key)
    if what == "tea":
        raise Unavailable("dead")
    return what


async def main(call: Call) -> None:
    drink = await call.menu(CHOICE)
    call.say("chosen", drink=drink)
    first = await call.do(ask_bank, drink)
    again = await call.do(ask_bank, first)
    call.say("found", first=first, again=again)
    await call.menu(Menu("after", ("on",)))


async def with_a_code(call: Call) -> None:
    await call.ask(CODE)
    found = await call.do(ask_bank, "coffee")
    call.say("found", first=found)
    await call.menu(Menu("after", ("on",)))


async def rescue(call: Call) -> None:
    call.say("sorry")


@pytest.fixture
def stage(database, tmp_path):
    """A stage on a fresh database."""
    ASKED.clear()
    made = Stage(database, tmp_path, {"main": main, "rescue": rescue})
    yield made
    made.runtime.close()


def slow(stage: Stage) -> None:
    """Somebody has just waited long in this process."""
    stage.runtime.outside_latency.record(SLOW_SECONDS)


def test_a_word_comes_before_a_slow_look_up_and_then_everything_that_was_to_be_said(stage):
    """The look-up runs in the next turn, without a key; what stood before it is not lost."""
    stage.post()
    slow(stage)
    held = stage.post("1")
    assert "zh:one-moment" in held and "turns/2" in held and "chosen" not in held and ASKED == []
    found = stage.post()
    assert "chosen drink=coffee" in found and "found first=coffee again=coffee" in found
    assert len(ASKED) == 2
    assert "zh:after" in stage.post("5")


def test_one_word_is_enough_for_a_turn(stage):
    """It is slow still, and the second look-up of the same turn follows at once."""
    stage.post()
    slow(stage)
    stage.post("1")
    slow(stage)
    assert "found" in stage.post()


def test_a_quick_outside_is_asked_at_once(stage):
    """No word is wasted."""
    stage.post()
    assert "found" in stage.post("1")


def test_what_was_keyed_in_secret_is_not_kept_waiting(stage):
    """It lives for one turn: the outside is asked in that one, however slow."""
    stage.with_root_flows(main=with_a_code)
    stage.post()
    slow(stage)
    assert "found first=coffee" in stage.post("123456")


def test_a_bank_that_does_not_answer_after_the_word_is_no_success(stage):
    """The flow hears of it as ever; here it does not catch it, and the caller gets an apology."""
    stage.post()
    slow(stage)
    assert "one-moment" in stage.post("2")
    assert "zh:sorry" in stage.post()


def test_the_pace_is_that_of_the_last_wait_and_is_forgotten_after_a_minute():
    """A quick answer, or time, ends it."""
    now = [0.0]
    latency = OutsideLatency(lambda: now[0])
    assert not latency.is_slow()
    latency.record(SLOW_SECONDS)
    now[0] = REMEMBERED_SECONDS - 1
    assert latency.is_slow()
    now[0] = REMEMBERED_SECONDS
    assert not latency.is_slow()
    latency.record(SLOW_SECONDS)
    latency.record(0.1)
    assert not latency.is_slow()
