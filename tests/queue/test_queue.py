"""From pressing 0 to the goodbye: a caller waits, an agent is rung, accepts, hears the summary, and the two are
joined."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs
from twilio.base import values

from ivr.calls.report import call_report, has_follow_up
from ivr.follow_up.outbox import stamp
from ivr.operations.announcements import announce
from ivr.queue.alarm import watch_waits
from ivr.queue.tables import agent_offers, queue_entries
from ivr.simulator.calls.call_runner import again
from ivr.storage.database import begin_read, begin_write
from ivr.voice_notes.tables import voice_notes
from ivr.web.hold_music import music_file
from tests.call_flows.line import HAIYUN
from tests.web.wire import in_progress, post

OURS, OTHER = "+12025550100", "+12025550101"


def measured(desk, talks):
    """So many talks of four minutes in the last hour."""
    with begin_write(desk.worker.engine) as conn:
        for number in range(talks):
            ended = desk.now - timedelta(hours=1)
            talk = {"id": f"t{number}", "call": f"CA{number}", "wallet": "haiyun", "language": "zh", "topic": "other"}
            times = {"entered": stamp(ended), "connected": stamp(ended - timedelta(minutes=4)), "ended": stamp(ended)}
            over = {"priority": 2, "status": "over", "outcome": "answered", "tries": 0}
            conn.execute(sa.insert(queue_entries).values(**talk, **times, **over))


def test_an_agent_who_accepts_hears_the_summary_and_then_the_caller(desk):
    """Before key 1 the agent's telephone hears the name of the line and nothing about the caller."""
    desk.signs_on("lin")
    call = desk.calls()
    assert desk.entry(call).status == "queued"
    desk.works()
    agent = desk.leg_of("lin")
    assert "海云钱包有来电" in desk.heard(agent)
    assert desk.heard(agent).index("有来电") < desk.heard(agent).index("未验证")
    assert "客服来了" in desk.heard(call) and desk.entry(call).status == "connected"
    assert desk.activity("lin") == "talking"
    desk.hangs_up(agent)
    assert (desk.entry(call).status, desk.entry(call).outcome) == ("over", "answered")
    assert call.phone_call.over and desk.activity("lin") == "wrap-up"
    with begin_read(desk.worker.engine) as conn:
        assert call_report(conn, call.leg.sid)["outcome"] == "transferred"


def test_what_a_mailbox_hears_is_nothing_personal_and_the_caller_keeps_the_place(desk):
    """A leg that is answered and presses nothing is a miss: no summary, no answer, the next agent is rung."""
    desk.signs_on("lin", does="keys:")
    desk.signs_on("wang")
    call = desk.calls()
    entered = desk.entry(call).entered
    desk.works()
    assert "未验证" not in desk.heard(desk.leg_of("lin")) and desk.entry(call).connected is None
    desk.works()
    assert desk.entry(call).status == "connected" and desk.entry(call).staff == "wang"
    assert desk.entry(call).entered == entered


@pytest.mark.parametrize(
    "does, ended, then",
    [
        ("decline", "declined", "idle"),
        ("busy", "declined", "idle"),
        ("no-answer", "missed", "missed"),
        ("failed", "failed", "idle"),
    ],
)
def test_an_agent_who_does_not_take_the_call_is_passed_over(desk, does, ended, then):
    """At once; a missed offer takes the agent out of the queue until they say that they are back."""
    desk.signs_on("lin", does=does)
    desk.signs_on("wang")
    call = desk.calls()
    desk.works().works()
    assert [(one.staff, one.state) for one in desk.offers()] == [("lin", ended), ("wang", "connected")]
    assert desk.activity("lin") == then and desk.entry(call).staff == "wang"


