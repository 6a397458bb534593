"""The Queues and Members resources."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from ivr.simulator.account.leg_events import Redirected, Target
from ivr.simulator.account.queues import Queue, QueueMember
from ivr.simulator.calls.call_runner import CallRunner
from ivr.simulator.rest.calls import checked
from ivr.simulator.rest.responses import PREFIX, RestError, not_found, page, uri, when

LONGEST_NAME, LARGEST = 64, 5000


def add(rest: Blueprint, runner: CallRunner) -> None:
    """Add the routes of this resource."""
    account = runner.account

    def found(sid: str) -> Queue:
        queue = next((one for one in tuple(account.queues.values()) if one.sid == sid), None)
        if queue is None:
            raise not_found()
        return queue

    def show(queue: Queue) -> dict[str, Any]:
        return _queue(account.sid, queue)

    @rest.post(f"{PREFIX}/Queues.json")
    def create_queue(account_sid: str) -> tuple[Response, int]:
        name = request.form.get("FriendlyName", "")
        if not 0 < len(name) <= LONGEST_NAME:
            raise RestError(400, 20001, "FriendlyName must have 1 to 64 characters")
        if name in account.queues:
            raise RestError(400, 22003, f"Queue with friendly name {name} already exists")
        queue = account.queue(name)
        queue.max_size = _size(queue.max_size)
        return jsonify(show(queue)), 201

    @rest.get(f"{PREFIX}/Queues.json")
    def list_queues(account_sid: str) -> Response:
        return jsonify(page("queues", tuple(account.queues.values()), show))

    @rest.route(f"{PREFIX}/Queues/<sid>.json", methods=["GET", "POST"])
    def one_queue(account_sid: str, sid: str) -> Response:
        queue = found(sid)
        if request.method == "POST":
            queue.max_size = _size(queue.max_size)
        return jsonify(show(queue))

    @rest.delete(f"{PREFIX}/Queues/<sid>.json")
    def delete_queue(account_sid: str, sid: str) -> tuple[str, int]:
        queue = found(sid)
        if queue.members:
            raise RestError(400, 22002, "Queue is not empty")
        del account.queues[queue.name]
        return "", 204

    @rest.get(f"{PREFIX}/Queues/<sid>/Members.json")
    def list_members(account_sid: str, sid: str) -> Response:
        queue = found(sid)
        return jsonify(page("queue_members", queue.members, lambda one: _member(account.sid, queue, one)))

    @rest.route(f"{PREFIX}/Queues/<sid>/Members/<call>.json", methods=["GET", "POST"])
    def one_member(account_sid: str, sid: str, call: str) -> Response:
        queue = found(sid)
        member = next((one for one in queue.members if call in (one.leg.sid, "Front")), None)
        if member is None:
            raise not_found()
        answer = _member(account.sid, queue, member)
        if request.method == "POST":
            url = checked(request.form.get("Url", ""), 21205, "Url")
            queue.drop(member)  # two requests for the head must not get the same caller
            runner.post(member.leg, Redirected(Target(url, {}, request.form.get("Method", "POST"))))
        return jsonify(answer)


def _size(default: int) -> int:
    text = request.form.get("MaxSize", str(default))
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LARGEST):
        raise RestError(400, 20001, f"MaxSize is {text!r}; 1 to {LARGEST}")
    return int(text)


def _queue(account_sid: str, queue: Queue) -> dict[str, Any]:
    return {
        "sid": queue.sid,
        "account_sid": account_sid,
        "friendly_name": queue.name,
        "max_size": queue.max_size,
        "current_size": len(queue.members),
        "average_wait_time": queue.average(),
        "uri": uri(account_sid, "Queues", queue.sid),
        "date_created": when(queue.created),
        "date_updated": when(queue.created),
    }


def _member(account_sid: str, queue: Queue, member: QueueMember) -> dict[str, Any]:
    return {
        "call_sid": member.leg.sid,
        "queue_sid": queue.sid,
        "wait_time": member.seconds,
        "position": queue.members.index(member) + 1,
        "date_enqueued": when(member.enqueued),
        "uri": uri(account_sid, "Queues", queue.sid, "Members", member.leg.sid),
    }
