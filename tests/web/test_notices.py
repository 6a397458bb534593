"""Status notices and the fallback: early, late, twice, out of order."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import permutations
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from ivr.engine import journal
from ivr.simulator.webhooks.transport import Answer
from ivr.storage.database import begin_read
from tests.call_flows.line import HAIYUN, Caller, Line
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


def calls_while_answers_fail(line: Line, times: int) -> Caller:
    """A call whose first webhook is refused this often on its way, each time that it is sent."""
    send, refused = line.transport.send, iter([Answer(404, b"", "text/html")] * times)

    def lossy(method: str, url: str, *rest: Any) -> Answer:
        lost = next(refused, None) if urlsplit(url).path == "/voice" else None
        return lost or send(method, url, *rest)

    line.transport.send = lossy
    return Caller(line, "zh", repeat=False).dials(HAIYUN)


def test_a_call_whose_first_webhook_failed_is_answered_at_the_second_try(line):
    """The fallback has no reply of it to repeat, so it sends the call to its beginning; nothing was lost."""
    caller = calls_while_answers_fail(line, 1).hears("请按一")
    assert [fault.code for fault in caller.faults] == [11200] and "抱歉" not in caller.everything_heard
    caller.presses("1").presses("5").hears("限额与规则")


def test_a_call_whose_first_webhook_fails_twice_is_apologised_for(line):
    """Once is enough: a line that cannot answer does not keep its caller in a circle."""
    caller = calls_while_answers_fail(line, 2).hears("抱歉", "Sorry")
    assert caller.over and [fault.code for fault in caller.faults] == [11200, 11200]


@pytest.mark.parametrize(
    "failed", ["/voice?again=1#rc=2", "/voice/status", "/voice/calls/CA1/turns/1", "", "http://[x"]
)
def test_the_fallback_sends_a_call_to_its_beginning_only_if_that_is_what_failed(line, failed):
    """Nothing is kept about it: the address that failed says whether it was tried again."""
    form = ringing(ErrorCode="11200")
    begun = spoken(post(line, "/voice/fallback", form | {"ErrorUrl": f"{line.settings.public_base_url}/voice#rc=2"}))
    assert f"{line.settings.public_base_url}/voice?again=1#" in begun and "<Say" not in begun
    at = failed if failed.startswith("http") else line.settings.public_base_url + failed
    assert "抱歉" in spoken(post(line, "/voice/fallback", form | {"ErrorUrl": at}))


@pytest.mark.parametrize("form", [{}, {"CallSid": ""}, {"CallSid": "CA" + "9" * 32}, {"CallSid": "\x00<b>"}])
def test_the_fallback_of_an_unknown_call_apologises_in_both_languages(line, form):
    """Then goodbye, or the fallback agent if there is one."""
    text = spoken(post(line, "/voice/fallback", form))
    assert "抱歉" in text and "Sorry" in text and text.endswith("<Hangup/></Response>")
    line.settings = replace(line.settings, fallback_agent="+8613900000009")
    line.restart()
    text = spoken(post(line, "/voice/fallback", form))
    assert "抱歉" in text and "Sorry" in text and "<Number>+8613900000009</Number></Dial><Say" in text


# Agents' legs


def rings_an_agent(line: Line) -> tuple[Caller, int, str]:
    """A caller whose agent hears the announcement just now; the turn that the leg's end will ask for, and the agent's
    address."""
    caller = at_main_menu(line)
    document = play(line, caller.sid, due(caller), Digits="0")
    turn = due_of(document)
    return caller, turn, f"/voice/calls/{caller.sid}/whisper/{turn}/answer"


def due_of(document: str) -> int:
    return int(re.findall(r"/turns/(\d+)", document)[-1])


def agent_presses(line: Line, address: str, key: str = "1") -> str:
    return spoken(post(line, address, {"CallSid": "CA" + "a" * 32, "Digits": key}))


def leg_ends(line: Line, caller: Caller, turn: int, **more: str) -> str:
    form = {"CallSid": caller.sid, "CallStatus": "in-progress", "DialCallStatus": "completed", **more}
    return spoken(post(line, f"/voice/calls/{caller.sid}/turns/{turn}", form))


def test_a_one_for_a_caller_who_has_left_joins_nobody_and_hands_nothing_over(line):
    """The agent hears that the customer has hung up; asked again, the same."""
    caller, turn, address = rings_an_agent(line)
    status(line, caller.sid, "completed")
    for _again in range(2):
        document = agent_presses(line, address)
        assert "客户已经挂断" in document and document.endswith("<Hangup/></Response>")
    leg_ends(line, caller, turn, CallStatus="completed", DialBridged="false")
    assert line.get(f"calls/{caller.sid}")["outcome"] == "abandoned"


def test_a_one_that_was_faster_than_the_word_of_the_callers_end_is_no_talk_either(line):
    """Nobody knew yet that the caller had left; that the two were never joined is told with the end of the leg."""
    caller, turn, address = rings_an_agent(line)
    heard = {agent_presses(line, address) for _again in range(2)}
    assert len(heard) == 1 and "客户未验证" in heard.pop()
    leg_ends(line, caller, turn, CallStatus="completed", DialBridged="false")
    status(line, caller.sid, "completed")
    assert line.get(f"calls/{caller.sid}")["outcome"] == "abandoned"


@pytest.mark.parametrize("more", [{"DialBridged": "true"}, {}], ids=["bridged", "not told"])
def test_a_one_and_a_talk_are_a_call_that_was_handed_over(line, more):
    """Whether the telephone company says that they were joined or says nothing of it."""
    caller, turn, address = rings_an_agent(line)
    agent_presses(line, address)
    leg_ends(line, caller, turn, CallStatus="completed", **more)
    assert line.get(f"calls/{caller.sid}")["outcome"] == "transferred"


def test_a_caller_whom_an_agent_accepted_and_was_not_joined_to_is_not_left_alone(line):
    """The agent hung up in the same moment: there was no talk, so there is no goodbye, and another way is offered."""
    caller, turn, address = rings_an_agent(line)
    agent_presses(line, address)
    replies = {leg_ends(line, caller, turn, DialBridged="false") for _again in range(2)}
    assert len(replies) == 1 and "给您回电" in replies.pop()
    assert line.get(f"calls/{caller.sid}")["outcome"] is None


def falls_back(line: Line, caller: Caller, turn: int | None = None, **more: str) -> str:
    """The webhook of this turn failed."""
    failed = {"ErrorUrl": f"{line.settings.public_base_url}/voice/calls/{caller.sid}/turns/{turn}"} if turn else {}
    form = {"CallSid": caller.sid, "CallStatus": "in-progress", "ErrorCode": "11200", **failed, **more}
    return spoken(post(line, "/voice/fallback", form))


def test_the_fallback_after_a_talk_rings_nobody(line):
    """The end of the leg could not be told: the caller has spoken with a person, and hears goodbye, however often it is
    asked.
    """
    caller, turn, address = rings_an_agent(line)
    agent_presses(line, address)
    replies = {falls_back(line, caller, turn) for _again in range(2)} | {falls_back(line, caller)}
    assert len(replies) == 1 and "再见" in (reply := replies.pop()) and "<Dial" not in reply
    assert line.get(f"calls/{caller.sid}")["outcome"] == "transferred"


@pytest.mark.parametrize("keyed", ["", "2"], ids=["no answer", "declined"])
def test_the_fallback_after_an_agent_who_did_not_come_goes_on_to_the_next_way(line, keyed):
    """The same agent is not rung again."""
    caller, turn, address = rings_an_agent(line)
    if keyed:
        agent_presses(line, address, keyed)
    reply = falls_back(line, caller, turn)
    assert "<Dial" not in reply and "给您回电" in reply


def test_the_fallback_of_a_document_that_never_arrived_rings_the_agent(line):
    """The turn that failed is the one that says whom to ring: nobody was rung yet."""
    caller, turn, _address = rings_an_agent(line)
    assert "<Dial" in falls_back(line, caller, turn - 1)
    assert "<Dial" in falls_back(line, caller)


def test_the_fallback_of_a_call_that_is_over_says_nothing(line):
    """Nobody would hear it, and nobody is rung for it."""
    caller, turn, _address = rings_an_agent(line)
    assert len(ET.fromstring(falls_back(line, caller, turn, CallStatus="completed"))) == 0


def test_a_turn_that_is_asked_for_again_after_a_talk_rings_nobody(line):
    """Once the line was out of reach: a redirect says nothing of the leg, and the agent's key is known."""
    caller, turn, address = rings_an_agent(line)
    line.put("agents", {"available": 2})
    agent_presses(line, address)
    form = {"CallSid": caller.sid, "CallStatus": "in-progress"}
    reply = spoken(post(line, f"/voice/calls/{caller.sid}/turns/{turn}?again=1", form))
    assert "再见" in reply and "<Dial" not in reply


def test_without_a_database_a_finished_talk_is_the_end(line):
    """Neither an apology nor the fallback agent, whom nobody needs any more."""
    caller, turn, address = rings_an_agent(line)
    agent_presses(line, address)
    line.settings = replace(line.settings, database_url="sqlite:////nowhere/at/all.db", fallback_agent="+8613900000009")
    line.restart()
    reply = leg_ends(line, caller, turn, DialBridged="true")
    assert "<Dial" not in reply and "抱歉" not in reply and reply.endswith("<Hangup/></Response>")