def test_one_agent_who_misses_a_call_is_not_rung_twice(desk):
    """One ring, then missed; the caller does not wait for nobody, and is offered a callback."""
    desk.signs_on("lin", does="no-answer")
    call = desk.calls()
    for _ in range(5):
        desk.works(30)
    assert len(desk.offers()) == 1
    desk.waits(90)
    assert desk.entry(call).outcome == "failed" and "回电" in desk.heard(call)


def test_an_only_agent_who_declines_is_rung_again_after_a_pause(desk):
    """Twenty seconds; with others there, a minute."""
    desk.signs_on("lin", does="decline")
    desk.calls()
    desk.works().works(5).works(5)
    assert len(desk.offers()) == 1
    desk.works(15)
    assert len(desk.offers()) == 2


def test_agents_are_rung_for_their_wallets_languages_and_topics_only(desk):
    """Nobody else is disturbed, however long a caller waits."""
    desk.signs_on("lin", languages='["en"]')
    desk.signs_on("wang", wallets='["linfu"]')
    call = desk.calls()
    desk.works().works(60)
    assert desk.offers() == [] and desk.entry(call).status == "queued"
    english = desk.calls("+8613900000002", language="2")
    desk.works()
    assert [one.staff for one in desk.offers()] == ["lin"] and desk.entry(english).status == "connected"


def test_two_agents_never_ring_one_caller_and_a_talking_agent_is_not_rung(desk):
    """The database refuses a second open offer, whatever the code does."""
    desk.signs_on("lin", "wang", does="person")
    first, second, third = (desk.calls(f"+861390000000{n}") for n in (1, 2, 3))
    desk.works().works().works()
    assert len({(one.staff, one.entry) for one in desk.offers()}) == len(desk.offers()) == 2
    assert desk.entry(third).status == "queued"
    for column in ("staff", "entry"):
        copy = dict(desk.offers()[0]._mapping) | {"id": f"again-{column}", column: "another"}
        with pytest.raises(sa.exc.IntegrityError), begin_write(desk.worker.engine) as conn:
            conn.execute(sa.insert(agent_offers).values(**copy))
    assert {desk.entry(first).status, desk.entry(second).status} == {"offered"}


def test_security_comes_first_then_who_was_cut_off_then_who_waits_longest(desk):
    """By priority, then by the time of the first entry."""
    desk.signs_on("zhao", topics="[]", does="person")
    early, late = desk.calls("+8613900000001"), desk.calls("+8613900000002")
    stolen = desk.simulator.runner.place(HAIYUN, "+8613900000003")
    desk.settles()
    for key in ("1", "1"):
        desk.keys(stolen, key)
    desk.keys(stolen, "0")
    desk.signs_on("lin", "wang", does="person")
    desk.works().works().works()
    assert {one.entry for one in desk.offers()} == {desk.entry(one).id for one in (stolen, early)} and late


def test_a_caller_who_hangs_up_while_it_rings_has_abandoned_and_the_agent_is_free(desk):
    """It is not the agent's miss, and the agent hears that the caller has gone."""
    desk.signs_on("lin", does="person")
    call = desk.calls()
    desk.works()
    desk.hangs_up(call)
    assert desk.entry(call).outcome == "abandoned"
    agent = desk.leg_of("lin")
    desk.keys(agent, "1")
    assert "客户已经挂断" in desk.heard(agent)
    assert desk.offers()[0].state == "withdrawn" and desk.activity("lin") == "idle"


def test_a_caller_may_choose_a_callback_and_keeps_no_agent_busy(desk):
    """The choice is taken as a yes: no second offer, the number at once."""
    desk.signs_on("lin", does="person")
    call = desk.calls()
    desk.keys(call, "1")
    assert desk.entry(call).outcome == "callback"
    assert "我们可以给您回电" not in desk.heard(call) and "尾号" in desk.heard(call)


