"""TaskRouter's resources: a workspace with its activities, workers, queues, workflows, tasks and reservations.

SIDs of what an operator sets up are made from the names, so that a simulator that is started again knows them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ivr.config.simulated_sids import simulated_sid
from ivr.simulator.account.leg_events import Party
from ivr.simulator.account.queues import QueueMember
from ivr.simulator.account.sids import new_sid, now

OPEN = ("pending", "accepted", "wrapping")
"""Statuses of a reservation that occupy the worker: voice has a capacity of one."""


@dataclass(eq=False)
class Activity:
    """What a worker is doing, and whether tasks may be assigned meanwhile."""

    sid: str
    name: str
    available: bool = False
    created: datetime = field(default_factory=now)


@dataclass(eq=False)
class Worker:
    """A worker; `attributes` are the JSON text."""

    sid: str
    name: str
    attributes: str
    activity: Activity
    idle_since: float = 0
    created: datetime = field(default_factory=now)
    changed: datetime = field(default_factory=now)

    @property
    def facts(self) -> dict[str, Any]:
        """The attributes as expressions see them."""
        return {**json.loads(self.attributes), "activity_name": self.activity.name}


@dataclass(eq=False)
class TaskQueue:
    """A queue: the workers whom its expression names."""

    sid: str
    name: str
    target_workers: str = "1==1"
    created: datetime = field(default_factory=now)


@dataclass(eq=False)
class Workflow:
    """The rules that bring a task into a queue; `configuration` is the JSON text."""

    sid: str
    name: str
    configuration: str
    assignment_url: str = ""
    fallback_url: str = ""
    reservation_timeout: int = 120
    created: datetime = field(default_factory=now)


@dataclass(eq=False)
class Task:
    """A caller who waits. `targets` are the steps of its filter, `step` the one at which it is."""

    workflow: Workflow
    leg: Party
    member: QueueMember
    attributes: dict[str, Any]
    priority: int
    timeout: int
    targets: list[dict[str, Any]]
    queue: TaskQueue
    since: float
    step: int = 0
    status: str = "pending"
    reason: str = ""
    sid: str = field(default_factory=lambda: new_sid("WT"))
    created: datetime = field(default_factory=now)


@dataclass(eq=False)
class Reservation:
    """A worker chosen for a task."""

    task: Task
    worker: Worker
    made: float
    status: str = "pending"
    sid: str = field(default_factory=lambda: new_sid("WR"))
    created: datetime = field(default_factory=now)


@dataclass(eq=False)
class Workspace:
    """Everything of one workspace. A new one has the activities that Twilio gives it."""

    name: str
    event_url: str = ""
    sid: str = ""
    activities: list[Activity] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)
    queues: list[TaskQueue] = field(default_factory=list)
    workflows: list[Workflow] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    reservations: list[Reservation] = field(default_factory=list)
    default_activity: Activity = field(init=False)
    timeout_activity: Activity = field(init=False)
    created: datetime = field(default_factory=now)

    def __post_init__(self) -> None:
        self.sid = self.sid or simulated_sid("WS", self.name)
        self.default_activity = self.timeout_activity = self.add_activity("Offline", False)
        self.add_activity("Available", True)
        self.add_activity("Unavailable", False)

    def add_activity(self, name: str, available: bool) -> Activity:
        """A new activity."""
        made = Activity(simulated_sid("WA", self.name, name), name, available)
        self.activities.append(made)
        return made

    def open_reservation(self, worker: Worker) -> Reservation | None:
        """What occupies this worker."""
        return next((one for one in self.reservations if one.worker is worker and one.status in OPEN), None)
