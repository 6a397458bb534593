"""TaskRouter as the worker process uses it. Twilio behind it, or the simulator."""

from __future__ import annotations

from typing import Protocol


class NoLonger(Exception):
    """Twilio refuses for good: the reservation is not pending any more, the task is over, or there is no
    such worker.
    """


class TaskRouting(Protocol):
    """Tells TaskRouter what became of a reservation, and what workers do. Any exception but NoLonger is tried again."""

    def reject(self, task: str, reservation: str, activity: str) -> None:
        """The worker did not take the caller, and is in this activity now."""
        ...

    def complete(self, task: str) -> None:
        """The talk is over."""
        ...

    def set_activity(self, worker: str, activity: str) -> None:
        """The worker of this name is in the activity of this name."""
        ...

    def activities(self) -> dict[str, str]:
        """What each worker is doing, by name."""
        ...
