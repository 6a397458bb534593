"""TaskRouter's resources that an operator sets up: workspaces, activities, workers, task queues and workflows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from ivr.config.simulated_sids import simulated_sid
from ivr.simulator.account.account import Account
from ivr.simulator.account.worker_expressions import WrongExpression, parse
from ivr.simulator.account.workspaces import Activity, TaskQueue, Worker, Workflow, Workspace
from ivr.simulator.rest.responses import RestError, not_found, page

PRODUCT = "https://taskrouter.twilio.com"
WORKSPACES = "/v1/Workspaces"
LONGEST_RESERVATION = 86400
LINKS = ("activities", "statistics", "tasks", "task_queues", "workers", "workflows", "task_channels", "events")


def add(rest: Blueprint, account: Account) -> None:
    """Add the routes of these resources."""
    _add_workspaces(rest, account)
    kinds: tuple[tuple[str, str, str, Any, Any, Any], ...] = (
        ("Activities", "activities", "activities", _new_activity, _change_activity, _activity),
        ("Workers", "workers", "workers", _new_worker, _change_worker, _worker),
        ("TaskQueues", "task_queues", "queues", _new_queue, _change_queue, _queue),
        ("Workflows", "workflows", "workflows", _new_workflow, _change_workflow, _workflow),
    )
    for path, key, held, make, change, show in kinds:
        _add_kind(rest, account, path, key, held, make, change, show)


def workspace_of(account: Account, sid: str) -> Workspace:
    """The workspace with this SID, or 404."""
    found = next((one for one in account.router.workspaces if one.sid == sid), None)
    if found is None:
        raise not_found()
    return found


def listed(key: str, rows: Iterable[Any], show: Callable[[Any], dict[str, Any]]) -> Response:
    """A page of a list, in the form of the newer products."""
    given = page(key, rows, show)
    meta = {
        "key": key,
        "page": given["page"],
        "page_size": given["page_size"],
        "url": PRODUCT + given["uri"],
        "first_page_url": PRODUCT + given["first_page_uri"],
        "next_page_url": given["next_page_uri"] and PRODUCT + given["next_page_uri"],
        "previous_page_url": given["previous_page_uri"] and PRODUCT + given["previous_page_uri"],
    }
    return jsonify({key: given[key], "meta": meta})


def iso(moment: datetime) -> str:
    """A time in ISO 8601, in GMT."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def address(workspace: Workspace, *parts: str) -> str:
    """The URL of a resource."""
    return "/".join((PRODUCT + WORKSPACES, workspace.sid, *parts))


def _add_workspaces(rest: Blueprint, account: Account) -> None:
    router = account.router

    def show(one: Workspace) -> dict[str, Any]:
        return _workspace(account.sid, one)

    @rest.post(WORKSPACES)
    def create_workspace() -> tuple[Response, int]:
        name = _name([one.name for one in router.workspaces])
        made = Workspace(name, request.form.get("EventCallbackUrl", ""))
        router.workspaces.append(made)
        return jsonify(show(made)), 201

    @rest.get(WORKSPACES)
    def list_workspaces() -> Response:
        wanted = request.args.get("FriendlyName")
        rows = [one for one in router.workspaces if wanted in (None, one.name)]
        return listed("workspaces", rows, show)

    @rest.route(f"{WORKSPACES}/<workspace>", methods=["GET", "POST"])
    def one_workspace(workspace: str) -> Response:
        found = workspace_of(account, workspace)
        if request.method == "POST":
            found.event_url = request.form.get("EventCallbackUrl", found.event_url)
            for field, held in (("DefaultActivitySid", "default_activity"), ("TimeoutActivitySid", "timeout_activity")):
                if field in request.form:
                    setattr(found, held, _activity_of(found, request.form[field]))
        return jsonify(show(found))

    @rest.delete(f"{WORKSPACES}/<workspace>")
    def delete_workspace(workspace: str) -> tuple[str, int]:
        router.workspaces.remove(workspace_of(account, workspace))
        return "", 204


