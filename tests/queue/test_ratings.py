"""One question after a talk: asked where it is fit, answered by one key, and kept with the call."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from ivr.calls.report import call_report
from ivr.queue.tables import ratings
from ivr.storage.database import begin_read
from ivr.web.backlog_metrics import exposition
from tests.call_flows.line import HAIYUN

ASKS = {"1": "人工服务满意吗", "2": "How was the help"}


def talked(desk, seconds=60, language="1"):
    """A call after a talk of so long with Lin, whose telephone hangs up; `language` "": it is remembered."""
    if language:
        call = desk.calls("+8613900000001", language=language)
    else:
        call = desk.simulator.runner.place(HAIYUN, "+8613900000001")
        desk.settles()
        desk.keys(call, "0")
    desk.works()
    desk.now += timedelta(seconds=seconds)
    desk.hangs_up(desk.leg_of("lin"))
    return call


def kept(desk, call):
    with begin_read(desk.worker.engine) as conn:
        status = conn.scalar(sa.select(ratings.c.status).where(ratings.c.call == call.leg.sid))
        return status, call_report(conn, call.leg.sid)["rating"]


@pytest.mark.parametrize("language, thanks", [("1", "谢谢您的评价"), ("2", "Thank you for telling us")])
@pytest.mark.parametrize("key, answer", [("1", "good"), ("3", "poor")])
def test_the_answer_is_kept_with_the_call_and_counted(desk, language, thanks, key, answer):
    """In the report and the metrics; then the call ends."""
    desk.signs_on("lin")
    call = talked(desk, language=language)
    assert ASKS[language] in desk.heard(call)
    desk.keys(call, key)
    assert kept(desk, call) == (answer, answer) and thanks in desk.heard(call) and call.phone_call.over
    assert f'ivr_ratings{{status="{answer}"}} 1.0' in exposition(desk.worker.engine).decode()


@pytest.mark.parametrize("key", ["", "7", "*"])
def test_silence_and_other_keys_are_no_answer(desk, key):
    """The question is not repeated; the call ends."""
    desk.signs_on("lin")
    call = talked(desk)
    desk.keys(call, key) if key else desk.round(call)
    assert kept(desk, call) == ("asked", None) and call.phone_call.over
    assert desk.heard(call).count(ASKS["1"]) == 1


def test_nobody_is_asked_twice_a_day(desk):
    """The next day they are."""
    desk.signs_on("lin")
    desk.round(talked(desk))
    desk.now += timedelta(minutes=5)
    again = talked(desk, language="")
    assert ASKS["1"] not in desk.heard(again) and again.phone_call.over
    desk.now += timedelta(days=1)
    assert ASKS["1"] in desk.heard(talked(desk, language=""))


def test_a_talk_that_broke_off_is_followed_by_no_question(desk):
    """It lasted a few seconds."""
    desk.signs_on("lin")
    call = talked(desk, seconds=5)
    assert ASKS["1"] not in desk.heard(call) and call.phone_call.over


def test_after_a_matter_of_security_nobody_is_asked(desk):
    """These callers have other worries."""
    desk.signs_on("lin")
    call = desk.simulator.runner.place(HAIYUN, "+8613900000003")
    desk.settles()
    for key in ("1", "1", "0"):
        desk.keys(call, key)
    desk.works()
    desk.now += timedelta(seconds=60)
    desk.hangs_up(desk.leg_of("lin"))
    assert ASKS["1"] not in desk.heard(call) and call.phone_call.over


def test_the_question_can_be_left_out(desk):
    """ASK_SATISFACTION=0."""
    runtime = desk.line._standing.runtime
    settings = replace(runtime.settings, ask_satisfaction=False)
    desk.line._standing.runtime = type(runtime)(
        **{name: getattr(runtime, name) for name in runtime.__struct_fields__} | {"settings": settings}
    )
    desk.signs_on("lin")
    call = talked(desk)
    assert ASKS["1"] not in desk.heard(call) and call.phone_call.over
