"""TaskRouter: chooses workers for callers who wait, asks the app what to do, and tells it what happened.

A worker who was reserved and about whom nothing is heard goes to the workspace's timeout activity, and nothing brings
them back. The end of the call to a worker says nothing about the reservation. A worker has one task at a time, until it
is completed.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from ivr.simulator.account.leg_events import Party
from ivr.simulator.account.queues import QueueMember
from ivr.simulator.account.worker_expressions import parse
from ivr.simulator.account.workspaces import Activity, Reservation, Task, Worker, Workflow, Workspace
from ivr.simulator.webhooks.delivery import WebhookFailed, WebhookSender

PATIENCE = "#rt=5000&tt=5000"
"""Twilio waits five seconds for the answer to an assignment callback."""
MOST_WAITING = 100
"""Callers in the queue of a workflow, unless Twilio raises it."""
LONGEST_ATTRIBUTES = 4096
MOST_AT_ONCE = 50


class WrongTask(ValueError):
    """A task that cannot be created; `code` is Twilio's error code."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(f"{code}: {why}")


class Rings(Protocol):
    """Places the call of an instruction."""

    def __call__(self, to: str, caller: str, url: str, status_url: str, timeout: float) -> None: ...


def _rings_nobody(to: str, caller: str, url: str, status_url: str, timeout: float) -> None:
    """Without a call runner there is no telephone."""


