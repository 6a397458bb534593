"""Status notices and the fallback: late, early, twice, out of order, and without a database."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from ivr.engine import playing
from ivr.storage import connect
from tests.call_flows.line import BORROWED, HAIYUN, LIN, Caller, Line
from tests.web.wire import post, ringing, spoken


def status(line: Line, sid: str, state: str, **more: str) -> str:
    """A status notice."""
    return spoken(post(line, "/voice/status", {"CallSid": sid, "CallStatus": state, **more}))


def test_a_notice_before_the_call_is_kept_and_the_call_is_answered(line):
    """It may overtake `/voice`."""
    form = ringing()
    status(line, form["CallSid"], "initiated", SequenceNumber="0")
    assert "<Gather" in spoken(post(line, "/voice", form))
    report = line.get(f"calls/{form['CallSid']}")
    assert report["wallet"] == "haiyun" and report["outcome"] is None


def test_a_turn_sent_while_the_caller_was_there_is_played_though_the_end_overtook_it(line):
    """Its own status decides."""
    caller = Caller(line, "zh", repeat=False).calls()
    status(line, caller.sid, "completed")
    form = {"CallSid": caller.sid, "CallStatus": "in-progress", "Digits": "5"}
    assert "信息咨询" in spoken(post(line, f"/voice/calls/{caller.sid}/turns/2", form))


def test_a_turn_sent_after_the_end_is_not_played(line):
    """A confirm of someone who has gone confirms nothing."""
    caller = Caller(line, "zh", repeat=False).calls()
    form = {"CallSid": caller.sid, "CallStatus": "completed", "Digits": "5"}
    assert "<Gather" not in spoken(post(line, f"/voice/calls/{caller.sid}/turns/2", form))
    assert len(line.get(f"calls/{caller.sid}")["turns"]) == 2


def test_notices_repeated_and_reordered_leave_one_end(line):
    """The first end counts."""
    caller = Caller(line, "zh", repeat=False).calls()
    for state, number in (("completed", "3"), ("in-progress", "2"), ("completed", "3"), ("ringing", "1")):
        status(line, caller.sid, state, SequenceNumber=number)
    assert line.get(f"calls/{caller.sid}")["outcome"] == "abandoned"


def test_the_fallback_repeats_the_last_reply_of_a_known_call(line):
    """Once more the same question."""
    caller = Caller(line, "zh", repeat=False).calls()
    assert spoken(post(line, "/voice/fallback", {"CallSid": caller.sid, "ErrorCode": "11200"})) == caller.documents[-1]


def test_the_fallback_of_an_unknown_call_apologises_in_both_languages(line):
    """Then the fallback agent, or goodbye."""
    text = spoken(post(line, "/voice/fallback", ringing()))
    assert "抱歉" in text and "Sorry" in text and "<Hangup" in text
    line.settings = replace(line.settings, fallback_agent="+8613900000009")
    line.restart()
    assert "<Dial><Number>+8613900000009</Number></Dial>" in spoken(post(line, "/voice/fallback", ringing()))


def test_without_a_database_there_are_words_and_a_way_on(line, tmp_path):
    """Static words, once more the same turn, then goodbye; ready says no."""
    caller = Caller(line, "zh", repeat=False).calls()
    line.settings = replace(line.settings, database_url=f"sqlite:///{tmp_path}/nowhere/at/all.db")
    line.app.extensions["line"].engine.dispose()
    broken = connect(line.settings.database_url)
    object.__setattr__(line.app.extensions["line"], "engine", broken)
    path = f"/voice/calls/{caller.sid}/turns/2"
    form = {"CallSid": caller.sid, "CallStatus": "in-progress", "Digits": "5"}
    first = spoken(post(line, path, form))
    assert "抱歉" in first and "Sorry" in first and "again=1" in first
    assert "<Hangup" in spoken(post(line, path + "?again=1", form))
    assert "抱歉" in spoken(post(line, "/voice", ringing()))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # only SQLite has one writer
def test_a_locked_database_is_apologised_for_and_the_turn_is_not_lost(line):
    """When the lock is gone the same turn is asked again."""
    caller = Caller(line, "zh", repeat=False).calls()
    path = f"/voice/calls/{caller.sid}/turns/2"
    form = {"CallSid": caller.sid, "CallStatus": "in-progress", "Digits": "5"}
    holder = connect(line.settings.database_url)
    with holder.connect().execution_options(sqlite_begin="BEGIN IMMEDIATE") as conn, conn.begin():
        conn.execute(sa.text("SELECT 1"))
        assert "again=1" in spoken(post(line, path, form))
    holder.dispose()
    assert "账户安全" in spoken(post(line, path + "?again=1", {"CallSid": caller.sid, "CallStatus": "in-progress"}))


@pytest.mark.parametrize("mode", ["slow", "error", "down"])
def test_a_wallet_that_does_not_answer_costs_seconds_and_no_falsehood(line, mode, monkeypatch):
    """At the look-up itself: neither success nor failure, then a person; later it works again."""
    monkeypatch.setattr(playing, "TOUCH_SECONDS", 0.05)
    caller = Caller(line, "zh", repeat=False).calls()
    caller.picks("充值与支付问题", "").picks("充值限额", "")
    caller.enters(LIN.number + "#").enters(LIN.tail).picks("短信验证码", "")
    code = caller.code()
    line.put("wallet", {"mode": mode})
    caller.enters(code).hears("不代表成功，也不代表失败")
    assert caller.talking_to
    caller.hangs_up()
    line.put("wallet", {"mode": "ok"})
    again = Caller(line, "zh", repeat=False)
    again.dials(HAIYUN, BORROWED).picks("充值与支付问题", "").picks("充值限额", "").proves(LIN).hears("单笔最多两千元")


def test_an_unmigrated_database_is_apologised_for_and_not_ready(line, tmp_path):
    """Words for the caller, and the sentence that says what to run for the operator."""
    unmigrated = connect(f"sqlite:///{tmp_path}/empty.db")
    line.app.extensions["line"].engine.dispose()
    object.__setattr__(line.app.extensions["line"], "engine", unmigrated)
    assert "抱歉" in spoken(post(line, "/voice", ringing()))
    assert "抱歉" in spoken(post(line, "/voice/fallback", ringing()))
    assert "抱歉" in spoken(post(line, "/voice/status", ringing()))
