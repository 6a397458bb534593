"""From pressing 0 to the goodbye, where TaskRouter chooses the agent."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
import sqlalchemy as sa
from twilio.base.exceptions import TwilioRestException

from ivr.queue import agents, offers, ringing
from ivr.queue.tables import agent_offers
from ivr.storage.database import begin_write
from ivr.task_routing import workers
from ivr.task_routing.tables import task_reservations
from tests.call_flows.line import HAIYUN
from tests.web.wire import post, signature

ASSIGNMENT, EVENTS = "/voice/tasks/assignment", "/voice/tasks/events"


def sends(desk, path, form):
    """TaskRouter sends this."""
    settings = desk.line.settings
    headers = {"X-Twilio-Signature": signature(settings.public_base_url + path, form, settings.twilio_auth_token)}
    return desk.line.app.test_client().post(path, data=form, headers=headers)


def last_assignment(desk):
    """The form of the latest assignment callback."""
    return desk.router.assignments[-1]


def test_an_agent_who_accepts_hears_the_summary_and_then_the_caller(desk):
    """As where the line chooses; the reservation is accepted by the bridge, and the task completed after the talk."""
    desk.signs_on("lin")
    call = desk.calls()
    agent = desk.leg_of("lin")
    assert desk.heard(agent).index("有来电") < desk.heard(agent).index("未验证")
    assert "客服来了" in desk.heard(call) and desk.entry(call).status == "connected"
    assert desk.reservations() == [("lin", "accepted")] and desk.activity("lin") == "talking"
    desk.hangs_up(agent)
    assert (desk.entry(call).status, desk.entry(call).outcome) == ("over", "answered")
    assert desk.there("lin") == "Pause" and desk.activity("lin") == "wrap-up"
    desk.works()
    assert [one.status for one in desk.space.tasks] == ["completed"] and desk.router.trouble == []
    assert desk.there("lin") == "Pause"
    desk.works(60)
    assert desk.there("lin") == "Available" and desk.activity("lin") == "idle"


def test_the_line_itself_rings_nobody(desk):
    """An agent whom TaskRouter does not know as available is left alone."""
    desk.signs_on("lin")
    desk.worker_there("lin").activity = desk.space.default_activity
    call = desk.calls()
    for outbox in (ringing.CALLERS, ringing.OFFERS):
        desk.works(60, [outbox])
    assert desk.offers() == [] and desk.entry(call).status == "queued"


def test_the_task_holds_nothing_personal_and_no_hyphens(desk):
    """The console shows tasks, and expressions refuse hyphens. What Twilio adds of the call is not ours to
    leave out.
    """
    desk.signs_on("lin", does="person")
    call = desk.simulator.runner.place(HAIYUN, "+8613900000001")
    desk.settles()
    for key in ("1", "2", "0"):
        desk.keys(call, key)
    told = json.loads(last_assignment(desk)["TaskAttributes"])
    ours = {name: value for name, value in told.items() if name in ("entry", "wallet", "language", "topic")}
    entry = desk.entry(call)
    assert ours == {"entry": entry.id, "wallet": "haiyun", "language": "zh", "topic": entry.topic.replace("-", "_")}
    body = [sent[2].body.decode() for sent in call.leg.webhooks.log if b"<Task" in sent[2].body][-1]
    task = re.search("<Task.*</Task>", body)[0]
    assert "13900000001" not in task and "-" not in task


def test_what_a_mailbox_hears_is_nothing_personal_and_the_next_agent_is_rung(desk):
    """No key: the caller keeps the place, and the mailbox is not rung again at once."""
    desk.signs_on("lin", does="keys:")
    call = desk.calls()
    desk.signs_on("wang")
    assert "未验证" not in desk.heard(desk.leg_of("lin"))
    desk.works().works()
    assert desk.entry(call).status == "connected" and desk.entry(call).staff == "wang"
    assert desk.reservations() == [("lin", "rejected"), ("wang", "accepted")]


@pytest.mark.parametrize(
    "does, ended, then, there",
    [
        ("decline", "declined", "idle", "Pause"),
        ("busy", "declined", "idle", "Pause"),
        ("no-answer", "missed", "missed", "Missed"),
        ("failed", "failed", "idle", "Pause"),
    ],
)
def test_an_agent_who_does_not_take_the_call_is_passed_over(desk, does, ended, then, there):
    """The reservation is rejected by the worker process at once, and the agent sent away: Twilio would choose them
    again."""
    desk.signs_on("lin", does=does)
    call = desk.calls()
    desk.signs_on("wang")
    desk.works().works()
    assert [(one.staff, one.state) for one in desk.offers()] == [("lin", ended), ("wang", "connected")]
    assert desk.activity("lin") == then and desk.there("lin") == there and desk.entry(call).staff == "wang"


def test_an_agent_who_declines_is_rung_again_after_a_pause(desk):
    """Thirty seconds, for whichever caller; the line's own choice leaves out that caller only."""
    desk.signs_on("lin", does="decline")
    desk.calls()
    desk.works().works(5).works(5)
    assert len(desk.offers()) == 1
    desk.works(25)
    assert len(desk.offers()) == 2


