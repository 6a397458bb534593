"""Business time stands, runs, goes back, or is real time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ivr.lab import scene
from ivr.lab.clock import business_now, business_now_of
from ivr.lab.scene import Scene
from ivr.storage.database import begin_read, begin_write

TEN = "2026-11-23T10:00:00+08:00"
SECOND = timedelta(seconds=1)


def now(lab):
    with begin_read(lab.engine) as conn:
        return business_now(conn)


def test_an_untouched_clock_shows_real_time(lab):
    """And says in which zone."""
    assert abs(now(lab) - datetime.now(UTC)) < 5 * SECOND


def test_a_clock_that_is_set_stands(lab):
    """Machine time goes on, business time does not."""
    lab.put("clock", {"now": TEN})
    assert now(lab) == now(lab) == datetime.fromisoformat(TEN)


def test_a_clock_that_runs_moves_on_with_machine_time():
    """From the instant at which it was set."""
    hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    shown = business_now_of(Scene(clock_now=TEN, clock_set_at=hour_ago, clock_runs=True))
    assert abs(shown - datetime.fromisoformat(TEN) - timedelta(hours=1)) < 5 * SECOND


def test_a_running_clock_begins_at_the_instant_that_was_put(lab):
    """Over the API."""
    lab.put("clock", {"now": TEN, "runs": True})
    first = now(lab)
    assert timedelta() <= first - datetime.fromisoformat(TEN) < 5 * SECOND
    assert now(lab) > first


def test_a_clock_may_go_back(lab):
    """A year, at once."""
    lab.put("clock", {"now": TEN})
    lab.put("clock", {"now": "2025-11-23T10:00:00+08:00"})
    assert now(lab) == datetime.fromisoformat("2025-11-23T10:00:00+08:00")


def test_putting_a_time_again_stops_a_running_clock(lab):
    """`runs` is false unless it is said."""
    lab.put("clock", {"now": TEN, "runs": True})
    assert lab.put("clock", {"now": TEN})["clock"] == {"now": TEN, "runs": False}


def test_null_gives_real_time_back(lab):
    """After any other."""
    lab.put("clock", {"now": TEN})
    lab.put("clock", {"now": None})
    assert abs(now(lab) - datetime.now(UTC)) < 5 * SECOND


@pytest.mark.parametrize(
    "body, told",
    [
        ({}, "now is missing; write a time"),
        ({"now": "tomorrow"}, 'now is "tomorrow"; write a time with an offset'),
        ({"now": "2026-11-23T10:00:00"}, "with an offset"),
        ({"now": "2026-11-23"}, "with an offset"),
        ({"now": "9999-12-31T23:59:59-12:00"}, "with an offset"),
        ({"now": 5}, "now is 5;"),
        ({"now": TEN, "runs": "yes"}, 'runs is "yes"; write true or false'),
        ([TEN], "the document is a list; write an object"),
    ],
)
def test_a_time_that_is_none_is_refused(lab, body, told):
    """With what to write instead, and the clock as it was."""
    lab.put("clock", {"now": TEN})
    assert told in lab.refusal("clock", json=body)
    assert now(lab) == datetime.fromisoformat(TEN)


def test_a_change_keeps_what_it_does_not_name(database):
    """Each PUT changes its own part of the scene."""
    with begin_write(database) as conn:
        scene.change(conn, sms="reject")
        scene.change(conn, agents_available=3)
        assert scene.read(conn) == Scene(sms="reject", agents_available=3)
