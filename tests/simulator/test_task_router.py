"""TaskRouter in the simulator behaves as Twilio's, in the ways in which it surprises."""

from __future__ import annotations

import json

import pytest
from flask import Response
from twilio.base.exceptions import TwilioRestException

from ivr.simulator.account.task_router import MOST_WAITING
from ivr.simulator.account.worker_expressions import WrongExpression, parse
from tests.simulator.stub_app import zh
from tests.simulator.workspace import LIN, instruct, set_up

WAIT = zh("请稍候。") + '<Pause length="30"/>'
ACCEPTS = zh("海云来电。") + '<Gather numDigits="1" action="/key"/>'


def wait(simulator, made, **more):
    """A caller who waits in the workspace."""
    simulator.stub.on("/voice", made.enqueued(**more)).on("/wait", WAIT)
    return simulator.dials()["sid"]


def router_of(simulator):
    """Its TaskRouter."""
    return simulator.runner.account.router


def statuses(simulator):
    """Those of the reservations, in order."""
    return [one.status for one in router_of(simulator).workspaces[0].reservations]


def activity(simulator, name="lin"):
    """What a worker is doing."""
    return next(one for one in router_of(simulator).workspaces[0].workers if one.name == name).activity.name


def takes(simulator, made):
    """The reserved worker's telephone answers, and joins the caller at once."""
    reservation = router_of(simulator).assignments[-1]["ReservationSid"]
    dial = (
        f'<Dial action="/parted"><Queue url="/bridge" reservationSid="{reservation}" '
        f'postWorkActivitySid="{made.pause}"/></Dial>'
    )
    simulator.stub.on("/key", dial).on("/bridge", zh("客服来了。"))


@pytest.mark.parametrize(
    "text, facts, holds",
    [
        ('wallets HAS "haiyun" AND languages HAS "zh"', {"wallets": ["haiyun"], "languages": ["zh", "en"]}, True),
        ('wallets HAS "haiyun"', {"wallets": "haiyun"}, False),
        ('wallets HAS "haiyun"', {}, False),
        ("task.topic IN worker.topics", {"task": {"topic": "a"}, "worker": {"topics": ["a"]}}, True),
        ("task.topic IN worker.topics", {"task": {"topic": "a"}, "worker": {"topics": "a"}}, False),
        ("language NOT IN ['zh']", {"language": "en"}, True),
        ("(a == 1 OR b == 'x') AND c >= 2.5", {"b": "x", "c": 3}, True),
        ("a > 1", {"a": "2"}, False),
        ("", {}, True),
    ],
)
def test_expressions_need_arrays(text, facts, holds):
    """`HAS` on anything but an array is false, and nobody is told."""
    assert parse(text)(facts) is holds


@pytest.mark.parametrize("text", ["top-up == 1", "a ==", "a LIKE b", "(a == 1", "a == 1 b"])
def test_an_expression_that_is_none_is_refused(text):
    """Names have no hyphens."""
    with pytest.raises(WrongExpression):
        parse(text)


def test_a_worker_is_reserved_rung_and_joined_and_wraps_up(simulator):
    """The whole way: assignment, call instruction, key, `<Queue reservationSid>`, the end, completion by REST."""
    made = set_up(simulator, ("lin", LIN))
    simulator.stub.on("/assign", instruct(simulator)).on("/leg", ACCEPTS)
    simulator.agents = "person"
    caller = wait(simulator, made, priority=5)
    (asked,) = simulator.stub.forms("/assign")
    assert json.loads(asked["TaskAttributes"])["call_sid"] == caller and asked["TaskPriority"] == "5"
    assert asked["WorkerName"] == "lin" and json.loads(asked["WorkerAttributes"]) == LIN
    leg = list(simulator.runner.calls)[-1]
    takes(simulator, made)
    simulator.does(f"{leg}/press", {"keys": "1"})
    assert "客服来了" in str(simulator.sees(caller)["heard"]) and "客服来了" not in str(simulator.sees(leg)["heard"])
    assert statuses(simulator) == ["accepted"]
    simulator.does(f"{leg}/hang-up")
    simulator.sees(caller)
    assert statuses(simulator) == ["wrapping"] and activity(simulator) == "Pause"
    assert simulator.stub.forms("/after")[0]["QueueResult"] == "bridged"
    task = simulator.rest.taskrouter.v1.workspaces(made.workspace).tasks(asked["TaskSid"])
    assert task.update(assignment_status="completed", reason="talked").assignment_status == "completed"
    names = [form["EventType"] for form in simulator.stub.forms("/events")]
    assert {"task.created", "reservation.created", "reservation.accepted", "task.wrapup", "task.completed"} <= set(
        names
    )


def test_the_end_of_the_call_to_a_worker_says_nothing_about_the_reservation(simulator):
    """It is pending until it times out; then the worker is in the timeout activity, and stays there."""
    made = set_up(simulator, ("lin", LIN))
    simulator.stub.on("/assign", instruct(simulator))
    simulator.runner.agents = lambda number: "no-answer"
    wait(simulator, made)
    assert statuses(simulator) == ["pending"] and activity(simulator) == "Available"
    simulator.runner.advance(61)
    assert statuses(simulator) == ["timeout"] and activity(simulator) == "Missed"
    simulator.runner.advance(600)
    assert statuses(simulator) == ["timeout"]


def test_the_status_of_the_call_to_a_worker_is_told_by_get(simulator):
    """With the signature over address and query."""
    made = set_up(simulator, ("lin", LIN))
    simulator.stub.on("/assign", instruct(simulator))
    simulator.runner.agents = lambda number: "busy"
    wait(simulator, made)
    leg = list(simulator.runner.calls.values())[-1]
    simulator.runner.settle(leg)
    assert "/told" in [path for path, _ in simulator.stub.requests] and not simulator.stub.forms("/told")[0]


