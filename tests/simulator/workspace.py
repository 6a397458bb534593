"""A small workspace of TaskRouter, set up by REST: one queue for Haiyun in Chinese, one for anybody after a while."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import Response

CALL = {"instruction": "call", "to": "+12025550181", "from": "+862155500100", "timeout": 20}
LIN = {"contact_uri": "+12025550181", "wallets": ["haiyun"], "languages": ["zh"]}


@dataclass
class Made:
    """The SIDs."""

    workspace: str
    workflow: str
    available: str
    missed: str
    pause: str

    def enqueued(self, attributes: Any = None, **more: Any) -> str:
        """The TwiML of a caller who waits."""
        given = " ".join(f'{name}="{value}"' for name, value in more.items())
        task = json.dumps(attributes or {"wallet": "haiyun", "language": "zh"})
        return (
            f'<Enqueue workflowSid="{self.workflow}" waitUrl="/wait" action="/after"><Task {given}>{task}'
            "</Task></Enqueue>"
        )


def set_up(simulator: Any, *workers: tuple[str, dict[str, Any]]) -> Made:
    """The workspace, with these workers, all available."""
    made = simulator.rest.taskrouter.v1.workspaces.create(
        friendly_name="Line", event_callback_url=simulator.url("/events")
    )
    space = simulator.rest.taskrouter.v1.workspaces(made.sid)
    activities = {one.friendly_name: one.sid for one in space.activities.list()}
    for name in ("Missed", "Pause"):
        activities[name] = space.activities.create(friendly_name=name, available=False).sid
    space.update(timeout_activity_sid=activities["Missed"])
    expression = 'wallets HAS "haiyun" AND languages HAS "zh"'
    first = space.task_queues.create(friendly_name="haiyun zh", target_workers=expression)
    other = space.task_queues.create(friendly_name="haiyun", target_workers='wallets HAS "haiyun"')
    steps = [{"queue": first.sid, "timeout": 30}, {"queue": other.sid}]
    filters = [{"expression": 'wallet == "haiyun"', "targets": steps}]
    workflow = space.workflows.create(
        friendly_name="Line",
        configuration=json.dumps({"task_routing": {"filters": filters}}),
        assignment_callback_url=simulator.url("/assign"),
        fallback_assignment_callback_url=simulator.url("/assign-again"),
        task_reservation_timeout=60,
    )
    for name, attributes in workers:
        space.workers.create(
            friendly_name=name, attributes=json.dumps(attributes), activity_sid=activities["Available"]
        )
    return Made(made.sid, workflow.sid, activities["Available"], activities["Missed"], activities["Pause"])


def instruct(simulator: Any, **more: Any) -> Response:
    """An instruction of the app: ring Lin."""
    urls = {"url": simulator.url("/leg"), "status_callback_url": simulator.url("/told")}
    return Response(json.dumps(CALL | urls | more), mimetype="application/json")
