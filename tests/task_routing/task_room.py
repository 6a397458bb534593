"""A line whose agents TaskRouter chooses: the room of the queue, with TaskRouter set up for its people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from ivr.follow_up.dispatcher import Outbox
from ivr.storage.database import begin_read
from ivr.task_routing import own_carrier, plan, workers
from ivr.telephony.twilio_tasks import TaskRouterSetup, TwilioTaskRouting
from tests.queue.room import OUTBOXES, Room, room

ALL = (*OUTBOXES, workers.RESERVATIONS, workers.WORKERS, own_carrier.CALLS)


class TaskRoom(Room):
    """The same room, where a caller is assigned as soon as somebody is there."""

    def __init__(self, line: Any, simulator: Any) -> None:
        super().__init__(line, simulator)
        settings = replace(line.settings, twilio_api_url=simulator.settings.twilio_api_url)
        self.worker = replace(self.worker, settings=settings, task_routing=TwilioTaskRouting(settings))

    @property
    def router(self) -> Any:
        """The simulator's TaskRouter."""
        return self.simulator.runner.account.router

    @property
    def space(self) -> Any:
        """Our workspace."""
        return self.router.workspaces[0]

    def set_up(self) -> plan.Result:
        """Bring TaskRouter up to date with the people."""
        setup = TaskRouterSetup(self.worker.settings)
        with begin_read(self.worker.engine) as conn:
            wanted = plan.Wanted.now(conn, self.worker.settings)
        try:
            return plan.compare(setup, wanted, apply=True)
        finally:
            setup.close()

    def signs_on(self, *names: str, does: str = "accept", **more: Any) -> None:
        """These agents exist, are workers, and are available there, too."""
        super().signs_on(*names, does=does, **more)
        self.set_up()
        self.works()

    def works(self, seconds: float = 1, outboxes: Sequence[Outbox] = ALL) -> TaskRoom:
        """The worker tells TaskRouter what it has to know, too; an activity that it told may bring about a call."""
        super().works(seconds, outboxes)
        return self

    def waits(self, seconds: float) -> None:
        """Time passes for callers and for TaskRouter."""
        super().waits(seconds)
        self.settles()

    def worker_there(self, name: str) -> Any:
        """This agent at TaskRouter."""
        return next(one for one in self.space.workers if one.name == name)

    def there(self, name: str) -> str:
        """What TaskRouter believes that this agent is doing."""
        return str(self.worker_there(name).activity.name)

    def reservations(self) -> list[tuple[str, str]]:
        """Who was reserved, and how that stands, in order."""
        return [(one.worker.name, one.status) for one in self.space.reservations]


@contextmanager
def task_room(line: Any) -> Iterator[TaskRoom]:
    """The line behind a socket, with TaskRouter in front of it."""
    line.settings = replace(line.settings, agent_mode="taskrouter")
    with room(line, TaskRoom) as made:
        assert isinstance(made, TaskRoom) and isinstance(made.worker.task_routing, TwilioTaskRouting)
        try:
            yield made
        finally:
            made.worker.task_routing.close()
