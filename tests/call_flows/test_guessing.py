"""No caller gets in by guessing, alone or with others, and no caller locks a customer out by wrong guesses."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from ivr.engine.effects import World
from ivr.identity.guessing import HIDDEN_FAILURES, WRONG_ROUNDS_A_DAY, utc
from ivr.identity.tables import attempts, verification_acts
from ivr.identity.verification import Claimed, judge
from ivr.storage.database import begin_read, begin_write
from ivr.wallet.verified import Verified
from tests.call_flows.line import DANA, LIN, NOON, Caller, Line
from tests.call_flows.test_identify import asks_for_limits, passed, tries

requirement = pytest.mark.requirement
LINS = "+8619900000051"
NO_MATCH = ("信息没有对上", "did not match")


def guessed(line: Line, number: int, account: str = "K1", caller: str | None = "a stranger", at: str = NOON) -> None:
    """So many wrong rounds, at this moment; with `{}` in it, at an account each."""
    then = utc(datetime.fromisoformat(at))
    rows = [
        {
            "id": f"{caller}-{account}-{at}-{place}",
            "wallet": "haiyun",
            "account": account.format(place),
            "caller": caller,
        }
        | {"factor": "pin", "call": "CAearlier", "at": then, "ok": False}
        for place in range(number)
    ]
    with begin_write(line.runtime.engine) as conn:
        conn.execute(sa.insert(attempts), rows)


def texts_to(line: Line, number: str) -> list[str]:
    return [text["body"] for text in line.get("sms") if text["to"] == number]


@requirement("R31")
def test_strangers_who_guess_do_not_lock_the_owner_out_of_the_owners_own_telephone(caller):
    """From the registered mobile, and from one that proved the account before; from any other it is locked."""
    asks_for_limits(caller, "+8613900000088").proves(LIN).hangs_up()
    guessed(caller.line, WRONG_ROUNDS_A_DAY)
    for own in (LINS, "+8613900000088"):
        asks_for_limits(caller, own).proves(LIN)
        assert passed(caller)
        caller.hangs_up()
    asks_for_limits(caller, "+8613900000099").proves(LIN).is_told(*NO_MATCH)


@requirement("R31")
def test_an_own_telephone_has_five_wrong_rounds_too(caller):
    """Its number can be forged: that somebody rings from it proves nothing."""
    mark = caller.line.runtime.sealer.fingerprint(LINS)
    guessed(caller.line, WRONG_ROUNDS_A_DAY, caller=mark)
    asks_for_limits(caller, LINS).proves(LIN).is_told(*NO_MATCH)


@requirement("R31")
def test_a_right_round_that_is_yet_to_come_forgives_no_guesses(caller):
    """A clock was put back: what is guessed now counts at once, not only when that hour has come again."""
    asks_for_limits(caller, LINS).proves(LIN).hangs_up()
    caller.line.put("clock", {"now": "2026-11-23T08:00:00+08:00"})
    mark = caller.line.runtime.sealer.fingerprint(LINS)
    guessed(caller.line, WRONG_ROUNDS_A_DAY, caller=mark, at="2026-11-23T08:00:00+08:00")
    asks_for_limits(caller, LINS).proves(LIN).is_told(*NO_MATCH)


@requirement("R31")
def test_right_details_while_an_account_is_locked_are_no_failure(caller):
    """Refused as ever; but a day after the wrong ones the account is free, however often its owner tried meanwhile."""
    guessed(caller.line, WRONG_ROUNDS_A_DAY, "K2")
    for hour in ("15", "20"):
        caller.line.put("clock", {"now": f"2026-11-23T{hour}:00:00+08:00"})
        asks_for_limits(caller)
        for _ in range(3):
            caller.proves(DANA).is_told(*NO_MATCH)
        caller.hangs_up()
    caller.line.put("clock", {"now": "2026-11-24T10:00:01+08:00"})
    asks_for_limits(caller).proves(DANA)
    assert passed(caller)


@requirement("R31")
def test_hidden_numbers_share_a_budget_of_wrong_rounds_and_others_are_not_concerned(caller):
    """They cannot be told apart; an hour later they may try again."""
    guessed(caller.line, HIDDEN_FAILURES, account="K9-{}", caller=None)
    asks_for_limits(caller, "anonymous").proves(DANA).is_told(*NO_MATCH)
    caller.hangs_up()
    asks_for_limits(caller).proves(DANA)
    assert passed(caller)
    caller.hangs_up()
    caller.line.put("clock", {"now": "2026-11-23T11:00:01+08:00"})
    asks_for_limits(caller, "anonymous").proves(DANA)
    assert passed(caller)


def test_the_owner_of_an_account_that_was_locked_is_told_once_by_text(line):
    """In the owner's language, whoever called; the rounds after it bring no other text."""
    caller = Caller(line, "en")
    for number in range(3):
        asks_for_limits(caller, f"+861390000010{number}")
        for _ in range(3):
            tries(caller, LIN)
        caller.hangs_up()
    (told,) = [text for text in texts_to(line, LINS) if "code" not in text]
    assert told.startswith("【海云钱包】") and "没有通过" in told


