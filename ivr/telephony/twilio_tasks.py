"""TaskRouter's REST API: what the worker process tells it, and the resources that `flask twilio taskrouter` sets up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from twilio.base.exceptions import TwilioException, TwilioRestException

from ivr.config.settings import Settings
from ivr.telephony.task_routing import NoLonger
from ivr.telephony.twilio_rest import NOT_FOR_GOOD, Refused, Unreachable, asked, client

MOST_LISTED = 1000
"""Workers, activities or queues that are read; further ones are not seen."""
KINDS = ("activities", "task_queues", "workflows", "workers")


class TwilioTaskRouting:
    """Updates reservations, tasks and workers of our workspace."""

    def __init__(self, settings: Settings) -> None:
        self._client = client(settings)
        self._space = self._client.taskrouter.v1.workspaces(settings.taskrouter_workspace_sid)
        self._known: dict[str, str] = {}

    def reject(self, task: str, reservation: str, activity: str) -> None:
        """Reject a reservation and send the worker away: one who stays available is reserved again at once."""
        one = self._space.tasks(task).reservations(reservation)
        _for_good(lambda: one.update(reservation_status="rejected", worker_activity_sid=activity))

    def complete(self, task: str) -> None:
        """Complete a task, which occupies its worker until then."""
        _for_good(lambda: self._space.tasks(task).update(assignment_status="completed", reason="talked"))

    def set_activity(self, worker: str, activity: str) -> None:
        """Change the activity of a worker."""
        found = self._space.workers.list(friendly_name=worker, limit=1)
        if not found:
            raise NoLonger("no such worker")
        if activity not in self._known:
            self._known = {
                str(one.friendly_name): str(one.sid) for one in self._space.activities.list(limit=MOST_LISTED)
            }
        if activity not in self._known:
            raise NoLonger("no such activity")
        sid = self._known[activity]
        _for_good(lambda: self._space.workers(found[0].sid).update(activity_sid=sid))

    def activities(self) -> dict[str, str]:
        """Read what each worker is doing."""
        return {str(one.friendly_name): str(one.activity_name) for one in self._space.workers.list(limit=MOST_LISTED)}

    def close(self) -> None:
        """Close the connections."""
        self._client.http_client.session.close()


def _for_good(ask: Callable[[], Any]) -> None:
    """Raise NoLonger where Twilio says no; another answer, or none, stays as it is."""
    try:
        ask()
    except TwilioRestException as refusal:
        if refusal.status >= 500 or refusal.status in NOT_FOR_GOOD:
            raise
        raise NoLonger(str(refusal.code)) from refusal


class TaskRouterSetup:
    """Reads and changes the resources of one workspace; its methods raise Unreachable and Refused."""

    def __init__(self, settings: Settings) -> None:
        self._client = client(settings)
        self._spaces = self._client.taskrouter.v1.workspaces

    def workspace(self, name: str) -> Any | None:
        """The workspace of this name."""
        return next(iter(asked(lambda: self._spaces.list(friendly_name=name, limit=1)) or ()), None)

    def create_workspace(self, **fields: Any) -> Any:
        """A new workspace."""
        return _changed(lambda: self._spaces.create(**fields))

    def change_workspace(self, sid: str, **fields: Any) -> None:
        """Change the workspace."""
        _changed(lambda: self._spaces(sid).update(**fields))

    def listed(self, sid: str, kind: str) -> dict[str, Any]:
        """The resources of a kind, by name."""
        found = asked(lambda: getattr(self._spaces(sid), kind).list(limit=MOST_LISTED)) or ()
        return {str(one.friendly_name): one for one in found}

    def create(self, sid: str, kind: str, fields: Mapping[str, Any]) -> str:
        """A new resource; its SID."""
        return str(_changed(lambda: getattr(self._spaces(sid), kind).create(**fields)).sid)

    def change(self, sid: str, kind: str, one: str, fields: Mapping[str, Any]) -> None:
        """Change a resource."""
        _changed(lambda: getattr(self._spaces(sid), kind)(one).update(**fields))

    def delete(self, sid: str, kind: str, one: str) -> None:
        """Delete a resource."""
        _changed(lambda: getattr(self._spaces(sid), kind)(one).delete())

    def close(self) -> None:
        """Close the connections."""
        self._client.http_client.session.close()


def _changed(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except TwilioRestException as refusal:
        if refusal.status >= 500 or refusal.status == 429:
            raise Unreachable(str(refusal.status)) from refusal
        raise Refused(f"{refusal.code or refusal.status}: {refusal.msg}") from refusal
    except (OSError, TwilioException) as error:
        raise Unreachable(type(error).__name__) from error