@dataclass(eq=False)
class TaskRouter:
    """The workspaces of one account."""

    account_sid: str
    webhooks: WebhookSender | None = None
    ring: Rings = _rings_nobody
    now: Callable[[], float] = time.monotonic
    workspaces: list[Workspace] = field(default_factory=list)
    events: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    assignments: list[dict[str, str]] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    """What Twilio would write into its error log."""
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _here: threading.local = field(default_factory=threading.local)

    def workspace_of(self, workflow_sid: str) -> tuple[Workspace, Workflow] | None:
        """The workflow with this SID, and its workspace."""
        return next(((ws, one) for ws in self.workspaces for one in ws.workflows if one.sid == workflow_sid), None)

    def find(self, reservation_sid: str) -> tuple[Workspace, Reservation] | None:
        """A reservation by its SID, and its workspace."""
        return next(
            ((ws, one) for ws in self.workspaces for one in ws.reservations if one.sid == reservation_sid), None
        )

    def create(self, workflow_sid: str, leg: Party, member: QueueMember, text: str, given: Mapping[str, str]) -> Task:
        """A caller waits: the task of an `<Enqueue>`. Raises WrongTask."""
        found = self.workspace_of(workflow_sid)
        if found is None:
            raise WrongTask(14220, f"no workflow {workflow_sid}")
        workspace, workflow = found
        attributes = _attributes(text) | _of_call(leg)
        targets = _targets(workflow, attributes)
        queue = next((one for one in workspace.queues if targets and one.sid == targets[0].get("queue")), None)
        if queue is None:
            raise WrongTask(14222, "no filter of the workflow matches the task")
        priority = int(targets[0].get("priority") or given.get("priority") or 0)
        patience = int(given.get("timeout", 86400))
        task = Task(workflow, leg, member, attributes, priority, patience, targets, queue, self.now())
        with self._lock:
            workspace.tasks.append(task)
        self._tell(workspace, "task.created", task)
        self.route()
        return task

    def cancel(self, task: Task, reason: str) -> None:
        """The caller has hung up or left: the task is canceled, and who was reserved is free."""
        workspace = self._workspace(task)
        with self._lock:
            if task.status not in ("pending", "reserved"):
                return
            task.status, task.reason = "canceled", reason
            open_ = [one for one in workspace.reservations if one.task is task and one.status == "pending"]
            for one in open_:
                one.status = "canceled"
        for one in open_:
            self._tell(workspace, "reservation.canceled", task, one)
        self._tell(workspace, "task.canceled", task)
        self.route()

    def accept(self, reservation_sid: str) -> Reservation | None:
        """`<Dial><Queue reservationSid>` accepts the reservation; None when it is not pending any more (14215)."""
        found = self.find(reservation_sid)
        with self._lock:
            if found is None or found[1].status != "pending":
                self.trouble.append(f"14215: {reservation_sid} is not pending")
                return None
            workspace, reservation = found
            reservation.status, reservation.task.status = "accepted", "assigned"
        self._tell(workspace, "reservation.accepted", reservation.task, reservation)
        return reservation

    def talked(self, reservation: Reservation, activity_sid: str) -> None:
        """The talk is over: the worker wraps up until the task is completed, in the activity that the TwiML named."""
        workspace = self._workspace(reservation.task)
        reservation.status = reservation.task.status = "wrapping"
        self._tell(workspace, "task.wrapup", reservation.task, reservation)
        if activity := next((one for one in workspace.activities if one.sid == activity_sid), None):
            self.set_activity(workspace, reservation.worker, activity)

    def complete(self, task: Task, reason: str) -> None:
        """The task is done, and its worker free."""
        workspace = self._workspace(task)
        task.status, task.reason = "completed", reason
        for one in workspace.reservations:
            if one.task is task and one.status in ("accepted", "wrapping"):
                one.status, one.worker.idle_since = "completed", self.now()
        self._tell(workspace, "task.completed", task)
        self.route()

    def reject(self, reservation: Reservation, activity_sid: str = "") -> bool:
        """Give the task to somebody else; False when the reservation is not pending any more."""
        workspace = self._workspace(reservation.task)
        with self._lock:
            if reservation.status != "pending":
                return False
            reservation.status, reservation.task.status = "rejected", "pending"
        self._tell(workspace, "reservation.rejected", reservation.task, reservation)
        if activity := next((one for one in workspace.activities if one.sid == activity_sid), None):
            self.set_activity(workspace, reservation.worker, activity)
        self.route(without=reservation)
        return True

    def set_activity(self, workspace: Workspace, worker: Worker, activity: Activity) -> None:
        """A worker does something else now."""
        if worker.activity is activity:
            return
        worker.activity, worker.changed = activity, datetime.now(UTC).replace(microsecond=0)
        worker.idle_since = self.now()
        self._tell_of_worker(workspace, worker)
        self.route()

    def look(self) -> None:
        """What time has brought: reservations that nobody took, steps of filters that are over."""
        for workspace in self.workspaces:
            for one in tuple(workspace.reservations):
                if one.status == "pending" and self.now() >= one.made + one.task.workflow.reservation_timeout:
                    self._time_out(workspace, one)
        self.route()

    def route(self, without: Reservation | None = None) -> None:
        """Reserve workers for the tasks that wait; `without`: a pair that was rejected just now and is left for later.

        What an answer brings about is done after it. An app that rejects without end is left until the next look.
        """
        if getattr(self._here, "routes", False):
            self._here.again = True
            return
        self._here.routes = True
        try:
            for _time in range(MOST_AT_ONCE):
                self._here.again = False
                for workspace in tuple(self.workspaces):
                    if made := self._reserve(workspace, without):
                        self._here.again = True
                        self._tell(workspace, "reservation.created", made.task, made)
                        self._assign(workspace, made)
                if not self._here.again:
                    return
            self.trouble.append("tasks are assigned and rejected without end")
        finally:
            self._here.routes = False

    def _reserve(self, workspace: Workspace, without: Reservation | None) -> Reservation | None:
        with self._lock:
            waiting = [one for one in workspace.tasks if one.status == "pending"]
            for task in sorted(waiting, key=lambda one: (-one.priority, one.since)):
                self._step(workspace, task)
                for worker in sorted(workspace.workers, key=lambda one: one.idle_since):
                    rejected = without is not None and without.task is task and without.worker is worker
                    if not rejected and _fits(workspace, task, worker):
                        made = Reservation(task, worker, self.now())
                        workspace.reservations.append(made)
                        task.status = "reserved"
                        return made
        return None

    def _step(self, workspace: Workspace, task: Task) -> None:
        """Go on to the next step of the filter when the time of this one is over."""
        left = self.now() - task.since
        for place, target in enumerate(task.targets[:-1]):
            left -= float(target.get("timeout") or float("inf"))
            if left >= 0 and task.step <= place:
                task.step = place + 1
                task.queue = next(one for one in workspace.queues if one.sid == task.targets[task.step]["queue"])

    def _assign(self, workspace: Workspace, made: Reservation) -> None:
        form = self._form(workspace, made.task, made) | {"ReservationSid": made.sid}
        self.assignments.append(form)
        for url in filter(None, (made.task.workflow.assignment_url, made.task.workflow.fallback_url)):
            try:
                answer = self._sender().deliver(url if urlsplit(url).fragment else url + PATIENCE, form)
                self._obey(workspace, made, answer.body, answer.content_type)
                return
            except WebhookFailed as fault:
                self.trouble.append(str(fault))

    def _obey(self, workspace: Workspace, made: Reservation, body: bytes, content_type: str) -> None:
        """Carry out an instruction. Without one, the reservation waits for a REST request."""
        if not body.strip():
            return
        try:
            told = json.loads(body) if content_type.startswith("application/json") else None
        except ValueError:
            told = None
        if not isinstance(told, dict):
            self.trouble.append("40001: the instruction is no JSON")
        elif told.get("instruction") == "call":
            self._call(made, told)
        elif told.get("instruction") == "reject":
            self.reject(made, told.get("activity_sid", ""))
        elif told.get("instruction") == "accept":
            self.accept(made.sid)
        elif told:
            self.trouble.append(f"the simulator knows no instruction {told.get('instruction')!r}")

    def _call(self, made: Reservation, told: Mapping[str, Any]) -> None:
        to = told.get("to") or made.worker.facts.get("contact_uri", "")
        if not (to and told.get("from") and told.get("url")):
            self.trouble.append("40150: the call instruction needs to, from and url")
            return
        if told.get("accept"):
            self.accept(made.sid)
        self.ring(to, told["from"], told["url"], told.get("status_callback_url", ""), float(told.get("timeout", 60)))

    def _time_out(self, workspace: Workspace, one: Reservation) -> None:
        with self._lock:
            if one.status != "pending":
                return
            one.status, one.task.status = "timeout", "pending"
        self._tell(workspace, "reservation.timeout", one.task, one)
        self.set_activity(workspace, one.worker, workspace.timeout_activity)

    def _workspace(self, task: Task) -> Workspace:
        return next(one for one in self.workspaces if task in one.tasks)

    def _sender(self) -> WebhookSender:
        assert self.webhooks is not None, "the router has no call runner"
        return self.webhooks

    def _form(self, workspace: Workspace, task: Task, made: Reservation | None = None) -> dict[str, str]:
        form = {
            "Timestamp": str(int(time.time())),
            "AccountSid": self.account_sid,
            "WorkspaceSid": workspace.sid,
            "WorkflowSid": task.workflow.sid,
            "TaskQueueSid": task.queue.sid,
            "TaskSid": task.sid,
            "TaskAttributes": json.dumps(task.attributes),
            "TaskAge": str(int(self.now() - task.since)),
            "TaskPriority": str(task.priority),
        }
        if made is not None:
            form |= {"ReservationSid": made.sid, **_of_worker(made.worker)}
        return form

    def _tell(self, workspace: Workspace, event: str, task: Task, made: Reservation | None = None) -> None:
        self._send(workspace, event, self._form(workspace, task, made) | {"TaskAssignmentStatus": task.status})

    def _tell_of_worker(self, workspace: Workspace, worker: Worker) -> None:
        activity = {"WorkerActivitySid": worker.activity.sid, "WorkerActivityName": worker.activity.name}
        form = {"AccountSid": self.account_sid, "WorkspaceSid": workspace.sid, **_of_worker(worker), **activity}
        self._send(workspace, "worker.activity.update", form)

    def _send(self, workspace: Workspace, event: str, form: dict[str, str]) -> None:
        """An event callback, sent once: a failure is not repaired."""
        form = {"EventType": event, **form}
        self.events.append((event, form))
        if workspace.event_url:
            try:
                self._sender().deliver(workspace.event_url, form)
            except WebhookFailed as fault:
                self.trouble.append(str(fault))