def test_nobody_is_told_of_a_lock_of_an_account_that_there_is_not(line):
    """Nor of wrong rounds that locked nothing."""
    caller = Caller(line, "en")
    asks_for_limits(caller)
    for _ in range(3):
        tries(caller, DANA)
    assert len([text for text in line.texts() if "paused" in text]) == 0


def a_round(line: Line, call: str, right: bool, begun: threading.Event, may_end: threading.Event) -> Verified | None:
    """Judge a round of K1 in a transaction of its own, which stays open until it may end."""
    now = datetime.fromisoformat(NOON) + timedelta(seconds=1)
    with begin_write(line.runtime.engine) as conn:
        world = World(call, f"{call}:1:judge:1", now, time.monotonic() + 4, conn, line.runtime)
        verdict = judge.run(world, "haiyun", Claimed("K1", "haiyun:m"), "pin", right, f"caller of {call}")
        begun.set()
        assert may_end.wait(30)
    return verdict


def test_rounds_of_two_calls_at_the_same_moment_do_not_pass_the_limit_together(line):
    """The second one waits for what the first one finds, and is the sixth."""
    guessed(line, WRONG_ROUNDS_A_DAY - 1)
    verdicts: dict[str, Verified | None] = {}
    first, second, first_may_end, go = (threading.Event() for _ in range(4))
    go.set()
    wrong = threading.Thread(target=lambda: verdicts.update(wrong=a_round(line, "CA1", False, first, first_may_end)))
    right = threading.Thread(target=lambda: verdicts.update(right=a_round(line, "CA2", True, second, go)))
    wrong.start()
    assert first.wait(30)
    right.start()
    wait_until_blocked(line, second)
    first_may_end.set()
    wrong.join()
    right.join()
    assert verdicts == {"wrong": None, "right": None}


def wait_until_blocked(line: Line, done: threading.Event) -> None:
    """Until the other transaction stands before the lock, or has passed it; SQLite lets it not even begin."""
    if line.runtime.engine.dialect.name == "sqlite":
        return
    blocked = sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    for _ in range(3000):
        with begin_read(line.runtime.engine) as conn:
            if done.is_set() or conn.scalar(blocked):
                return
        time.sleep(0.01)


@requirement("R31")
def test_an_account_that_operators_unlocked_is_free_at_once(caller):
    """Its wrong rounds are forgotten, the strangers' and the own telephones'."""
    guessed(caller.line, WRONG_ROUNDS_A_DAY, "K2")
    with begin_write(caller.line.runtime.engine) as conn:
        row = {"act": "unlocked", "account": "K2", "who": "wang", "at": utc(datetime.fromisoformat(NOON))}
        conn.execute(sa.insert(verification_acts).values(**row))
    asks_for_limits(caller).proves(DANA)
    assert passed(caller)
