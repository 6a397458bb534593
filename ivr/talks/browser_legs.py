"""Legs of a talk that ring in a browser: a colleague who is consulted, or a supervisor, accepts by the desk's button.

As with an offer, the button is the proof of a person: whoever answers then is not asked for key 1.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ivr.follow_up.outbox import QUEUED
from ivr.storage.database import AnyRow
from ivr.talks import talk as state
from ivr.talks.tables import talk_legs, talks

ROLES = ("consulted", "supervisor")


def of_person(conn: sa.Connection, staff: str) -> AnyRow | None:
    """The leg by which this person's browser is rung for a talk, or is in one, without having the talk."""
    here = (talk_legs.c.staff == staff) & (talk_legs.c.address == f"client:{staff}") & talk_legs.c.role.in_(ROLES)
    goes_on = (talk_legs.c.state != "left") & (talks.c.status == QUEUED) & talks.c.plan.is_(None)
    joined = sa.join(talk_legs, talks, talks.c.id == talk_legs.c.talk)
    return conn.execute(sa.select(talk_legs).select_from(joined).where(here, goes_on)).first()


def accept(conn: sa.Connection, staff: str, leg_id: str) -> AnyRow | None:
    """The person accepts; None when the leg is not theirs, or over. Repeating is the same."""
    leg = of_person(conn, staff)
    if leg is None or leg.id != leg_id:
        return None
    if leg.state == "ringing":
        state.claimed(conn, leg_id)
    return leg


def decline(conn: sa.Connection, staff: str, leg_id: str, now: datetime) -> bool:
    """The person declines; False when the leg is not theirs, or was accepted before."""
    leg = of_person(conn, staff)
    if leg is None or (leg.id, leg.state) != (leg_id, "ringing"):
        return False
    state.leg_ended(conn, leg_id, "declined", now)
    return True


def needs_no_key(leg: AnyRow) -> bool:
    """Whether the button has accepted this leg."""
    return leg.address.startswith("client:") and leg.state == "claimed"