def _of_worker(worker: Worker) -> dict[str, str]:
    return {"WorkerSid": worker.sid, "WorkerName": worker.name, "WorkerAttributes": worker.attributes}


def _attributes(text: str) -> dict[str, Any]:
    try:
        attributes = json.loads(text or "{}")
    except ValueError:
        attributes = None
    if not isinstance(attributes, dict) or len(text) > LONGEST_ATTRIBUTES:
        raise WrongTask(14221, "the task is no JSON object of at most 4,096 characters")
    return attributes


def _of_call(leg: Party) -> dict[str, Any]:
    """What Twilio adds to the attributes of a task, in snake case."""
    names = {"CallSid": "call_sid", "From": "from", "To": "to", "Direction": "direction", "Caller": "caller"}
    return {name: leg.parameters[given] for given, name in names.items() if given in leg.parameters}


def _targets(workflow: Workflow, attributes: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps of the first filter that matches, or of the default."""
    routing = json.loads(workflow.configuration)["task_routing"]
    for one in routing.get("filters", []):
        if parse(one["expression"])(attributes):
            return list(one["targets"])
    return [routing["default_filter"]] if routing.get("default_filter") else []


def _fits(workspace: Workspace, task: Task, worker: Worker) -> bool:
    if not worker.activity.available or workspace.open_reservation(worker):
        return False
    facts, step = worker.facts, task.targets[task.step].get("expression", "")
    return parse(task.queue.target_workers)(facts) and parse(step)({"worker": facts, "task": task.attributes})