def test_a_reservation_that_times_out_is_a_miss_and_the_worker_comes_back_by_the_desk(desk):
    """Without any notice of the leg TaskRouter sends the worker away; nothing but the line brings them back."""
    desk.signs_on("lin", does="person")
    call = desk.calls()
    desk.space.reservations[0].made -= 1000
    desk.router.look()
    assert desk.reservations() == [("lin", "timeout")] and desk.there("lin") == "Missed"
    assert desk.activity("lin") == "missed" and desk.entry(call).status == "queued"
    with begin_write(desk.worker.engine) as conn:
        agents.wish(conn, "lin", "available", desk.now)
    desk.works()
    assert desk.there("lin") == "Available" and desk.reservations()[-1] == ("lin", "pending")


def test_a_reservation_lasts_longer_than_the_ringing_the_key_and_the_summary(desk):
    """Otherwise the agent who accepts late hears the summary, and joins nobody (14215)."""
    (workflow,) = desk.space.workflows
    assert workflow.reservation_timeout >= desk.line.settings.ring_seconds + 5 + 10 + 45


def test_who_accepts_after_the_reservation_timed_out_joins_nobody_and_the_caller_waits_on(desk):
    """TaskRouter has given the caller up; the caller keeps the place and is given to the next agent."""
    desk.signs_on("lin", does="person")
    call = desk.calls()
    agent = desk.leg_of("lin")
    desk.space.event_url = ""  # the notice of the time-out is lost
    desk.space.reservations[0].made -= 1000
    desk.router.look()
    desk.keys(agent, "1")
    assert "客户已经挂断" in desk.heard(agent) and not call.phone_call.over
    assert desk.entry(call).status == "queued"
    with begin_write(desk.worker.engine) as conn:
        agents.wish(conn, "lin", "break", desk.now)
    desk.signs_on("wang")
    desk.works()
    assert desk.entry(call).status == "connected" and desk.entry(call).staff == "wang"


def test_a_caller_who_hangs_up_while_it_rings_has_abandoned_and_the_telephone_stops(desk):
    """Twilio lets it ring on: the line stops it. It is no miss."""
    desk.signs_on("lin", does="person")
    call = desk.calls()
    desk.hangs_up(call)
    assert desk.entry(call).outcome == "abandoned" and desk.reservations() == [("lin", "canceled")]
    agent = desk.leg_of("lin")
    desk.keys(agent, "1")
    assert "客户已经挂断" in desk.heard(agent)
    desk.works()
    assert desk.offers()[0].state == "withdrawn" and desk.activity("lin") == "idle"
    assert desk.there("lin") == "Available"


def test_a_caller_who_chooses_a_callback_leaves_and_the_task_is_cancelled(desk):
    """Then the number is asked, as elsewhere."""
    desk.signs_on("lin", does="person")
    call = desk.calls()
    desk.keys(call, "1")
    assert desk.entry(call).outcome == "callback" and desk.space.tasks[0].status == "canceled"
    assert "尾号" in desk.heard(call)


def test_a_repeated_assignment_gets_the_same_answer_and_makes_no_second_offer(desk):
    """Also at the other address, and after the agent has accepted."""
    desk.signs_on("lin", does="person")
    desk.calls()
    form = last_assignment(desk)
    first = sends(desk, ASSIGNMENT, form)
    assert (
        first.json["instruction"] == "call" and first.json["accept"] is False and first.mimetype == "application/json"
    )
    desk.keys(desk.leg_of("lin"), "1")
    assert sends(desk, ASSIGNMENT + "/again", form).json == first.json and len(desk.offers()) == 1


def test_an_unsigned_assignment_is_refused(desk):
    """It would make an agent's telephone ring."""
    desk.signs_on("lin", does="person")
    desk.calls()
    answer = desk.line.app.test_client().post(ASSIGNMENT, data=last_assignment(desk))
    assert answer.status_code == 403


