"""Keys that came before their question could be heard, and a `#` that Twilio does not tell of."""

from __future__ import annotations

import time

import pytest

from ivr.engine import Ask, Call, Confirm, Menu
from ivr.engine.early_keys import REACTION_SECONDS
from ivr.engine.entries import clock, digits
from ivr.web.key_clock import key_clock
from tests.engine.ordering import order, written

PIN = Ask("pin", digits(6), length=6, personal=True)
WHEN = Ask("when", clock, empty_is=True)
NEXT = Menu("next", ("one", "two"))
SURE = Confirm("sure")
SOON, LATER = REACTION_SECONDS / 2, 30.0


def keys(stage, given: str | None, after: float) -> str:
    """What is answered to these keys, so many seconds after the last document."""
    stage.seconds += after
    return stage.post(given)


@pytest.fixture
def at_an_act(stage):
    """Something is ordered, its amount was confirmed, and the last yes is asked for."""
    stage.with_root_flows(main=order)
    stage.seconds = 1000.0
    stage.post()
    for given in ("1", "300#", "1"):
        document = keys(stage, given, LATER)
    assert "zh:sure" in document
    return stage


@pytest.mark.parametrize("key", ["1", "2", "5"])
def test_a_key_from_before_an_acting_question_is_no_answer_and_no_failure(at_an_act, key):
    """It is asked again, as often as such keys come, and then a key of its own time is taken."""
    for _again in range(5):
        document = keys(at_an_act, key, SOON)
        assert "zh:sure" in document and "wrong" not in document
    assert written(at_an_act) == 0
    keys(at_an_act, "1", REACTION_SECONDS)
    assert written(at_an_act) == 1


def test_a_key_that_means_the_same_everywhere_is_never_too_early(at_an_act):
    """The other language, and a person, need no question."""
    assert "en:sure" in keys(at_an_act, "9", SOON)


def test_without_a_watch_a_yes_is_a_yes(at_an_act):
    """Where nobody knows the time between question and key, nothing is said of it."""
    at_an_act.seconds = None
    at_an_act.post("1")
    assert written(at_an_act) == 1


def test_a_clock_that_was_set_back_costs_one_question(at_an_act):
    """Twenty minutes: a yes is asked for once more, and then by the new time."""
    assert "zh:sure" in keys(at_an_act, "1", -1200.0)
    keys(at_an_act, "1", 5.0)
    assert written(at_an_act) == 1


async def explained(call: Call) -> None:
    """Long words before the act."""
    await call.menu(NEXT)
    call.say("one two three four five six seven eight nine ten eleven twelve")
    if await call.confirm(SURE):
        call.say("done")
    await call.menu(NEXT)


def test_a_yes_in_the_middle_of_what_is_said_before_the_question_is_asked_again_with_it(stage):
    """What is to be confirmed stands there; once the question has begun, it may be interrupted."""
    stage.with_root_flows(main=explained)
    stage.seconds = 0.0
    stage.post()
    keys(stage, "9", LATER)
    assert "twelve" in keys(stage, "1", LATER)
    document = keys(stage, "1", REACTION_SECONDS + 1.0)
    assert "twelve" in document and "en:sure" in document
    assert "en:done" in keys(stage, "1", REACTION_SECONDS + 3.5)


async def entries(call: Call) -> None:
    """A proof, then a time that may be left out."""
    call.say("not-yet")
    await call.ask(PIN)
    await call.ask(WHEN)
    await call.menu(NEXT)


@pytest.fixture
def at_a_proof(stage):
    stage.with_root_flows(main=entries)
    stage.seconds = 0.0
    stage.post()
    return stage


def test_digits_from_before_a_proof_count_neither_for_nor_against(at_a_proof):
    """A whole code that came at once was not keyed at this question."""
    document = keys(at_a_proof, "111111", SOON)
    assert "zh:not-yet" in document and "zh:pin" in document and "wrong" not in document
    assert "zh:when" in keys(at_a_proof, "111111", REACTION_SECONDS)


@pytest.mark.parametrize("told", ["#", None], ids=["told", "as silence"])
def test_a_pound_at_once_is_nothing(at_a_proof, told):
    """It was pressed after the last entry, out of habit: what it cut off is said again, and nothing was answered."""
    document = keys(at_a_proof, told, SOON)
    assert "zh:not-yet" in document and "zh:pin" in document and "take-your-time" not in document
    keys(at_a_proof, "111111", LATER)
    assert "zh:when" in keys(at_a_proof, told, SOON)


def test_a_silence_shorter_than_its_time_out_is_a_pound(at_a_proof):
    """More time, and no failure, as often as one likes; a silence of its length counts."""
    for _again in range(5):
        document = keys(at_a_proof, None, PIN.timeout / 2)
        assert "zh:more-time" in document and "zh:pin" in document and 'timeout="30"' in document
    assert "zh:take-your-time" in keys(at_a_proof, None, 30.0)


def test_a_pound_that_is_not_told_of_leaves_a_time_out(at_a_proof):
    """As one that is told of does."""
    keys(at_a_proof, "111111", LATER)
    assert "zh:next" in keys(at_a_proof, None, WHEN.timeout / 2)


def test_outside_of_the_lab_the_watch_is_the_machines():
    """In the lab it is the telephone's, whose silence takes no time."""
    assert key_clock(lab=False) is time.time