def test_star_leads_from_the_queue_to_the_main_menu_and_zero_back_with_the_first_time(desk):
    """The place in the queue is kept by the time of the first entry."""
    desk.signs_on("lin", does="person")
    call = desk.calls()
    first = desk.entry(call).entered
    desk.keys(call, "*")
    assert desk.entry(call).outcome == "menu" and "账户安全" in desk.heard(call)
    desk.now += timedelta(seconds=60)
    desk.keys(call, "0")
    assert desk.entry(call).entered == first and desk.entry(call).status == "queued"


def test_a_wrong_key_in_the_queue_changes_nothing(desk):
    """The caller hears the next round."""
    desk.signs_on("lin", does="person")
    call = desk.calls()
    for key in ("7", "#", "0"):
        desk.keys(call, key)
    assert desk.entry(call).status == "queued"


def test_the_words_between_the_music_vary_and_tell_the_place_again_when_it_changed(desk):
    """Place and keys first; then short words, never the same twice in a row; the keys again each third round."""
    desk.signs_on("lin", does="person")
    first, call = desk.calls("+8613900000001"), desk.calls("+8613900000002")
    rounds = [desk.round(call) for _ in range(4)]
    assert [("位置没有变" in one, "请不要挂机" in one, "耐心等候" in one) for one in rounds] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
        (True, False, False),
    ]
    assert ["回主菜单" in one for one in rounds] == [False, False, True, False]
    desk.hangs_up(first)
    assert "下一位就是您" in desk.round(call)


@pytest.mark.parametrize(
    "language, asks, again", [("1", "开始录音", "我们可以给您回电"), ("2", "are recorded", "call you back")]
)
def test_a_caller_may_leave_a_voice_note_instead_of_waiting(desk, language, asks, again):
    """It belongs to the call, whoever the caller is; then comes the offer of a callback."""
    desk.signs_on("lin", does="person")
    call = desk.calls(language=language)
    desk.keys(call, "3")
    assert desk.entry(call).outcome == "note" and asks in desk.heard(call)
    desk.speaks(call, 5)
    desk.keys(call, "1")
    with begin_read(desk.worker.engine) as conn:
        note = conn.execute(sa.select(voice_notes)).one()
        report = call_report(conn, call.leg.sid)
    assert (note.call, note.reference, note.customer, note.wallet) == (call.leg.sid, None, None, "haiyun")
    assert [one["id"] for one in report["summary"]["notes"]] == [note.id]
    assert again in desk.heard(call)


@pytest.mark.parametrize("then, outcome", [("0", "note"), ("*", "note")])
def test_a_caller_who_leaves_the_recording_for_a_person_waits_again_with_the_first_time(desk, then, outcome):
    """0 before the tone leads back into the queue; star to the offer of a callback."""
    desk.signs_on("lin", does="person")
    call = desk.calls()
    first = desk.entry(call).entered
    desk.keys(call, "3")
    desk.keys(call, then)
    if then == "0":
        assert (desk.entry(call).status, desk.entry(call).entered) == ("queued", first)
    else:
        assert desk.entry(call).outcome == outcome and "留言" not in desk.heard(call)


@pytest.mark.parametrize("talks, now, told", [(0, "20:40", "九点下班"), (10, "20:55", "轮不到您"), (10, "20:40", "")])
def test_callers_are_told_when_their_turn_will_not_come_before_closing(desk, talks, now, told):
    """By the estimate; without one only that closing is near. With a turn in time nothing is said of it."""
    desk.signs_on("lin", does="person")
    measured(desk, talks)
    desk.line.put("clock", {"now": f"2026-11-23T{now}:00+08:00"})
    desk.calls("+8613900000001")
    call = desk.calls("+8613900000002")
    assert ("下班" in desk.heard(call)) == bool(told) and told in desk.heard(call)


