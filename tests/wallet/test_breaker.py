"""A wallet that is down is left alone, and asked again by one request at a time."""

from __future__ import annotations

import threading

import pytest

from ivr.engine.errors import Unavailable
from ivr.wallet.http.breaker import Breaker


class Clock:
    """Seconds that go on when told to."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def breaker(clock):
    return Breaker(failures=3, pause=10.0, clock=clock)


def ask(breaker, fails=False):
    """Whether the request was let through at all."""
    let = False
    try:
        with breaker.passing():
            let = True
            if fails:
                raise Unavailable("down")
    except Unavailable:
        pass
    return let


def test_it_opens_after_failures_in_a_row(breaker):
    """Not one earlier."""
    assert [ask(breaker, fails=True) for _ in range(5)] == [True, True, True, False, False]
    assert not ask(breaker)


def test_a_success_in_between_begins_the_count_anew(breaker):
    """Down half of the time is not down."""
    assert all(ask(breaker, fails=place % 2 == 0) for place in range(20))


def test_after_the_pause_one_request_tries_and_closes_it(breaker, clock):
    """Not one moment earlier."""
    for _ in range(3):
        ask(breaker, fails=True)
    clock.now += 9.9
    assert not ask(breaker)
    clock.now += 0.1
    assert ask(breaker)
    assert all(ask(breaker, fails=True) for _ in range(3))


def test_a_failed_try_opens_it_for_another_pause(breaker, clock):
    """One failure is enough then."""
    for _ in range(3):
        ask(breaker, fails=True)
    clock.now += 10
    assert ask(breaker, fails=True)
    clock.now += 9.9
    assert not ask(breaker)
    clock.now += 0.1
    assert ask(breaker)


def test_while_one_tries_the_others_do_not(breaker, clock):
    """A crowd at the moment of half-open would be the load that broke it."""
    for _ in range(3):
        ask(breaker, fails=True)
    clock.now += 10
    let: list[bool] = []
    with breaker.passing():
        crowd = [threading.Thread(target=lambda: let.append(ask(breaker))) for _ in range(8)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
    assert let == [False] * 8
    assert ask(breaker)
