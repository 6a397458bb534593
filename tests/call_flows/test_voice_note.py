"""A case may be described in the caller's own words: offered after it, skipped with one key, kept only as the caller
wants it.
"""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from call_flows.voice_note import NOTE
from ivr.engine import turn
from ivr.engine.journal import journal
from ivr.engine.rendering import render
from ivr.storage.database import begin_read
from ivr.voice_notes import notes
from ivr.voice_notes.tables import recordings, voice_notes
from tests.call_flows.disputing import at_the_yes
from tests.call_flows.line import LIN
from tests.call_flows.test_security import NO, YES, answers
from tests.call_flows.test_security import reviews as strange
from tests.call_flows.test_top_up import reports


@pytest.fixture
def offered(caller):
    """A call whose case was opened just now, and which is offered a note."""
    reports(caller.calls(), "800", "1121").proves(LIN)
    return caller.is_told("用自己的话补充说明", "leave a message")


def add(caller):
    return caller.picks("录一段说明", "record one")


def kept(line):
    return line.get("voice-notes")


def told(line):
    """Every recording that the line knows of."""
    with begin_read(line.app.extensions["line"].engine) as conn:
        return conn.execute(sa.select(recordings).order_by(recordings.c.at)).all()


@pytest.mark.requirement("R21")
def test_what_happened_is_said_in_the_callers_own_words_and_kept_with_the_case(offered):
    """Who listens, for how long and what not to say comes before the tone; a key ends it, another one keeps it."""
    (case,) = offered.line.get("cases")
    add(offered).is_told("开始录音，最长一分钟", "you are recorded, for one minute at most")
    offered.is_told("不要说密码和验证码", "without passwords or codes")
    offered.speaks(12).presses("#").is_told("录好了", "It is recorded")
    offered.picks("保留", "keep it").is_told("问题解决了吗", "solve your problem")
    (note,) = kept(offered.line)
    assert {name: note[name] for name in ("customer", "call", "reference", "seconds", "status")} == {
        "customer": case["customer"],
        "call": offered.sid,
        "reference": case["reference"],
        "seconds": 12,
        "status": "coming",
    }
    assert note["at"] == "2026-11-23T10:00:00+08:00" and note["id"] == offered.account.recordings[0].sid


def test_the_words_and_the_limit_agree():
    """One minute, as the notice says."""
    assert NOTE.longest == 60


def test_one_key_goes_on_without(offered):
    """Nothing is recorded."""
    offered.picks("不用补充", "skip it").is_told("问题解决了吗", "solve your problem")
    assert kept(offered.line) == [] and offered.account.recordings == []


@pytest.mark.requirement("R21")
def test_a_dispute_may_be_described(caller):
    """The note belongs to what was filed just before."""
    at_the_yes(caller).picks("是的", "For yes").picks("补充说明", "add a voice note").speaks(3).waits().picks(
        "保留", "keep it"
    )
    (note,), (dispute,) = kept(caller.line), [one for one in caller.line.get("disputes") if one["call"]]
    assert note["reference"] == dispute["reference"]


def test_an_investigation_may_be_described(caller):
    """The security case has it."""
    answers(strange(caller.calls()).proves(LIN), True, False, True).picks(*NO).picks(*YES)
    add(caller.is_told("用自己的话补充说明", "leave a message")).speaks(3).presses("#").picks("保留", "keep it")
    (note,), (case,) = kept(caller.line), caller.line.get("cases")
    assert (note["reference"], case["kind"]) == (case["reference"], "security")


def test_a_note_may_be_recorded_again(offered):
    """The last one counts; of the first nothing is kept but that it must be deleted."""
    add(offered).speaks(12).presses("#").picks("重新录", "record it again").is_told("提示音以后", "After the tone")
    offered.speaks(5).presses("#").picks("保留", "keep it")
    first, second = offered.account.recordings
    assert [(note["id"], note["seconds"]) for note in kept(offered.line)] == [(second.sid, 5)]
    assert [one.id for one in told(offered.line)] == [first.sid, second.sid]


def test_a_note_may_be_deleted(offered):
    """It is said that it is, and the call goes on."""
    add(offered).speaks(12).presses("#").picks("删除", "delete it").is_told("已经删除", "is deleted")
    offered.is_told("问题解决了吗", "solve your problem")
    assert kept(offered.line) == [] and len(told(offered.line)) == 1


@pytest.mark.parametrize("keeps", [True, False])
def test_who_says_nothing_is_asked_whether_to_try_again(offered, keeps):
    """Whether Twilio keeps such a recording or goes on without one."""
    offered.keeps_silence = offered.call.leg.keeps_silence = keeps
    add(offered).hears_the_tone().waits().is_told("没有听到声音", "did not hear anything")
    offered.picks("再录一次", "try again").is_told("提示音以后", "After the tone")
    offered.hears_the_tone().waits().picks("不用补充", "skip it").is_told("问题解决了吗", "solve your problem")
    assert kept(offered.line) == [] and len(told(offered.line)) == (2 if keeps else 0)