def test_a_caller_who_hangs_up_cancels_the_task_and_not_the_call_to_the_worker(simulator):
    """The telephone rings on: nobody tells it."""
    made = set_up(simulator, ("lin", LIN))
    simulator.stub.on("/assign", instruct(simulator)).on("/leg", ACCEPTS)
    simulator.agents = "person"
    caller = wait(simulator, made)
    simulator.does(f"{caller}/hang-up")
    assert statuses(simulator) == ["canceled"] and activity(simulator) == "Available"
    leg = list(simulator.runner.calls)[-1]
    assert simulator.sees(leg)["status"] == "in-progress"
    takes(simulator, made)
    simulator.does(f"{leg}/press", {"keys": "1"})
    assert simulator.stub.forms("/parted")[0]["DialBridged"] == "false"
    assert any("14215" in one for one in router_of(simulator).trouble)


def test_a_reservation_is_accepted_once_only(simulator):
    """`accept: true` and `reservationSid` exclude each other (14215)."""
    made = set_up(simulator, ("lin", LIN))
    simulator.stub.on("/assign", instruct(simulator, accept=True)).on("/leg", ACCEPTS)
    simulator.agents = "person"
    wait(simulator, made)
    leg = list(simulator.runner.calls)[-1]
    takes(simulator, made)
    simulator.does(f"{leg}/press", {"keys": "1"})
    assert simulator.stub.forms("/parted")[0]["DialBridged"] == "false"


def test_who_was_rejected_is_reserved_again_unless_the_worker_is_sent_away(simulator):
    """Without another activity the next look chooses the same worker."""
    made = set_up(simulator, ("lin", LIN))
    wait(simulator, made)
    space = simulator.rest.taskrouter.v1.workspaces(made.workspace)
    asked = router_of(simulator).assignments[-1]
    space.tasks(asked["TaskSid"]).reservations(asked["ReservationSid"]).update(reservation_status="rejected")
    router_of(simulator).look()
    assert statuses(simulator) == ["rejected", "pending"]
    asked = router_of(simulator).assignments[-1]
    reservation = space.tasks(asked["TaskSid"]).reservations(asked["ReservationSid"])
    reservation.update(reservation_status="rejected", worker_activity_sid=made.pause)
    router_of(simulator).look()
    assert statuses(simulator) == ["rejected", "rejected"] and activity(simulator) == "Pause"
    with pytest.raises(TwilioRestException):
        reservation.update(reservation_status="rejected")


@pytest.mark.parametrize("first", [500, Response("no JSON", mimetype="text/plain")])
def test_the_fallback_is_asked_when_the_first_address_fails(simulator, first):
    """A failure goes to it; an answer that is no instruction does not, and the reservation waits in vain."""
    made = set_up(simulator, ("lin", LIN))
    simulator.stub.on("/assign", first).on("/assign-again", instruct(simulator))
    wait(simulator, made)
    assert bool(simulator.stub.forms("/assign-again")) is (first == 500)
    assert first == 500 or any("40001" in one for one in router_of(simulator).trouble)


def test_a_step_of_a_filter_lasts_for_its_time(simulator):
    """After thirty seconds also those who speak another language."""
    made = set_up(simulator, ("wang", LIN | {"languages": ["en"]}))
    wait(simulator, made)
    assert statuses(simulator) == []
    simulator.runner.advance(31)
    assert statuses(simulator) == ["pending"]


def test_the_highest_priority_comes_first_and_one_worker_has_one_task(simulator):
    """Then who has waited longest."""
    made = set_up(simulator, ("lin", LIN))
    simulator.rest.taskrouter.v1.workspaces(made.workspace).workers.list()[0].update(activity_sid=made.pause)
    callers = [wait(simulator, made, priority=number) for number in (0, 2, 1)]
    simulator.rest.taskrouter.v1.workspaces(made.workspace).workers.list()[0].update(activity_sid=made.available)
    (asked,) = router_of(simulator).assignments
    assert json.loads(asked["TaskAttributes"])["call_sid"] == callers[1]


@pytest.mark.parametrize("attributes", [{"wallet": "linfu"}, ["no object"]])
def test_a_task_that_fits_no_filter_ends_the_wait(simulator, attributes):
    """The action hears `error`."""
    made = set_up(simulator, ("lin", LIN))
    wait(simulator, made, attributes=attributes)
    assert simulator.stub.forms("/after")[0]["QueueResult"] == "error"


def test_the_queue_of_a_workflow_holds_a_hundred_callers(simulator):
    """For all its filters together."""
    made = set_up(simulator)
    queue = simulator.runner.account.queue(made.workflow)
    queue.members += [None] * MOST_WAITING
    wait(simulator, made)
    assert simulator.stub.forms("/after")[0]["QueueResult"] == "queue-full"


@pytest.mark.parametrize(
    "asks",
    [
        lambda space: space.task_queues.create(friendly_name="x", target_workers="top-up == 1"),
        lambda space: space.workers.create(friendly_name="x", attributes="no JSON"),
        lambda space: space.workers.create(friendly_name="lin", attributes="{}"),
        lambda space: space.workflows.create(friendly_name="x", configuration="{}"),
        lambda space: space.workflows.create(
            friendly_name="x", configuration='{"task_routing": {"filters": [], "default_filter": {"queue": "WQ1"}}}'
        ),
        lambda space: space.workers("WK" + "1" * 32).fetch(),
    ],
)
def test_wrong_requests_are_refused(simulator, asks):
    """By Twilio's codes."""
    made = set_up(simulator, ("lin", LIN))
    with pytest.raises(TwilioRestException):
        asks(simulator.rest.taskrouter.v1.workspaces(made.workspace))
