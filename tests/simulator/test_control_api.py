"""The JSON API of the simulator, and its answers to requests that it cannot carry out."""

from __future__ import annotations

import pytest

from tests.simulator.running_simulator import CALLER, LINE

MENU = '<Gather numDigits="1" finishOnKey="" action="/chosen"/>'
RECORDING = "recordings/RE" + "0" * 32
LOCAL = "http://127.0.0.1"


@pytest.mark.parametrize(
    ("action", "body", "named"),
    [
        ("press", {"keys": "12a"}, "0-9 * #"),
        ("press", {"keys": None}, "0-9 * #"),
        ("speak", {"seconds": "long"}, "seconds is 'long'"),
        ("speak", {"seconds": -1}, "seconds is -1"),
        ("notices", {"send": ["first"]}, "numbered from 0"),
        ("notices", {"send": 0}, "numbered from 0"),
        ("again", {"request": "last"}, "numbered from 0"),
        ("again", {"request": 1.5}, "numbered from 0"),
    ],
)
def test_an_action_that_is_not_possible_is_refused_and_does_nothing(simulator, action, body, named):
    """The error says what to write; nothing reaches the app."""
    simulator.stub.on("/voice", MENU)
    sid = simulator.dials()["sid"]
    assert named in simulator.does(f"{sid}/{action}", body, 400)["error"]
    assert [path for path, _ in simulator.stub.requests] == ["/voice"] and not simulator.sees(sid)["over"]


@pytest.mark.parametrize("more", [{"more": "ForwardedFrom"}, {"more": {"Digits": 1}}, {"bare_hash": "pound"}])
def test_a_call_with_bad_parameters_is_refused(simulator, more):
    """No call is placed."""
    (name,) = more
    assert name in simulator.does("", {"line": LINE, "from": CALLER, **more}, 400)["error"]
    assert simulator.stub.requests == []


@pytest.mark.parametrize("seconds", [-100, "soon", True, 1e300])
def test_the_clock_goes_on_by_seconds_and_never_back(simulator, seconds):
    """A refused value does not move it."""
    answer = simulator.web.post("/simulator/clock", json={"advance": seconds}, base_url=LOCAL)
    assert answer.status_code == 400 and "write seconds" in answer.json["error"]
    assert simulator.web.get("/simulator/clock", base_url=LOCAL).json == {"seconds": 0}


def test_a_recording_of_no_known_length_is_refused(simulator):
    """The terminal has to give the seconds."""
    answer = simulator.web.put(f"/simulator/{RECORDING}", json={"call": "CA1", "seconds": "long"}, base_url=LOCAL)
    assert answer.status_code == 400 and "write seconds" in answer.json["error"]