def _add_kind(
    rest: Blueprint, account: Account, path: str, key: str, held: str, make: Any, change: Any, show: Any
) -> None:
    """Create, list, fetch, update and delete the resources of one kind."""
    place = f"{WORKSPACES}/<workspace>/{path}"

    def found(workspace: Workspace, sid: str) -> Any:
        one = next((one for one in getattr(workspace, held) if one.sid == sid), None)
        if one is None:
            raise not_found()
        return one

    def create(workspace: str) -> tuple[Response, int]:
        within = workspace_of(account, workspace)
        name = _name([one.name for one in getattr(within, held)])
        made = make(within, name)
        change(account, within, made)
        getattr(within, held).append(made)
        account.router.route()
        return jsonify(show(account.sid, within, made)), 201

    def list_all(workspace: str) -> Response:
        within, wanted = workspace_of(account, workspace), request.args.get("FriendlyName")
        rows = [one for one in getattr(within, held) if wanted in (None, one.name)]
        return listed(key, rows, lambda one: show(account.sid, within, one))

    def one(workspace: str, sid: str) -> Response:
        within = workspace_of(account, workspace)
        row = found(within, sid)
        if request.method == "POST":
            change(account, within, row)
            account.router.route()
        return jsonify(show(account.sid, within, row))

    def delete(workspace: str, sid: str) -> tuple[str, int]:
        within = workspace_of(account, workspace)
        getattr(within, held).remove(found(within, sid))
        return "", 204

    rest.add_url_rule(place, f"create_{key}", create, methods=["POST"])
    rest.add_url_rule(place, f"list_{key}", list_all, methods=["GET"])
    rest.add_url_rule(f"{place}/<sid>", f"one_{key}", one, methods=["GET", "POST"])
    rest.add_url_rule(f"{place}/<sid>", f"delete_{key}", delete, methods=["DELETE"])


def _name(taken: list[str]) -> str:
    name = request.form.get("FriendlyName", "")
    if not name:
        raise RestError(400, 20001, "FriendlyName is required")
    if name in taken:
        raise RestError(400, 20001, f"FriendlyName {name!r} is taken")
    return name


def _activity_of(workspace: Workspace, sid: str) -> Activity:
    found = next((one for one in workspace.activities if one.sid == sid), None)
    if found is None:
        raise RestError(400, 20001, f"no activity {sid}")
    return found


def _expression(text: str) -> str:
    try:
        parse(text)
    except WrongExpression as wrong:
        raise RestError(400, 20001, f"not an expression: {wrong}") from wrong
    return text


def _new_activity(workspace: Workspace, name: str) -> Activity:
    return Activity(simulated_sid("WA", workspace.name, name), name, request.form.get("Available") == "true")


def _change_activity(account: Account, workspace: Workspace, one: Activity) -> None:
    one.name = request.form.get("FriendlyName", one.name)


def _new_worker(workspace: Workspace, name: str) -> Worker:
    return Worker(simulated_sid("WK", workspace.name, name), name, "{}", workspace.default_activity)


def _change_worker(account: Account, workspace: Workspace, one: Worker) -> None:
    text = request.form.get("Attributes", one.attributes)
    try:
        fine = isinstance(json.loads(text), dict)
    except ValueError:
        fine = False
    if not fine:
        raise RestError(400, 20001, "Attributes is no JSON object")
    one.attributes = text
    if sid := request.form.get("ActivitySid"):
        account.router.set_activity(workspace, one, _activity_of(workspace, sid))


def _new_queue(workspace: Workspace, name: str) -> TaskQueue:
    return TaskQueue(simulated_sid("WQ", workspace.name, name), name)


def _change_queue(account: Account, workspace: Workspace, one: TaskQueue) -> None:
    one.target_workers = _expression(request.form.get("TargetWorkers", one.target_workers))


def _new_workflow(workspace: Workspace, name: str) -> Workflow:
    return Workflow(simulated_sid("WW", workspace.name, name), name, "")


