"""What a conference tells: who joined, who left, who is on hold. Notices come late, twice, and out of order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from ivr.follow_up.outbox import LEASE, QUEUED, stamp
from ivr.storage.database import AnyRow
from ivr.talks import talk as state
from ivr.talks.tables import talk_legs


def take(conn: sa.Connection, talk_id: str, form: Mapping[str, str], now: datetime) -> None:
    """Apply one notice. Of a leg, the one with the highest SequenceNumber counts."""
    talk = state.find(conn, talk_id)
    conference, event = form.get("ConferenceSid", ""), form.get("StatusCallbackEvent", "")
    if talk is None or not _is_of_its_conference(conn, talk, conference):
        return
    talk = state.find(conn, talk_id) or talk
    state.change(conn, talk_id, next=stamp(now + LEASE))
    if event == "conference-end":
        state.change(conn, talk_id, conference_over=True)
        inside = (talk_legs.c.talk == talk_id) & (talk_legs.c.state == "joined")
        conn.execute(sa.update(talk_legs).where(inside).values(state="claimed", hold=False))
        return
    leg = _leg(conn, talk_id, form)
    number = form.get("SequenceNumber", "")
    if (
        leg is None
        or not (number.isascii() and number.isdigit())
        or int(number) <= leg.sequence
        or talk.conference_over
    ):
        return
    state.change_leg(conn, leg.id, sequence=int(number), **_changed(leg, event, form))
    if leg.role == "caller" and event == "participant-join" and talk.status == QUEUED:
        state.release(conn, talk_id)  # the agent may have gone while the caller was on the way


def _is_of_its_conference(conn: sa.Connection, talk: AnyRow, conference: str) -> bool:
    """Whether a notice is of the talk's conference; a conference of the same name after the first has ended is."""
    if not conference:
        return False
    if talk.conference == conference:
        return True
    if talk.conference is not None and not talk.conference_over:
        return False
    state.change(conn, talk.id, conference=conference, conference_over=False)
    conn.execute(sa.update(talk_legs).where(talk_legs.c.talk == talk.id).values(sequence=-1))
    return True


def _leg(conn: sa.Connection, talk: str, form: Mapping[str, str]) -> AnyRow | None:
    """By its label, or where the notice has none, by its CallSid."""
    label = form.get("ParticipantLabel")
    named = talk_legs.c.id == label if label else talk_legs.c.call == form.get("CallSid", "")
    return conn.execute(sa.select(talk_legs).where(talk_legs.c.talk == talk, named)).first()


def _changed(leg: AnyRow, event: str, form: Mapping[str, str]) -> dict[str, object]:
    """The values of a leg after a notice. One that has left the talk stays gone."""
    held = form.get("Hold") == "true"
    if event == "participant-leave":
        return {"hold": False} if leg.state == "left" else {"hold": False, "state": "claimed"}
    joined = {} if leg.state == "left" else {"state": "joined"}
    return {"hold": held, **joined}