@pytest.mark.parametrize("how", ["break", "left", "no such caller", "no such worker", "other language"])
def test_an_agent_who_may_not_be_rung_is_rejected_and_sent_away(desk, how):
    """TaskRouter learns of a break, or of a caller who left, a moment later; a mere rejection would be a loop."""
    desk.signs_on("lin", does="person")
    call = desk.calls()
    form = last_assignment(desk) | {"ReservationSid": "WR" + "9" * 32}
    with begin_write(desk.worker.engine) as conn:
        conn.execute(sa.update(agent_offers).values(status="over", state="declined"))
        if how == "break":
            agents.wish(conn, "lin", "break", desk.now)
    if how == "left":
        desk.hangs_up(call)
    elif how == "no such caller":
        form["TaskAttributes"] = "{}"
    elif how == "no such worker":
        form |= {"WorkerAttributes": "no JSON", "WorkerName": "nobody"}
    elif how == "other language":
        with begin_write(desk.worker.engine) as conn:
            conn.execute(sa.text("UPDATE staff SET languages = '[\"en\"]'"))
    answer = sends(desk, ASSIGNMENT, form).json
    assert answer == {"instruction": "reject", "activity_sid": desk.line.settings.taskrouter_pause_sid}
    assert len(desk.offers()) == 1


def test_the_status_of_an_agents_leg_comes_by_get_signed_and_of_our_account(desk):
    """Without a body, so the account stands in the address; a refusal would hide every miss."""
    desk.line.settings = replace(desk.line.settings, twilio_account_sid="AC" + "a" * 32)
    desk.line.restart()
    settings = desk.line.settings

    def asks(account, signed=True):
        path = f"/voice/offers/{'0' * 16}/leg?AccountSid={account}&CallSid=CA1&CallStatus=completed"
        mark = signature(settings.public_base_url + path, {}, settings.twilio_auth_token) if signed else ""
        return desk.line.app.test_client().get(path, headers={"X-Twilio-Signature": mark}).status_code

    assert asks(settings.twilio_account_sid) == 200
    assert asks("AC" + "b" * 32) == asks(settings.twilio_account_sid, signed=False) == 403


def test_without_a_database_the_first_address_fails_and_the_other_chooses_somebody_else(desk, monkeypatch):
    """Twilio asks at the other one at once; without any answer the worker would be offline."""
    desk.signs_on("lin", does="person")
    monkeypatch.setattr("ivr.task_routing.assignments.assign", lambda *given: 1 / 0)
    assert sends(desk, ASSIGNMENT, {"ReservationSid": "WR1"}).status_code == 503
    assert sends(desk, ASSIGNMENT + "/again", {"ReservationSid": "WR1"}).json["instruction"] == "reject"


def test_events_that_come_twice_late_or_never_change_nothing(desk):
    """Every event of a whole call again, after it."""
    desk.signs_on("lin", "wang")
    desk.calls()
    desk.hangs_up(desk.leg_of("lin") or desk.leg_of("wang"))
    desk.works(61).works()
    before = (desk.offers(), desk.there("lin"), desk.there("wang"))
    for _, form in tuple(desk.router.events):
        assert sends(desk, EVENTS, form).status_code == 204
    desk.works().works()
    assert (desk.offers(), desk.there("lin"), desk.there("wang")) == before


def test_without_any_event_everybody_is_where_they_belong(desk):
    """The activities are read again each minute."""
    desk.signs_on("lin")
    desk.space.event_url = ""
    desk.calls()
    desk.hangs_up(desk.leg_of("lin"))
    desk.works().works(61)
    assert desk.there("lin") == "Available"
    desk.worker_there("lin").activity = desk.space.default_activity
    workers.read_activities(desk.worker)
    desk.works()
    assert desk.there("lin") == "Available"


def test_a_break_during_a_call_holds_after_it(desk):
    """Twilio puts the worker into the activity of the TwiML; the desk's choice is told afterwards."""
    desk.signs_on("lin")
    desk.calls()
    with begin_write(desk.worker.engine) as conn:
        agents.wish(conn, "lin", "break", desk.now)
    desk.works()
    assert desk.there("lin") == "Available" and desk.activity("lin") == "talking"
    desk.hangs_up(desk.leg_of("lin"))
    desk.works()
    assert desk.there("lin") == "Break"


@pytest.mark.parametrize("act", ["reject", "set_activity", "complete"])
def test_a_request_that_fails_is_made_again(desk, act):
    """Nobody knows whether it was done; the caller is not lost, and the agent not stuck."""
    desk.signs_on("lin", does="accept" if act == "complete" else "decline")
    real, failures = desk.worker.task_routing, [0]

    class Failing:
        def __getattr__(self, name):
            def ask(*given):
                if name == act and failures[0] < 2:
                    failures[0] += 1
                    raise TwilioRestException(503, "https://taskrouter.twilio.com")
                return getattr(real, name)(*given)

            return ask

    desk.worker = replace(desk.worker, task_routing=Failing())
    desk.calls()
    if act == "complete":
        desk.hangs_up(desk.leg_of("lin"))
    for _ in range(12):
        desk.works(20)
    with begin_write(desk.worker.engine) as conn:
        assert set(conn.scalars(sa.select(task_reservations.c.status))) == {"done"}
    assert failures[0] == 2
    assert desk.there("lin") in ("Available", "Pause") and desk.router.trouble == []


