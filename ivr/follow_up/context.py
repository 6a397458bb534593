"""What the handlers of follow-ups work with, put together once by the worker process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ivr.config.settings import Settings
from ivr.follow_up.outbox import RetryPolicy
from ivr.storage.database import AnyRow
from ivr.telephony.conferencing import Conferencing
from ivr.telephony.dialling import Telephone
from ivr.telephony.recordings import Recordings
from ivr.telephony.task_routing import TaskRouting
from ivr.telephony.texting import Provider, Text
from ivr.wallet.http.wallet import HttpWallet
from ivr.wallet.types import Wallet

WITHIN_A_DAY = RetryPolicy(timedelta(seconds=30), timedelta(hours=1), timedelta(days=1))
"""For texts of every kind that names no other policy."""


@dataclass(frozen=True)
class Composer:
    """Composes the messages of one kind: (context, message id) → a text, or None when there is nobody to send to."""

    compose: Callable[[Context, str], Text | None]
    policy: RetryPolicy = WITHIN_A_DAY
    """For as long as such a text is of use."""


@dataclass(frozen=True)
class Context:
    """Database, settings, clocks and the clients of other systems."""

    engine: sa.Engine
    settings: Settings
    provider: Provider
    clock: Callable[[sa.Connection], datetime]
    """Business time: in the lab, the lab's clock."""
    machine: Callable[[], datetime] = lambda: datetime.now(UTC)
    """Machine time, which leases and retries use."""
    telephone: Telephone | None = None
    """Places callbacks."""
    conferencing: Conferencing | None = None
    """Acts on calls that go on: hold, transfer, a supervisor who listens."""
    task_routing: TaskRouting | None = None
    """TaskRouter, where it chooses the agents."""
    recordings: Recordings | None = None
    """Where voice notes are fetched from."""
    composers: Mapping[str, Composer] = field(default_factory=dict)
    """By kind of message: what composes it."""
    wallet: Wallet = field(default_factory=lambda: HttpWallet({}))
    """Customers and their disputes; without an API, every answer is `Unavailable`."""
    agents_on_duty: Callable[[sa.Connection], Sequence[str]] = lambda conn: ()
    """Numbers of the agents who may be rung now."""
    callback_comes_first: Callable[[Context, sa.Connection, AnyRow, Any], bool] = lambda *_: False
    """Whether an agent is kept free for a callback that is ahead of this caller in the queue."""
