"""`<Enqueue>`, `<Leave>` and `<Dial><Queue>`: wait with a repeating document until another leg takes the head.

The `url` of a `<Queue>` is played to the caller who waited, not to the one who takes them. The `<Enqueue>` action is
requested once: immediately for legs that leave or are redirected, after the conversation for legs that were bridged.

With a `workflowSid` the wait is a task of TaskRouter, and the leg that takes the caller names a reservation. A caller
who hangs up or leaves cancels the task.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Generator

from ivr.simulator.account.leg_events import (
    Bridged,
    CallerGone,
    Execution,
    HungUp,
    Input,
    Interruption,
    LeftQueue,
    Redirected,
    Target,
    Waiting,
)
from ivr.simulator.account.queues import Queue, QueueMember
from ivr.simulator.account.task_router import MOST_WAITING, WrongTask
from ivr.simulator.account.workspaces import Task
from ivr.simulator.twiml.executor import Leg
from ivr.simulator.webhooks.delivery import WebhookFailed

MUSIC_SECONDS = 30.0


def enqueue(leg: Leg, verb: ET.Element, url: str) -> Execution:
    """Wait in the queue, then request the action with the result, or go on with the next verb."""
    queue = _queue(leg, verb)
    if len(queue.members) >= int(verb.get("maxQueueSize", queue.max_size)):
        return _after(leg, verb, url, {"QueueResult": "queue-full"})
    member, task = queue.join(leg), None
    try:
        task = _task(leg, verb, member)
        result = yield from _wait(leg, verb, url, queue, member)
    except WrongTask as wrong:
        queue.drop(member)
        leg.warnings.append(f"{url}: {wrong}")
        return _after(leg, verb, url, _result(queue, member, "error"))
    except (Redirected, CallerGone, HungUp) as ended:
        was_bridged = leg.talking_to is not None
        queue.drop(member)
        leg.account.end_talk(leg)
        name = "hangup" if not isinstance(ended, Redirected) else "redirected"
        _tell(
            leg,
            verb,
            url,
            _result(queue, member, "redirected-from-bridged" if was_bridged and name != "hangup" else name),
        )
        if task is not None:
            leg.account.router.cancel(task, name)
        raise
    if task is not None and result == "leave":
        leg.account.router.cancel(task, result)
    return _after(leg, verb, url, _result(queue, member, result))


def _queue(leg: Leg, verb: ET.Element) -> Queue:
    """The queue of this name, or that of the workflow, which holds fewer callers."""
    if not (workflow := verb.get("workflowSid", "")):
        return leg.account.queue((verb.text or "").strip())
    queue = leg.account.queue(workflow)
    queue.max_size = min(queue.max_size, MOST_WAITING)
    return queue


def _task(leg: Leg, verb: ET.Element, member: QueueMember) -> Task | None:
    if not (workflow := verb.get("workflowSid", "")):
        return None
    given = verb.find("Task")
    text, attributes = ("", {}) if given is None else ((given.text or "").strip(), given.attrib)
    return leg.account.router.create(workflow, leg, member, text, attributes)


def _wait(leg: Leg, verb: ET.Element, url: str, queue: Queue, member: QueueMember) -> Generator[Waiting, Input, str]:
    try:
        yield from _entertained(leg, verb, url, queue, member)
    except LeftQueue:
        queue.drop(member)
        return "leave"
    except Bridged as bridge:
        queue.drop(member)
        yield from _taken(leg, queue, member, bridge)
        return "bridged"
    raise AssertionError("a wait in a queue ends by <Leave> or by bridging")


def _entertained(leg: Leg, verb: ET.Element, url: str, queue: Queue, member: QueueMember) -> Execution:
    address = verb.get("waitUrl", "")
    while True:
        if not address:
            yield Waiting("queued", MUSIC_SECONDS)
            leg.clock += MUSIC_SECONDS
            continue
        form = {**_place(queue, member)}
        target: Target | None = Target(leg.webhooks.resolve(url, address), form, verb.get("waitUrlMethod", "POST"))
        while target:
            target = yield from leg.one_document(target, "wait")
        yield Waiting("queued", 0.0)  # the document has ended, and is requested again at once


def _taken(leg: Leg, queue: Queue, member: QueueMember, bridge: Bridged) -> Generator[Waiting, Input, None]:
    target = bridge.first
    while target:
        target = yield from leg.one_document(target, "bridging")
    yield from leg.talk(bridge.other)


def _place(queue: Queue, member: QueueMember) -> dict[str, str]:
    return {
        "QueueSid": queue.sid,
        "QueuePosition": str(queue.members.index(member) + 1),
        "QueueTime": str(member.seconds),
        "AvgQueueTime": str(queue.average()),
        "CurrentQueueSize": str(len(queue.members)),
        "MaxQueueSize": str(queue.max_size),
    }


def _result(queue: Queue, member: QueueMember, result: str) -> dict[str, str]:
    return {"QueueResult": result, "QueueSid": queue.sid, "QueueTime": str(member.seconds)}


def _after(leg: Leg, verb: ET.Element, url: str, form: dict[str, str]) -> Target | None:
    return leg.action(verb, url, form) if "action" in verb.attrib else None


def _tell(leg: Leg, verb: ET.Element, url: str, form: dict[str, str]) -> None:
    """Request the action although its answer will not be played."""
    if target := _after(leg, verb, url, form):
        try:
            leg.webhooks.deliver(target.url, leg.parameters | target.form, target.method)
        except WebhookFailed as fault:
            leg.faults.append(fault)


def dial_queue(leg: Leg, dial: ET.Element, noun: ET.Element, url: str) -> Generator[Waiting, Input, dict[str, str]]:
    """Take the head of a queue, or wait for one; or the caller of a reservation. Fails for a queue that does not
    exist."""
    if "reservationSid" in noun.attrib:
        return (yield from _dial_reservation(leg, noun, url))
    queue = leg.account.find_queue((noun.text or "").strip())
    if queue is None:
        return {"DialCallStatus": "failed", "DialBridged": "false", "QueueResult": "queue-not-found"}
    if not queue.members:
        yield Waiting("ringing", int(dial.get("timeout", 30)))
    if not queue.members:
        leg.clock += int(dial.get("timeout", 30))
        return {"DialCallStatus": "no-answer", "DialBridged": "false", "QueueSid": queue.sid}
    return (yield from _join(leg, noun, url, queue, queue.members[0]))


def _dial_reservation(leg: Leg, noun: ET.Element, url: str) -> Generator[Waiting, Input, dict[str, str]]:
    """Accept the reservation and take its caller; one that is not pending any more takes nobody."""
    router = leg.account.router
    reservation = router.accept(noun.get("reservationSid", ""))
    if reservation is None:
        leg.warnings.append(f"{url}: 14215: the reservation cannot be accepted")
        return {"DialCallStatus": "failed", "DialBridged": "false", "QueueResult": "error"}
    queue = leg.account.queue(reservation.task.workflow.sid)
    activity = noun.get("postWorkActivitySid", "")
    try:
        form = yield from _join(leg, noun, url, queue, reservation.task.member)
    except (Interruption, HungUp):
        router.talked(reservation, activity)
        raise
    router.talked(reservation, activity)
    return form


def _join(
    leg: Leg, noun: ET.Element, url: str, queue: Queue, head: QueueMember
) -> Generator[Waiting, Input, dict[str, str]]:
    """Take this caller out of the queue, and talk until either side ends it."""
    form = _dequeued(leg, queue, head)
    queue.drop(head)
    first = Target(leg.webhooks.resolve(url, noun.get("url", "")), form) if noun.get("url") else None
    leg.account.post(head.leg, Bridged(leg, first))
    yield from leg.talk(head.leg)
    return {
        "DialCallStatus": "completed",
        "DialBridged": "true",
        "DialCallSid": head.leg.sid,
        **_result(queue, head, "bridged"),
    }


def _dequeued(leg: Leg, queue: Queue, head: QueueMember) -> dict[str, str]:
    # "Dequeing" is how Twilio spells it.
    return {"QueueSid": queue.sid, "QueueTime": str(head.seconds), "DequeingCallSid": leg.sid}
