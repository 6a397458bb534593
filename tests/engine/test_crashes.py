"""Real processes that die, race and dawdle: nothing is lost, nothing is done twice, nobody waits for another's bank."""

from __future__ import annotations

import multiprocessing
import time
from contextlib import suppress

import pytest
import sqlalchemy as sa

from ivr.engine import claims, journal, turn
from ivr.engine.turn import Input, take_turn
from ivr.storage.database import begin_read
from tests.engine import crash
from tests.engine.stage import Stage

SID = "CA" + "c" * 32
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["pytest", "tests.engine.crash"])
"""Each process comes from one that has the modules and has opened nothing yet, so that it does not import them anew."""


@pytest.fixture
def acting(new_database, tmp_path):
    """A call that waits for its choice."""
    acting = crash.stage(new_database, tmp_path, SID)
    acting.post()
    yield acting
    acting.runtime.close()


class Playing:
    """Another process, which plays turn 1."""

    def __init__(self, acting: Stage, keys: str = "1", point: str = "") -> None:
        url = acting.engine.url.render_as_string(hide_password=False)
        self.pipe, reply = PROCESSES.Pipe(duplex=False)
        self.process = PROCESSES.Process(target=crash.play, args=(reply, url, acting.folder, SID, keys, point))
        self.process.start()
        reply.close()

    def ends(self) -> str:
        """Wait for its end; its reply, which is empty when it was killed."""
        self.process.join(40)
        assert not self.process.is_alive()
        with suppress(EOFError):
            return str(self.pipe.recv())
        return ""


def retry(acting: Stage, keys: str = "1") -> str:
    """The telephone company posts the turn once more, here."""
    return take_turn(acting.runtime, SID, 1, Input(keys=keys), {})


def entered(acting: Stage) -> list[str]:
    """What stands in our own ledger."""
    with begin_read(acting.engine) as conn:
        return list(conn.scalars(sa.select(crash.ledger.c.what)))


def charged(acting: Stage) -> list[str]:
    """Every request that the bank saw."""
    bank = acting.folder / "bank"
    return bank.read_text().splitlines() if bank.exists() else []


@pytest.mark.parametrize("point", crash.POINTS)
def test_a_process_that_is_killed_leaves_a_turn_that_can_be_played_once(acting, point):
    """One row, one entry; the bank may be asked again, but with the same key; a dead worker's claim is
    taken at once.
    """
    child = Playing(acting, point=point)
    assert child.ends() == "" and child.process.exitcode == -9
    began = time.monotonic()
    reply = retry(acting)
    assert time.monotonic() - began < claims.LEASE.total_seconds() / 2
    assert "paid what=coffee" in reply and retry(acting) == reply
    assert entered(acting) == ["coffee"]
    assert set(charged(acting)) == {f"{SID}:1:crash.charge:1 coffee"}
    assert len(charged(acting)) == (1 if point in ("before-touch", "after-commit") else 2)
    with begin_read(acting.engine) as conn:
        assert len(journal.rows(conn, SID)) == 2
        assert conn.execute(sa.select(claims.claims)).all() == []


@pytest.mark.parametrize("attempt", range(3))
def test_two_processes_with_different_keys_give_one_answer(acting, attempt):
    """Whoever claims first wins; the loser repeats the winner's words, and its own bank is never asked."""
    children = [Playing(acting, keys=keys) for keys in ("1", "2")]
    replies = [child.ends() for child in children]
    assert replies[0] == replies[1] and "paid" in replies[0]
    assert len(entered(acting)) == 1 and len(charged(acting)) == 1
    assert entered(acting)[0] in charged(acting)[0]


def test_one_callers_slow_bank_delays_nobody_else(acting):
    """While a bank is waited for, other calls read, write and end; no transaction is open across a touch."""
    slow = Playing(acting, point="slow")
    until = time.monotonic() + 30
    while not charged(acting) and time.monotonic() < until:
        time.sleep(0.01)
    other = crash.stage(acting.engine, acting.folder, "CA" + "d" * 32)
    other.post()
    assert "paid what=tea" in other.post("2")
    other.post("1")
    assert slow.process.is_alive() and sorted(entered(acting)) == ["tea"]
    (acting.folder / "go").touch()
    assert "paid what=coffee" in slow.ends()
    assert sorted(entered(acting)) == ["coffee", "tea"]
    other.runtime.close()


def test_whoever_waits_for_a_worker_that_dies_plays_the_turn_with_what_was_keyed(acting, monkeypatch):
    """At once, and nothing has to be keyed again; the bank is asked under the same key."""
    slow = Playing(acting, point="slow")
    until = time.monotonic() + 30
    while not charged(acting) and time.monotonic() < until:
        time.sleep(0.01)
    wait = turn._wait_for_winner

    def waiting(*about):
        slow.process.kill()
        slow.process.join()
        return wait(*about)

    monkeypatch.setattr(turn, "_wait_for_winner", waiting)
    began = time.monotonic()
    assert "paid what=coffee" in retry(acting) and time.monotonic() - began < turn.TURN_SECONDS / 2
    assert entered(acting) == ["coffee"]
    assert charged(acting) == [f"{SID}:1:crash.charge:1 coffee"] * 2


def test_while_a_live_worker_has_the_turn_others_wait_for_its_reply(acting):
    """The bank is asked once, though the turn was posted twice."""
    slow = Playing(acting, point="slow")
    until = time.monotonic() + 30
    while not charged(acting) and time.monotonic() < until:
        time.sleep(0.01)
    second = Playing(acting, keys="2")
    (acting.folder / "go").touch()
    assert slow.ends() == second.ends()
    assert len(charged(acting)) == 1 and entered(acting) == ["coffee"]