def _change_workflow(account: Account, workspace: Workspace, one: Workflow) -> None:
    form = request.form
    one.configuration = _configuration(workspace, form.get("Configuration", one.configuration))
    one.assignment_url = form.get("AssignmentCallbackUrl", one.assignment_url)
    one.fallback_url = form.get("FallbackAssignmentCallbackUrl", one.fallback_url)
    one.reservation_timeout = int(form.get("TaskReservationTimeout", one.reservation_timeout))
    if not 1 <= one.reservation_timeout <= LONGEST_RESERVATION:
        raise RestError(400, 20001, "TaskReservationTimeout is not from 1 to 86400")


def _configuration(workspace: Workspace, text: str) -> str:
    """The configuration, if its queues exist and its expressions are right."""
    try:
        routing = json.loads(text)["task_routing"]
        targets = [target for one in routing.get("filters", []) for target in one["targets"]]
        for one in (*routing.get("filters", []), *targets):
            _expression(one.get("expression", ""))
    except (ValueError, KeyError, TypeError) as wrong:
        raise RestError(400, 20001, f"Configuration is not right: {wrong}") from wrong
    known = {one.sid for one in workspace.queues}
    named = [one["queue"] for one in (*targets, *filter(None, [routing.get("default_filter")]))]
    if missing := [one for one in named if one not in known]:
        raise RestError(400, 20001, f"no task queue {', '.join(missing)}")
    return text


def _workspace(account_sid: str, one: Workspace) -> dict[str, Any]:
    return {
        "sid": one.sid,
        "account_sid": account_sid,
        "friendly_name": one.name,
        "default_activity_sid": one.default_activity.sid,
        "default_activity_name": one.default_activity.name,
        "timeout_activity_sid": one.timeout_activity.sid,
        "timeout_activity_name": one.timeout_activity.name,
        "event_callback_url": one.event_url or None,
        "events_filter": None,
        "multi_task_enabled": True,
        "prioritize_queue_order": "FIFO",
        "date_created": iso(one.created),
        "date_updated": iso(one.created),
        "url": address(one),
        "links": {name: address(one, name.title().replace("_", "")) for name in LINKS},
    }


def _common(account_sid: str, workspace: Workspace, one: Any, path: str) -> dict[str, Any]:
    return {
        "sid": one.sid,
        "account_sid": account_sid,
        "workspace_sid": workspace.sid,
        "friendly_name": one.name,
        "date_created": iso(one.created),
        "date_updated": iso(one.created),
        "url": address(workspace, path, one.sid),
        "links": {"workspace": address(workspace)},
    }


def _activity(account_sid: str, workspace: Workspace, one: Activity) -> dict[str, Any]:
    return _common(account_sid, workspace, one, "Activities") | {"available": one.available}


def _worker(account_sid: str, workspace: Workspace, one: Worker) -> dict[str, Any]:
    return _common(account_sid, workspace, one, "Workers") | {
        "attributes": one.attributes,
        "activity_sid": one.activity.sid,
        "activity_name": one.activity.name,
        "available": one.activity.available,
        "date_status_changed": iso(one.changed),
    }


def _queue(account_sid: str, workspace: Workspace, one: TaskQueue) -> dict[str, Any]:
    return _common(account_sid, workspace, one, "TaskQueues") | {
        "target_workers": one.target_workers,
        "max_reserved_workers": 1,
        "task_order": "FIFO",
        "assignment_activity_sid": None,
        "assignment_activity_name": None,
        "reservation_activity_sid": None,
        "reservation_activity_name": None,
    }


def _workflow(account_sid: str, workspace: Workspace, one: Workflow) -> dict[str, Any]:
    return _common(account_sid, workspace, one, "Workflows") | {
        "configuration": one.configuration,
        "assignment_callback_url": one.assignment_url or None,
        "fallback_assignment_callback_url": one.fallback_url or None,
        "task_reservation_timeout": one.reservation_timeout,
        "document_content_type": "application/json",
    }
