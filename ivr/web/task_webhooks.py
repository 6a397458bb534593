"""TaskRouter's webhooks: which worker it reserved for which caller, and what happens in its workspace.

The addresses are `/voice/tasks/…`; unsigned requests are refused by the voice blueprint. The answer to an assignment
must come within five seconds, so nothing is asked of Twilio meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request

from ivr.engine.runtime import Runtime
from ivr.storage.database import begin_write
from ivr.task_routing import assignments

ASSIGNMENT, FALLBACK, EVENTS = "/voice/tasks/assignment", "/voice/tasks/assignment/again", "/voice/tasks/events"


def tasks_blueprint(runtime: Runtime) -> Blueprint:
    """The addresses under `/voice/tasks`."""
    room = Blueprint("tasks", __name__)

    @room.post(ASSIGNMENT)
    def assign() -> Response:
        """On a fault TaskRouter asks at the other address."""
        return _guarded(runtime, ASSIGNMENT, lambda: _assign(runtime)) or Response(status=503)

    @room.post(FALLBACK)
    def assign_again() -> Response:
        """On a fault another worker is chosen: without an answer this one would be offline, and the caller wait."""
        given = _guarded(runtime, FALLBACK, lambda: _assign(runtime))
        return given or jsonify(assignments.refusal(runtime.settings))

    @room.post(EVENTS)
    def event() -> Response:
        return _guarded(runtime, EVENTS, lambda: _take_event(runtime)) or Response(status=503)

    return room


def _assign(runtime: Runtime) -> Response:
    with begin_write(runtime.engine) as conn:
        now, business = runtime.machine(), runtime.clock(conn)
        return jsonify(assignments.assign(conn, runtime.settings, request.form, now, business))


def _take_event(runtime: Runtime) -> Response:
    with begin_write(runtime.engine) as conn:
        assignments.take_event(conn, request.form, runtime.machine())
    return Response(status=204)


def _guarded(runtime: Runtime, path: str, answer: Callable[[], Response]) -> Response | None:
    try:
        return answer()
    except Exception as error:
        runtime.log.error("webhook failed", path=path, type=type(error).__name__)
        return None
