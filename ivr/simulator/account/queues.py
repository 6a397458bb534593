"""Queues of an account, and the legs that wait in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ivr.simulator.account.leg_events import Party
from ivr.simulator.account.sids import new_sid, now

DEFAULT_SIZE = 1000


@dataclass(eq=False)
class QueueMember:
    """A leg that waits in a queue."""

    leg: Party
    since: float
    enqueued: datetime = field(default_factory=now)

    @property
    def seconds(self) -> int:
        """How long it has waited, by the virtual clock."""
        return int(self.leg.clock - self.since)


@dataclass(eq=False)
class Queue:
    """First come, first served."""

    name: str
    max_size: int = DEFAULT_SIZE
    sid: str = field(default_factory=lambda: new_sid("QU"))
    members: list[QueueMember] = field(default_factory=list)
    created: datetime = field(default_factory=now)

    def join(self, leg: Party) -> QueueMember:
        """Add a leg at the end."""
        member = QueueMember(leg, leg.clock)
        self.members.append(member)
        return member

    def drop(self, member: QueueMember) -> None:
        """Remove a member; removing it twice does nothing."""
        if member in self.members:
            self.members.remove(member)

    def average(self) -> int:
        """The mean wait of the members, in seconds."""
        return sum(member.seconds for member in self.members) // len(self.members) if self.members else 0
