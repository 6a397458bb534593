"""A write whose answer was lost is looked up by its idempotency key, reported with its true result, and done once."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from ivr.engine.errors import Unavailable
from ivr.wallet.http.breaker import Breaker
from ivr.wallet.types import AlreadyDisputed
from ivr.wallet_api.server import create_app
from tests.wallet.conftest import TOKEN, WALLETS
from tests.wallet.misbehaving import IN_TIME, K1, KEY, NEVER, answering
from tests.wallet.misbehaving import wallet_at as at
from tests.wallet.serving import served

WRITES: dict[str, Callable[[Any, float], Any]] = {
    "freeze": lambda wallet, by: wallet.freeze(K1, KEY, by),
    "dispute": lambda wallet, by: wallet.dispute(K1, "Y1", "not-me", KEY, by),
    "consent": lambda wallet, by: wallet.consent(K1, True, KEY, by),
}


class Between:
    """Before the reference server: counts what comes, and may spoil a write before or after it is done."""

    def __init__(self, demo: Any, spoil: Callable[..., Any], done_first: bool = True) -> None:
        self.app, self.spoil, self.done_first = create_app(demo, WALLETS, TOKEN), spoil, done_first
        self.came: Counter[str] = Counter()
        self.keys: list[str] = []

    def __call__(self, environ, start):
        environ["HTTP_AUTHORIZATION"] = f"Bearer {TOKEN}"
        self.came[environ["REQUEST_METHOD"]] += 1
        if environ["REQUEST_METHOD"] == "GET":
            return self.app(environ, start)
        self.keys.append(environ["HTTP_IDEMPOTENCY_KEY"])
        if self.done_first:
            answer = self.app(environ, lambda *_: None)
            b"".join(answer)
        return self.spoil(environ, start)


def hang_up(environ, start):
    """The connection is gone before a byte of the answer."""
    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return answering({})(environ, start)


def late(environ, start):
    """Longer than anybody waits."""
    time.sleep(NEVER)
    return answering({})(environ, start)


SPOILT = {
    "lost": hang_up,
    "late": late,
    "500": answering({"code": "broken"}, 500),
    "garbage": answering(b"<html>gateway</html>", 201, "text/html"),
    "empty": answering(b"", 201),
    "a lie": answering({"status": "done"}, 201),
}


def acts(demo):
    """How often the wallet did something, and what."""
    disputed = [one.payment for one in demo.disputes("K1", time.monotonic() + 4)].count("Y1")
    account = demo.account("K1", time.monotonic() + 4)
    return disputed, account.status, account.push_opt_in


EXPECTED = {"freeze": (0, "frozen", False), "dispute": (1, "active", False), "consent": (0, "active", True)}


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("how", SPOILT)
def test_a_write_that_was_done_is_a_success_though_its_answer_was_lost(demo_on_sqlite, name, how):
    """Sent once, asked about once, done once."""
    between = Between(demo_on_sqlite, SPOILT[how])
    with served(between) as url:
        begun = time.monotonic()
        found = WRITES[name](at(url), begun + 4)
        assert time.monotonic() - begun < IN_TIME
    assert found and acts(demo_on_sqlite) == EXPECTED[name]
    assert between.came == {"POST": 1, "GET": 1} and between.keys == [KEY]


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("how", SPOILT)
def test_a_write_that_was_not_done_is_unknown_and_is_not_sent_again(demo_on_sqlite, name, how):
    """It might still arrive."""
    between = Between(demo_on_sqlite, SPOILT[how], done_first=False)
    with served(between) as url, pytest.raises(Unavailable):
        WRITES[name](at(url), time.monotonic() + 4)
    assert acts(demo_on_sqlite) == (0, "active", False)
    assert between.came == {"POST": 1, "GET": 1}


@pytest.mark.parametrize("name", WRITES)
def test_a_turn_that_is_played_again_asks_under_the_same_key_and_it_is_done_once(demo_on_sqlite, name):
    """A process died between the wallet's yes and our commit."""
    with served(Between(demo_on_sqlite, hang_up)) as url:
        first = WRITES[name](at(url), time.monotonic() + 4)
    app = create_app(demo_on_sqlite, WALLETS, "token")
    with served(app) as url:
        assert WRITES[name](at(url), time.monotonic() + 4) == first
    assert acts(demo_on_sqlite) == EXPECTED[name]