@pytest.mark.parametrize("talks, now, told", [(0, "20:40", "预计今天晚上九点下班"), (10, "20:55", "可能轮不到您")])
def test_the_closing_of_a_day_that_may_be_a_holiday_is_told_as_expected(desk, talks, now, told):
    """Nobody knows yet which days of 2027 are off in China."""
    desk.line.put("clock", {"now": f"2027-03-01T{now}:00+08:00"})
    desk.signs_on("lin", does="person")
    measured(desk, talks)
    desk.calls("+8613900000001")
    assert told in desk.heard(desk.calls("+8613900000002"))


@pytest.mark.parametrize(
    "language, closed, offered",
    [("1", "现在不是人工服务时间", "您也可以留言"), ("2", "not at work right now", "or take a message")],
)
def test_at_closing_time_who_waits_is_offered_a_callback_or_a_note_and_no_talk_ends(desk, language, closed, offered):
    """At the next round; the agents' next opening is told. Two who talk are not disturbed."""
    desk.signs_on("lin")
    desk.signs_on("wang", languages="[]", does="person")
    talking, call = desk.calls("+8613900000001"), desk.calls("+8613900000002", language=language)
    desk.works()
    desk.line.put("clock", {"now": "2026-11-23T21:00:10+08:00"})
    heard = desk.round(call)
    assert closed in heard and offered in heard and desk.entry(call).outcome == "closed"
    assert desk.entry(talking).status == "connected" and not talking.phone_call.over
    desk.keys(call, "2")
    desk.speaks(call, 4)
    desk.keys(call, "1")
    with begin_read(desk.worker.engine) as conn:
        assert conn.scalar(sa.select(voice_notes.c.call)) == call.leg.sid
        assert has_follow_up(conn, call.leg.sid)


def test_a_security_matter_waits_on_when_only_the_others_close(desk):
    """Its agents are there day and night."""
    desk.signs_on("lin", does="person")
    call = desk.simulator.runner.place(HAIYUN, "+8613900000003")
    desk.settles()
    for key in ("1", "1", "0"):
        desk.keys(call, key)
    desk.line.put("clock", {"now": "2026-11-23T21:00:10+08:00"})
    desk.round(call)
    assert desk.entry(call).status == "queued"


def test_a_queue_is_full_by_the_agents_who_are_signed_on(desk):
    """QUEUE_PER_AGENT callers for each; the next one hears why, and is offered a callback."""
    desk.line.settings = replace(desk.line.settings, queue_per_agent=1)
    desk.line.restart()
    desk.signs_on("lin", does="person")
    first, second = desk.calls("+8613900000001"), desk.calls("+8613900000002")
    assert desk.entry(first).status == "queued" and desk.entry(second) is None
    assert "等候的人太多" in desk.heard(second) and "给您回电" in desk.heard(second)
    desk.signs_on("wang", does="person")
    assert desk.entry(desk.calls("+8613900000003")).status == "queued"


@pytest.mark.parametrize("language, said", [("1", "充值可能延迟"), ("2", "top-ups may be late")])
def test_an_announcement_is_heard_once_on_entering_the_queue_and_a_key_skips_it(desk, language, said):
    """Then comes the place; one for another topic is not heard."""
    now = datetime.fromisoformat("2026-11-23T10:00:00+08:00")
    until = now + timedelta(hours=1)
    with begin_write(desk.worker.engine) as conn:
        announce(conn, "queue", {"zh": "充值可能延迟", "en": "top-ups may be late"}, now, until, "haiyun")
        announce(conn, "queue", {"zh": "请注意诈骗", "en": "beware of scams"}, now, until, topic="security")
    desk.signs_on("lin", does="person")
    call = desk.calls(language=language)
    assert said in desk.heard(call) and "诈骗" not in desk.heard(call) and "scams" not in desk.heard(call)
    desk.keys(call, "7")
    assert desk.heard(call).count(said) == 1 and desk.entry(call).status == "queued"
    assert said not in desk.round(call)


