"""The lab's scene as the follow-ups need it: business time, and what the text provider does."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from ivr.config.settings import Settings
from ivr.engine.secrets import Sealer
from ivr.follow_up.sms import LabSms


def now(conn: sa.Connection, settings: Settings) -> datetime:
    """Business time: the lab's clock in the lab, otherwise the machine's."""
    if not settings.lab:
        return datetime.now(UTC)
    from ivr.lab.clock import business_now

    return business_now(conn)


def lab_provider(engine: sa.Engine, settings: Settings) -> LabSms:
    """Texts that never leave the machine."""
    from ivr.lab import scene

    return LabSms(
        engine, Sealer(settings.server_key), lambda conn: scene.read(conn).sms, lambda conn: now(conn, settings)
    )
