"""Hold, consultation and transfer of a caller whose agent TaskRouter chose."""

from __future__ import annotations

import pytest

from ivr.talks.operations import To
from tests.talks.talking import Talking


@pytest.fixture
def talking(desk) -> Talking:
    """A caller and Lin; Wang is available, too."""
    made = Talking(desk)
    assert desk.reservations() == [("lin", "accepted")]
    return made


def test_hold_ends_the_talk_at_twilio_and_nobody_else_is_given_to_the_agent(talking, desk):
    """The agent's leg leaves the bridge, so TaskRouter wraps the task up; the talk goes on in the conference."""
    talking.does("hold")
    assert talking.inside() == ["caller", "lin"] and desk.reservations() == [("lin", "wrapping")]
    assert desk.there("lin") == "Pause" and desk.activity("lin") == "talking"
    desk.works(61).works()
    assert desk.there("lin") == "Pause" and [one.status for one in desk.space.tasks] == ["wrapping"]
    talking.does("unhold")
    talking.does("end")
    desk.works()
    assert talking.inside() == [] and [one.status for one in desk.space.tasks] == ["completed"]
    desk.works(61)
    assert desk.there("lin") == "Available" and desk.entry(talking.caller).outcome == "answered"


def test_a_colleague_who_was_consulted_takes_over_and_is_given_nobody_meanwhile(talking, desk):
    """TaskRouter does not know of the consultation: it reserves the colleague, and is told no."""
    talking.does("consult", To(person="wang"))
    assert talking.inside() == ["caller", "lin", "wang"]
    second = desk.calls("+8613900000002")
    assert desk.reservations()[-1] == ("wang", "rejected") and desk.there("wang") == "Pause"
    assert desk.entry(second).status == "queued"
    talking.does("complete")
    assert talking.inside() == ["caller", "wang"] and desk.activity("wang") == "talking"
    desk.hangs_up(desk.leg_of("wang"))
    desk.works().works(61).works()
    assert desk.there("wang") == "Available" or desk.activity("wang") in ("ringing", "talking")


def test_a_transfer_puts_the_caller_back_as_a_new_task_with_the_highest_priority(talking, desk):
    """Whom Twilio chooses is Twilio's to say."""
    talking.does("transfer", To(topic="promotions"))
    desk.settles()
    first, second = desk.space.tasks
    assert second.priority > first.priority and second.attributes["topic"] == "promotions"
    assert second.attributes["entry"] == first.attributes["entry"]
    desk.works()
    assert desk.entry(talking.caller).status == "connected" and desk.entry(talking.caller).staff == "wang"
