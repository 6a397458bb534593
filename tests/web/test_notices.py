"""Status notices and the fallback: early, late, twice, out of order."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import permutations

import pytest
import sqlalchemy as sa

from ivr.engine import journal
from ivr.simulator.delivery import Answer
from ivr.storage import begin_read
from tests.call_flows.line import Line
from tests.web.wire import at_main_menu, due, play, post, ringing, spoken


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
    """Its own status decides, and the end stays the end."""
    caller = at_main_menu(line)
    status(line, caller.sid, "completed")
    assert "信息咨询" in play(line, caller.sid, due(caller), Digits="5")
    assert line.get(f"calls/{caller.sid}")["outcome"] == "abandoned"


@pytest.mark.parametrize("state", ["completed", "busy", "failed", "no-answer", "canceled"])
def test_a_turn_sent_after_the_end_is_not_played(line, state):
    """The yes of someone who has gone promises nothing."""
    caller = at_main_menu(line)
    line.put("agents", {"available": 0})
    caller.presses("0").wants_a_call_back("13700000000").hears("对吗")
    turn = due(caller)
    form = {"CallSid": caller.sid, "CallStatus": state, "Digits": "1"}
    for _ in range(2):
        assert len(ET.fromstring(spoken(post(line, f"/voice/calls/{caller.sid}/turns/{turn}", form)))) == 0
    assert line.get("callbacks") == []
    assert "已经登记" in play(line, caller.sid, turn, Digits="1")  # what was sent before it, and came later
    assert len(line.get("callbacks")) == 1


def test_notices_repeated_and_reordered_leave_one_end(line):
    """In whatever order the same four notices come: the call is over, and its last question can still be repeated."""
    notices = [("initiated", "0"), ("ringing", "1"), ("in-progress", "2"), ("completed", "3")]
    for order in permutations(notices):
        caller = at_main_menu(line)
        for state, number in (*order, *order):
            status(line, caller.sid, state, SequenceNumber=number)
        assert line.get(f"calls/{caller.sid}")["outcome"] == "abandoned", order
        with begin_read(line.app.extensions["line"].engine) as conn:
            kept = sa.select(sa.func.count()).where(journal.notices.c.call == caller.sid)
            assert conn.scalar(kept) == len(notices), order


def test_a_notice_that_says_little_or_nonsense_is_harmless(line):
    """No status, no number, no such status: the call goes on."""
    caller = at_main_menu(line)
    for form in (
        {},
        {"CallStatus": ""},
        {"CallStatus": "resting"},
        {"CallStatus": "<b>"},
        {"SequenceNumber": "x" * 500},
    ):
        spoken(post(line, "/voice/status", {"CallSid": caller.sid} | form))
    caller.picks("信息咨询", "").hears("限额与规则")


def test_the_fallback_repeats_the_last_reply_of_a_known_call(line):
    """Once more the same question."""
    caller = at_main_menu(line)
    assert spoken(post(line, "/voice/fallback", {"CallSid": caller.sid, "ErrorCode": "11200"})) == caller.documents[-1]


def test_the_fallback_does_not_move_the_call(line):
    """However often it is asked, the same turn is due, and an answer to it counts."""
    caller = at_main_menu(line).picks("信息咨询", "")
    for code in ("11200", "11205", "", "x" * 500, "😀"):
        form = {"CallSid": caller.sid, "ErrorCode": code, "ErrorUrl": "https://x/<b>", "Digits": "1"}
        assert spoken(post(line, "/voice/fallback", form)) == caller.documents[-1]
    caller.picks("限额与规则", "").hears("单笔")


def test_a_telephone_that_lost_a_turn_goes_on_by_the_fallback(line):
    """As Twilio does it: the turn is refused, the fallback asks once more, the caller answers."""
    caller = at_main_menu(line)
    send, refused = line.transport.send, iter([Answer(404, b"", "text/html")])
    line.transport.send = lambda *request: next(refused, None) or send(*request)
    caller.presses("5").hears("账户安全，请按一")
    assert [fault.code for fault in caller.faults] == [11200]
    caller.presses("5").hears("限额与规则")


@pytest.mark.parametrize("form", [{}, {"CallSid": ""}, {"CallSid": "CA" + "9" * 32}, {"CallSid": "\x00<b>"}])
def test_the_fallback_of_an_unknown_call_apologises_in_both_languages(line, form):
    """Then goodbye, or the fallback agent if there is one."""
    text = spoken(post(line, "/voice/fallback", form))
    assert "抱歉" in text and "Sorry" in text and text.endswith("<Hangup/></Response>")
    line.settings = replace(line.settings, fallback_agent="+8613900000009")
    line.restart()
    text = spoken(post(line, "/voice/fallback", form))
    assert "抱歉" in text and "Sorry" in text and "<Number>+8613900000009</Number></Dial><Say" in text
