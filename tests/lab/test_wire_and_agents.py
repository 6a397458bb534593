"""The wire to the demo wallet, and the agents on duty."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace

import pytest

from ivr.demo import wire
from ivr.demo.wire import pass_through
from ivr.engine.errors import Unavailable
from ivr.lab import scene
from ivr.lab.agents import numbers
from ivr.lab.scene import Scene
from ivr.storage.database import begin_read, begin_write


@pytest.fixture
def held(monkeypatch):
    """How long the wire holds a client that waits so long."""
    clock = SimpleNamespace(now=1000.0)
    clock.monotonic = lambda: clock.now

    def sleep(seconds):
        clock.now += seconds

    clock.sleep = sleep
    monkeypatch.setattr(wire, "time", clock)

    def held(mode, seconds):
        begun = clock.now
        with nullcontext() if mode == "ok" else pytest.raises(Unavailable):
            pass_through(mode, begun + seconds)
        return clock.now - begun

    return held


@pytest.mark.parametrize("mode", ["ok", "error", "down"])
def test_a_good_wire_answers_at_once_and_a_broken_one_says_so_at_once(held, mode):
    """Whatever the deadline: it does not use up the turn."""
    assert held(mode, 60) == 0


def test_a_slow_wire_holds_until_the_client_gives_up(held):
    """To the deadline, and no longer; whom nobody waits for is not held."""
    assert held("slow", 4) == 4 and held("slow", -5) == 0


def test_a_slow_wire_lets_go_in_the_end(held):
    """After 20 s, whatever the client would wait."""
    assert held("slow", 3600) == wire.LONGEST_WAIT == 20


def test_one_agent_is_on_duty_unless_somebody_says_otherwise(settings):
    """With a made-up number."""
    assert numbers(Scene(), settings) == ("+8619900009001",)


@pytest.mark.parametrize("count", [0, 2, 99])
def test_as_many_agents_as_the_scene_has(settings, count):
    """Each with a number of their own, all of one length."""
    found = numbers(Scene(agents_available=count), settings)
    assert len(set(found)) == count and {len(number) for number in found} <= {14}


def test_telephones_of_the_settings_come_before_made_up_ones(settings):
    """As many as are on duty; nobody, when nobody is."""
    ours = replace(settings, agent_numbers=("+8613800138001", "+8613800138002"))
    assert numbers(Scene(agents_available=2), ours) == ours.agent_numbers
    assert numbers(Scene(agents_available=1), ours) == ours.agent_numbers[:1]
    assert numbers(Scene(agents_available=0), ours) == ()


def test_two_changes_of_the_scene_at_once_are_both_kept(database):
    """The second waits for the first, also when there was no scene yet."""
    fields = [{"sms": "reject"}, {"wallet": "down"}, {"agents_available": 5}, {"clock_runs": True}]
    ready = threading.Barrier(len(fields))

    def change(field):
        ready.wait()
        with begin_write(database) as conn:
            scene.change(conn, **field)

    threads = [threading.Thread(target=change, args=(field,)) for field in fields]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with begin_read(database) as conn:
        assert scene.read(conn) == Scene(sms="reject", wallet="down", agents_available=5, clock_runs=True)