def test_a_worker_who_is_not_there_is_looked_for_again(desk):
    """Somebody was added since `flask twilio taskrouter --apply`: the log says so, and the others work."""
    desk.signs_on("lin", does="person")
    desk.space.workers.clear()
    with begin_write(desk.worker.engine) as conn:
        agents.wish(conn, "lin", "break", desk.now)
    desk.works().works()
    desk.set_up()
    desk.works(16)
    assert desk.there("lin") == "Break"


@pytest.mark.parametrize(
    "told, then", [("queue-full", "等候的人太多"), ("system-error", "没有人接听"), ("error", "没有人接听")]
)
def test_however_the_wait_at_twilio_ends_the_caller_is_offered_a_callback(desk, told, then):
    """A hundred callers of all wallets fill the workflow's queue."""
    desk.signs_on("lin", does="person")
    desk.worker_there("lin").activity = desk.space.default_activity
    if told == "queue-full":
        desk.simulator.runner.account.queue(desk.line.settings.taskrouter_workflow_sid).max_size = 0
        call = desk.calls()
    else:
        call = desk.calls()
        turn = re.findall(r"/turns/(\d+)", call.leg.webhooks.log[-2][2].body.decode())[-1]
        heard = post(
            desk.line,
            f"/voice/calls/{call.leg.sid}/turns/{turn}",
            {"CallSid": call.leg.sid, "CallStatus": "in-progress", "QueueResult": told},
        ).text
        assert "回电" in heard
        return
    assert then in desk.heard(call) and "回电" in desk.heard(call)
    assert desk.entry(call).outcome == "full"


def test_security_comes_first_at_taskrouter_too(desk):
    """Its priorities are the other way round: the highest is first."""
    desk.signs_on("lin", does="person")
    desk.worker_there("lin").activity = desk.space.default_activity
    desk.calls("+8613900000001")
    stolen = desk.simulator.runner.place(HAIYUN, "+8613900000003")
    desk.settles()
    for key in ("1", "1", "1"):
        desk.keys(stolen, key)
    desk.keys(stolen, "0#")
    priorities = {one.leg.sid: one.priority for one in desk.space.tasks}
    assert priorities[stolen.leg.sid] == max(priorities.values()) > min(priorities.values())


def test_a_caller_who_has_chosen_no_language_is_given_to_any_agent_of_the_wallet(desk):
    """There is a queue for them."""
    desk.signs_on("lin", languages='["en"]', does="person")
    call = desk.simulator.runner.place(HAIYUN, "+8613900000001")
    desk.settles()
    desk.keys(call, "0")
    assert desk.reservations() == [("lin", "pending")]


def test_nobody_is_rung_for_another_wallet_language_or_topic(desk):
    """However long the caller waits."""
    desk.signs_on("lin", languages='["en"]')
    desk.signs_on("wang", topics='["promotions"]')
    call = desk.calls()
    desk.waits(70)
    assert desk.reservations() == [] and desk.entry(call).status == "queued"


def test_the_address_of_the_browser_is_accepted_at_the_desk(desk):
    """The button claims the caller before the leg is answered; then the summary comes without any key."""
    desk.simulator.clients.register("lin")
    desk.signs_on("lin", address="client:lin", does="person")
    call = desk.calls()
    (offer,) = desk.offers()
    with begin_write(desk.worker.engine) as conn:
        assert offers.claim(conn, offer.id, desk.now) is not None
    (leg,) = desk.simulator.clients.calls("lin")
    desk.simulator.clients.answer(leg)
    desk.settles()
    assert desk.entry(call).status == "connected" and desk.reservations() == [("lin", "accepted")]


def test_an_agent_who_died_silently_frees_the_caller(desk):
    """No notice of the leg, and no event: the look at the call settles the offer within a minute."""
    desk.signs_on("lin", does="person")
    desk.space.event_url = ""
    call = desk.calls()
    desk.leg_of("lin").leg.status_callbacks.url = ""
    desk.hangs_up(desk.leg_of("lin"))
    desk.works(61)
    assert [one.state for one in desk.offers()] == ["declined", "ringing"] and desk.entry(call).status == "offered"