def test_five_seconds_of_silence_end_a_note(offered):
    """Whoever does not press pound is heard as well; the seconds count the silence until the file is here."""
    add(offered).speaks(4).waits().is_told("录好了", "It is recorded")
    assert kept(offered.line)[0]["seconds"] == 9


def test_a_minute_is_the_most(offered):
    """Then it is over."""
    add(offered).speaks(90).is_told("录好了", "It is recorded")
    assert kept(offered.line)[0]["seconds"] == 60


@pytest.mark.parametrize("speaks", [False, True])
def test_zero_is_a_person_before_the_tone_and_while_speaking(offered, speaks):
    """What was said until then is not kept."""
    add(offered)
    if speaks:
        offered.speaks(7)
    offered.presses("0").is_told("正在为您转接人工", "connecting you to a person")
    assert kept(offered.line) == []


@pytest.mark.parametrize("speaks", [False, True])
def test_a_star_leads_back_to_the_offer_and_two_to_the_main_menu(offered, speaks):
    """Nothing is kept of what was said."""
    add(offered)
    if speaks:
        offered.speaks(7)
    offered.presses("*").is_told("用自己的话补充说明", "leave a message").presses("*")
    offered.is_told("账户安全", "account security")
    assert kept(offered.line) == []


def test_the_notice_is_slower_or_in_the_other_language_at_a_key(offered):
    """And again at pound; nobody is recorded meanwhile."""
    add(offered).presses("9").hears("After the tone" if offered.lang == "zh" else "提示音以后")
    offered.presses("8").presses("#").hears("After the tone" if offered.lang == "zh" else "提示音以后")
    assert offered.call.waiting.kind == "keys" and offered.account.recordings == []


def test_who_hangs_up_at_the_last_question_has_kept_it(offered):
    """It was kept when it was spoken."""
    add(offered).speaks(12).presses("#").hangs_up()
    assert len(kept(offered.line)) == 1


def test_the_journal_holds_the_recordings_id_and_no_address(offered):
    """Nor does anything else that is kept."""
    add(offered).speaks(12).presses("#").picks("保留", "keep it")
    sid = offered.account.recordings[0].sid
    with begin_read(offered.line.app.extensions["line"].engine) as conn:
        rows = conn.execute(sa.select(journal.c.steps, journal.c.facts).where(journal.c.call == offered.sid)).all()
        others = conn.execute(sa.select(recordings)).all() + conn.execute(sa.select(voice_notes)).all()
    steps = [step for row in rows for step in json.loads(row.steps)]
    assert ["answer", "voice-note", "value", sid] in steps
    assert "Recordings/" not in str(rows) and "Recordings/" not in str(others)


def test_the_agent_hears_that_there_is_a_note_and_reads_which(offered):
    """Its seconds in the whisper, its id on the screen; one that was deleted is not mentioned."""
    add(offered).speaks(12).presses("#").picks("保留", "keep it").presses("0")
    (whisper,) = offered.whispers
    assert ("附语音十二秒" if offered.lang == "zh" else "voice note, twelve seconds") in whisper
    sid, written = offered.account.recordings[0].sid, offered.report()["summary"]["written"]
    assert f"语音说明: 12 秒 ({sid})" in written["zh"] and f"Voice note: 12 s ({sid})" in written["en"]


def test_words_that_were_spoken_while_the_line_broke_are_told_to_the_agent(offered, monkeypatch):
    """The turn that would have kept them fails, and leads to a person, who hears of them and reads which."""
    monkeypatch.setattr(notes, "Note", None)
    add(offered).speaks(12).presses("#").is_told("系统出了一点问题", "went wrong on our side")
    assert ("附语音十二秒" if offered.lang == "zh" else "voice note, twelve seconds") in offered.whispers[0]
    sid, written = offered.account.recordings[0].sid, offered.report()["summary"]["written"]
    assert f"语音说明: 12 秒 ({sid})" in written["zh"] and f"Voice note: 12 s ({sid})" in written["en"]


def test_words_that_the_caller_left_behind_while_the_line_broke_are_mentioned_nowhere(offered, monkeypatch):
    """A star ended them: they are no note, whatever fails then."""
    add(offered)
    once = iter([None])
    monkeypatch.setattr(turn, "render", lambda *told: render(*told) if next(once, told) else 1 / 0)
    offered.speaks(7).presses("*").is_told("系统出了一点问题", "went wrong on our side")
    assert "语音" not in offered.whispers[0] and "voice" not in offered.whispers[0]


def test_a_deleted_note_is_mentioned_nowhere(offered):
    """Neither whispered nor written."""
    add(offered).speaks(12).presses("#").picks("删除", "delete it").presses("0")
    assert "语音" not in offered.whispers[0] and "voice" not in offered.whispers[0]
    assert not [text for text in offered.report()["summary"]["written"]["en"] if text.startswith("Voice note")]


def test_without_a_case_nothing_is_offered(caller):
    """A refused card needs no description."""
    reports(caller.calls(), "300", "1120").proves(LIN)
    caller.is_not_told("用自己的话", "your own words")
