"""The JSON interface of the telephone company, and what it answers to orders that it cannot carry out."""

from __future__ import annotations

import pytest

from tests.simulator.company import CALLER, LINE

MENU = '<Gather numDigits="1" finishOnKey="" action="/chosen"/>'
RECORDING = "recordings/RE" + "0" * 32
LOCAL = "http://127.0.0.1"


@pytest.mark.parametrize(
    ("deed", "body", "named"),
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
def test_a_deed_that_cannot_be_done_is_refused_and_does_nothing(company, deed, body, named):
    """With a word on what to write; nothing reaches the app."""
    company.desk.on("/voice", MENU)
    sid = company.dials()["sid"]
    assert named in company.does(f"{sid}/{deed}", body, 400)["error"]
    assert [path for path, _ in company.desk.requests] == ["/voice"] and not company.sees(sid)["over"]


@pytest.mark.parametrize("more", [{"more": "ForwardedFrom"}, {"more": {"Digits": 1}}, {"bare_hash": "pound"}])
def test_a_call_that_cannot_be_placed_so_is_refused(company, more):
    """Nobody is rung."""
    (name,) = more
    assert name in company.does("", {"line": LINE, "from": CALLER, **more}, 400)["error"]
    assert company.desk.requests == []


@pytest.mark.parametrize("seconds", [-100, "soon", True, 1e300])
def test_the_clock_goes_on_by_seconds_and_never_back(company, seconds):
    """It stays where it was."""
    answer = company.web.post("/simulator/clock", json={"advance": seconds}, base_url=LOCAL)
    assert answer.status_code == 400 and "write seconds" in answer.json["error"]
    assert company.web.get("/simulator/clock", base_url=LOCAL).json == {"seconds": 0}


def test_a_recording_of_no_known_length_is_refused(company):
    """The terminal says how many seconds."""
    answer = company.web.put(f"/simulator/{RECORDING}", json={"call": "CA1", "seconds": "long"}, base_url=LOCAL)
    assert answer.status_code == 400 and "write seconds" in answer.json["error"]