def test_the_log_has_an_error_while_somebody_waits_too_long(desk):
    """From QUEUE_ALARM_SECONDS on, at each look."""
    desk.worker = replace(desk.worker, settings=replace(desk.worker.settings, queue_alarm_seconds=90))
    desk.signs_on("lin", does="person")
    desk.calls()
    for seconds, lines in ((89, 0), (1, 1), (60, 1)):
        desk.now += timedelta(seconds=seconds)
        with capture_logs() as logged:
            watch_waits(desk.worker)
        assert [one["event"] for one in logged] == ["callers wait too long"] * lines


def test_who_has_chosen_no_language_is_offered_no_note(desk):
    """The recording is explained in one language; the key does nothing."""
    desk.signs_on("lin", does="person")
    call = desk.simulator.runner.place(HAIYUN, "+8613900000001")
    desk.settles()
    desk.keys(call, "0")
    desk.keys(call, "3")
    assert desk.entry(call).status == "queued" and "留一段话" not in desk.heard(call)


def test_a_round_of_the_wait_plays_the_hold_music_if_there_is_any(desk):
    """Until there is a file, the round is silent for as long."""
    desk.signs_on("lin", does="person")
    call = desk.calls()
    turn = int(re.findall(r"/queue/(\d+)", "".join(sent[0] for sent in call.leg.webhooks.log))[-1])
    wait = f"/voice/calls/{call.leg.sid}/queue/{turn}"
    assert "<Play>" not in (silent := post(desk.line, wait, in_progress(call.leg.sid)).text) and "<Pause" in silent
    music_file(desk.line.settings).write_bytes(b"RIFF")
    played = post(desk.line, wait, in_progress(call.leg.sid)).text
    assert (
        f"<Play>{desk.line.settings.public_base_url}/voice/hold-music.wav</Play>" in played and "<Pause" not in played
    )


def test_the_hold_music_is_fetched_without_a_signature(desk):
    """The one address under `/voice` that needs none; without the file the answer is 404, and no fault of ours."""
    fetch = desk.line.app.test_client().get
    assert fetch("/voice/hold-music.wav").status_code == 404
    music_file(desk.line.settings).write_bytes(b"RIFF" * 9)
    with fetch("/voice/hold-music.wav") as answer:
        assert (answer.status_code, answer.data, answer.mimetype) == (200, b"RIFF" * 9, "audio/x-wav")
    assert fetch("/voice/hold-music.wav/x").status_code == 403


def test_places_and_estimates_are_told_as_far_as_they_are_known(desk):
    """No estimate without ten measured talks; then the mean talk, times the callers, by the agents who are signed
    on."""
    desk.signs_on("lin", does="person")
    first, second = desk.calls("+8613900000001"), desk.calls("+8613900000002")
    assert "下一位就是您" in desk.heard(first) and "您前面还有一位" in desk.heard(second)
    assert "分钟" not in desk.heard(second)
    measured(desk, 10)
    third = desk.calls("+8613900000003")
    assert "大约要等十二分钟" in desk.heard(third)


def test_without_agents_at_the_desk_the_numbers_of_the_settings_are_rung_as_before(desk):
    """The way to start with none of that."""
    call = desk.calls()
    assert desk.entry(call) is None and "正在为您转接" in desk.heard(call)


@pytest.mark.parametrize("lost", ["answer", "joined", "after", "leg"])
def test_a_repeated_webhook_of_an_offer_changes_nothing(desk, lost):
    """Each request of the agent's leg is sent twice; states and the other leg are as after one."""
    desk.signs_on("lin")
    call = desk.calls()
    desk.works()
    agent = desk.leg_of("lin")
    log = [place for place, sent in enumerate(agent.leg.webhooks.log) if sent[0].partition("#")[0].endswith(lost)]
    before = (desk.entry(call), desk.offers())
    for place in log:
        again(agent, place)
    assert (desk.entry(call), desk.offers()) == before