@pytest.mark.parametrize("name", WRITES)
def test_a_write_that_arrives_after_it_was_asked_about_is_unknown_and_then_known(demo_on_sqlite, name):
    """Nobody was told a success, and the next turn under the same key hears what became of it."""
    app = create_app(demo_on_sqlite, WALLETS, "token")
    asked = threading.Event()

    def overtaken(environ, start):
        if environ["REQUEST_METHOD"] == "POST" and not asked.is_set():
            asked.wait(NEVER)
            time.sleep(0.1)
        found = app(environ, start)
        if environ["REQUEST_METHOD"] == "GET":
            asked.set()
        return found

    with served(overtaken) as url:
        with pytest.raises(Unavailable):
            WRITES[name](at(url), time.monotonic() + 4)
        until = time.monotonic() + IN_TIME
        while acts(demo_on_sqlite) != EXPECTED[name] and time.monotonic() < until:
            time.sleep(0.05)
        assert WRITES[name](at(url), time.monotonic() + 4)
    assert acts(demo_on_sqlite) == EXPECTED[name]


def test_the_same_key_at_the_same_moment_is_done_once(demo):
    """Two processes that play one turn."""
    found: list[Any] = []
    with served(create_app(demo, WALLETS, "token")) as url:
        wallet = at(url)

        def file() -> None:
            found.append(wallet.dispute(K1, "Y1", "not-me", KEY, time.monotonic() + 4))

        crowd = [threading.Thread(target=file) for _ in range(6)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
    assert len(found) == 6 and len(set(found)) == 1
    assert acts(demo) == EXPECTED["dispute"]


def test_two_keys_at_the_same_moment_file_one_dispute(demo):
    """The other one hears that there is one."""
    outcomes: list[str] = []
    with served(create_app(demo, WALLETS, "token")) as url:
        wallet = at(url)

        def file(key: str) -> None:
            try:
                wallet.dispute(K1, "Y1", "not-me", key, time.monotonic() + 4)
                outcomes.append("filed")
            except AlreadyDisputed:
                outcomes.append("already")

        crowd = [threading.Thread(target=file, args=(f"call-{n}:9:write:1",)) for n in range(4)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
    assert sorted(outcomes) == ["already"] * 3 + ["filed"]


def test_a_wallet_that_is_down_half_of_the_time_answers_right_or_not_at_all(demo_on_sqlite):
    """Forty reads and forty writes; what was told as done is done, and nothing twice."""
    app, chance = create_app(demo_on_sqlite, WALLETS, "token"), random.Random(20261123)

    def flaky(environ, start):
        spoilt = chance.choice([None, None, None, hang_up, SPOILT["500"], SPOILT["garbage"]])
        if spoilt is hang_up:  # done, and its answer lost
            b"".join(app(environ, lambda *_: None))
        return spoilt(environ, start) if spoilt else app(environ, start)

    told: Counter[str] = Counter()
    with served(flaky) as url:
        wallet = at(url)
        for place in range(40):
            push = place % 2 == 0
            for ask in (
                lambda: wallet.account(K1, time.monotonic() + 4).balance == 152350,
                lambda push=push, place=place: (
                    wallet.consent(K1, push, f"call-{place}:9:w:1", time.monotonic() + 4).push == push
                ),
            ):
                try:
                    told["right" if ask() else "wrong"] += 1
                except Unavailable:
                    told["unavailable"] += 1
    assert told["wrong"] == 0 and told["right"] > 20 and told["unavailable"] > 5


def test_a_breaker_spares_callers_a_dead_wallet_and_finds_it_when_it_is_back(demo_on_sqlite):
    """Five wait, the next ones do not; after the pause it answers again."""
    now = [0.0]
    dead, came = threading.Event(), []
    app = create_app(demo_on_sqlite, WALLETS, "token")

    def dying(environ, start):
        came.append(environ["PATH_INFO"])
        return SPOILT["500"](environ, start) if dead.is_set() else app(environ, start)

    with served(dying) as url:
        wallet = at(url, Breaker(failures=5, pause=10, clock=lambda: now[0]))
        assert wallet.account(K1, time.monotonic() + 4)
        dead.set()
        for _ in range(12):
            with pytest.raises(Unavailable):
                wallet.account(K1, time.monotonic() + 4)
        assert len(came) == 1 + 5
        dead.clear()
        with pytest.raises(Unavailable):
            wallet.account(K1, time.monotonic() + 4)
        now[0] += 10
        assert wallet.account(K1, time.monotonic() + 4)
        assert wallet.account(K1, time.monotonic() + 4)
