"""TaskRouter's tasks and their reservations, which the app reads, rejects and completes."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, jsonify, request

from ivr.simulator.account.account import Account
from ivr.simulator.account.workspaces import Reservation, Task, Workspace
from ivr.simulator.rest.responses import RestError, not_found
from ivr.simulator.rest.task_router import WORKSPACES, address, iso, listed, workspace_of

TASKS = f"{WORKSPACES}/<workspace>/Tasks"


def add(rest: Blueprint, account: Account) -> None:
    """Add the routes of these resources."""
    _add_tasks(rest, account)
    _add_reservations(rest, account)


def _add_tasks(rest: Blueprint, account: Account) -> None:
    @rest.get(TASKS)
    def list_tasks(workspace: str) -> Response:
        within, wanted = workspace_of(account, workspace), request.args.get("AssignmentStatus", "").split(",")
        rows = [one for one in within.tasks if wanted == [""] or one.status in wanted]
        return listed("tasks", rows, lambda one: _task(account, within, one))

    @rest.route(f"{TASKS}/<sid>", methods=["GET", "POST"])
    def one_task(workspace: str, sid: str) -> Response:
        within = workspace_of(account, workspace)
        task = _task_of(within, sid)
        if request.method == "POST":
            _change(account, task)
        return jsonify(_task(account, within, task))


def _add_reservations(rest: Blueprint, account: Account) -> None:
    @rest.get(f"{TASKS}/<sid>/Reservations")
    def list_reservations(workspace: str, sid: str) -> Response:
        within = workspace_of(account, workspace)
        task = _task_of(within, sid)
        rows = [one for one in within.reservations if one.task is task]
        return listed("reservations", rows, lambda one: _reservation(account, within, one))

    @rest.route(f"{TASKS}/<sid>/Reservations/<reservation>", methods=["GET", "POST"])
    def one_reservation(workspace: str, sid: str, reservation: str) -> Response:
        within = workspace_of(account, workspace)
        found = next((one for one in within.reservations if (one.task.sid, one.sid) == (sid, reservation)), None)
        if found is None:
            raise not_found()
        if request.method == "POST":
            _decide(account, found)
        return jsonify(_reservation(account, within, found))


def _decide(account: Account, reservation: Reservation) -> None:
    status, activity = request.form.get("ReservationStatus", ""), request.form.get("WorkerActivitySid", "")
    if status == "rejected":
        done = account.router.reject(reservation, activity)
    elif status == "accepted":
        done = account.router.accept(reservation.sid) is not None
    else:
        raise RestError(400, 20001, f"ReservationStatus is {status!r}")
    if not done:
        raise RestError(400, 20001, f"the reservation is {reservation.status}, not pending")


def _change(account: Account, task: Task) -> None:
    """Complete a task. One that an `<Enqueue>` made must not be edited."""
    status = request.form.get("AssignmentStatus", "")
    if status != "completed" or "Attributes" in request.form:
        raise RestError(400, 20001, "a task of a call can only be completed")
    if task.status not in ("assigned", "wrapping"):
        raise RestError(400, 20001, f"the task is {task.status}, not assigned or wrapping")
    account.router.complete(task, request.form.get("Reason", ""))


def _task_of(workspace: Workspace, sid: str) -> Task:
    found = next((one for one in workspace.tasks if one.sid == sid), None)
    if found is None:
        raise not_found()
    return found


def _task(account: Account, workspace: Workspace, one: Task) -> dict[str, Any]:
    return {
        "sid": one.sid,
        "account_sid": account.sid,
        "workspace_sid": workspace.sid,
        "workflow_sid": one.workflow.sid,
        "workflow_friendly_name": one.workflow.name,
        "task_queue_sid": one.queue.sid,
        "task_queue_friendly_name": one.queue.name,
        "task_queue_entered_date": iso(one.created),
        "task_channel_sid": None,
        "task_channel_unique_name": "voice",
        "attributes": json.dumps(one.attributes),
        "addons": "{}",
        "assignment_status": one.status,
        "reason": one.reason or None,
        "priority": one.priority,
        "timeout": one.timeout,
        "age": int(account.router.now() - one.since),
        "ignore_capacity": False,
        "routing_target": None,
        "date_created": iso(one.created),
        "date_updated": iso(one.created),
        "virtual_start_time": iso(one.created),
        "url": address(workspace, "Tasks", one.sid),
        "links": {"reservations": address(workspace, "Tasks", one.sid, "Reservations")},
    }


def _reservation(account: Account, workspace: Workspace, one: Reservation) -> dict[str, Any]:
    return {
        "sid": one.sid,
        "account_sid": account.sid,
        "workspace_sid": workspace.sid,
        "task_sid": one.task.sid,
        "worker_sid": one.worker.sid,
        "worker_name": one.worker.name,
        "reservation_status": one.status,
        "date_created": iso(one.created),
        "date_updated": iso(one.created),
        "url": address(workspace, "Tasks", one.task.sid, "Reservations", one.sid),
        "links": {
            "task": address(workspace, "Tasks", one.task.sid),
            "worker": address(workspace, "Workers", one.worker.sid),
            "workspace": address(workspace),
        },
    }