def test_a_caller_without_a_language_hears_both_and_chooses_one_for_the_callback(desk):
    """`0` at the first question: the wait is in both languages, any agent may take it, and no question is asked in
    one."""
    desk.signs_on("lin", languages='["en"]', does="person")
    call = desk.simulator.runner.place(HAIYUN, "+8613900000001")
    desk.settles()
    desk.keys(call, "0")
    assert "下一位就是您" in desk.heard(call) and "You are next" in desk.heard(call)
    desk.works()
    assert [one.staff for one in desk.offers()] == ["lin"]
    desk.keys(call, "1")
    assert (
        desk.entry(call).outcome == "callback"
        and "To be called back" in desk.heard(call)
        and "We can call you back" in desk.heard(call)
    )


@pytest.mark.parametrize("how", ["again", "fallback", "no database"])
def test_after_a_talk_nobody_is_rung_again_when_the_request_at_its_end_failed(desk, monkeypatch, how):
    """The action of the queue failed: the same turn again, the fallback, or an answer without a database."""
    desk.signs_on("lin")
    call = desk.calls()
    desk.works()
    desk.simulator.runner.end(desk.leg_of("lin"))
    desk.settles()
    url, form, _ = next(sent for sent in reversed(call.leg.webhooks.log) if "QueueResult" in sent[1])
    if how == "no database":
        monkeypatch.setattr("ivr.web.voice_webhooks.take_turn", lambda *given: 1 / 0)
        address = url.partition("#")[0]
    else:
        address = url.partition("#")[0] + "?again=1" if how == "again" else url.partition("/calls/")[0] + "/fallback"
    heard = call.leg.webhooks.deliver(address, form | {"ErrorUrl": url, "ErrorCode": "11200"}).body.decode()
    assert "<Dial" not in heard and "<Enqueue" not in heard and "回电" not in heard


@pytest.mark.parametrize(
    "address, rung",
    [
        ("byoc:BY" + "0" * 32 + "/+8619900009001", "+8619900009001"),
        ("client:lin", "client:lin"),
        ("sip:lin@pbx.example.com", "sip:lin@pbx.example.com"),
    ],
)
def test_agents_are_rung_by_their_own_carrier_in_the_browser_or_by_sip(desk, address, rung):
    """The trunk goes to Twilio as a parameter of its own."""
    asked = []
    desk.worker.telephone._client.calls.create = lambda **given: asked.append(given) or SimpleNamespace(sid="CA1")
    desk.signs_on("lin", address=address)
    desk.calls()
    desk.works()
    byoc = "BY" + "0" * 32 if address.startswith("byoc") else values.unset
    assert [(one["to"], one["byoc"], one["from_"]) for one in asked] == [(rung, byoc, HAIYUN)]


@pytest.mark.parametrize(
    "setting, dialled, shown",
    [
        ({}, {"line": HAIYUN}, HAIYUN),
        ({}, {"line": OURS, "ForwardedFrom": HAIYUN}, OURS),
        ({"": OTHER}, {"line": HAIYUN}, OTHER),
        ({"haiyun": OTHER}, {"line": OURS, "ForwardedFrom": HAIYUN}, OTHER),
        ({"linfu": OTHER}, {"line": OURS, "ForwardedFrom": HAIYUN}, OURS),
    ],
    ids=["default", "forwarded", "for all", "for the wallet", "for another wallet"],
)
def test_agents_of_the_queue_are_rung_from_a_number_of_the_account(desk, setting, dialled, shown):
    """The number that answered the caller, or CALLER_ID; another carrier's line would be refused, and nobody would
    ring."""
    asked = []
    desk.worker.telephone._client.calls.create = lambda **given: asked.append(given) or SimpleNamespace(sid="CA1")
    desk.worker = replace(desk.worker, settings=replace(desk.worker.settings, caller_id=setting))
    desk.signs_on("lin")
    desk.calls(**dialled)
    desk.works()
    assert [one["from_"] for one in asked] == [shown]
