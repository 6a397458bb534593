"""What the handlers of follow-ups work with, put together once by the worker process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import sqlalchemy as sa

from ivr.config.settings import Settings
from ivr.follow_up.outbox import DAY, RetryPolicy
from ivr.follow_up.recordings import Recordings
from ivr.follow_up.sms import Provider, Text
from ivr.follow_up.telephone import Telephone


@dataclass(frozen=True)
class Composer:
    """Composes the messages of one kind: (engine, settings, message id) → a text, or None when there is nobody to send to."""

    compose: Callable[[sa.Engine, Settings, str], Text | None]
    policy: RetryPolicy = DAY
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
    recordings: Recordings | None = None
    """Where voice notes are fetched from."""
    composers: Mapping[str, Composer] = field(default_factory=dict)
    """By kind of message: what composes it."""
