"""Asks Twilio for what talks need, one step of a talk after the other, and looks at conferences of which nothing was
heard.

A step that may be done already is looked up before it is repeated: a colleague is never rung twice, and a leg that is
in the conference is not sent there again. What cannot be done within its window is given up, and the desk shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from ivr.config.logs import logger
from ivr.engine import twiml
from ivr.follow_up.context import Context
from ivr.follow_up.dispatcher import Outbox
from ivr.follow_up.outbox import QUEUED, RetryPolicy, due, finish, is_due, lease, retry
from ivr.queue import entries
from ivr.queue.ringing import LEG_ENDED
from ivr.queue.tables import agent_offers, queue_entries
from ivr.storage.database import AnyRow, begin_read, begin_write
from ivr.talks import talk as state
from ivr.talks.tables import talk_legs, talk_steps, talks
from ivr.telephony import own_numbers
from ivr.telephony.conferencing import Conferencing, Gone, Present
from ivr.telephony.dialling import CLOCKS_DIFFER, NotPlaced, Ringing, Telephone

SOON = RetryPolicy(timedelta(seconds=1), timedelta(seconds=5), timedelta(seconds=20))
"""For what the agent waits for at the desk."""
PATIENT = RetryPolicy(timedelta(seconds=1), timedelta(seconds=10), timedelta(minutes=30))
"""For what frees a caller or a telephone."""
GIVEN_UP = ("move", "hold", "unhold", "ring", "hears")


class NotYet(Exception):
    """The participant is not in the conference yet."""


def due_steps(context: Context) -> list[str]:
    """The first open step of each talk, as far as it is due."""
    first = sa.select(sa.func.min(talk_steps.c.id)).where(talk_steps.c.status == QUEUED).group_by(talk_steps.c.talk)
    here = is_due(talk_steps, context.machine()) & talk_steps.c.id.in_(first)
    with begin_read(context.engine) as conn:
        return list(conn.scalars(sa.select(talk_steps.c.id).where(here).order_by(talk_steps.c.id)))


def perform(context: Context, step_id: str) -> None:
    """Try one step."""
    step = lease(context.engine, talk_steps, step_id, context.machine())
    if step is None:
        return
    with begin_read(context.engine) as conn:
        talk = conn.execute(sa.select(talks).where(talks.c.id == step.talk)).one()
        leg = state.leg_of(conn, step.leg)
    assert leg is not None
    try:
        ACTS[step.act](context, step, talk, leg)
    except Gone:
        _done(context, step)
    except Exception as error:  # nobody knows whether it was done: the act itself looks before it asks again
        _again(context, step, leg, type(error).__name__)
    else:
        _done(context, step)


def due_talks(context: Context) -> list[str]:
    """The talks of which nothing has been heard for a while."""
    with begin_read(context.engine) as conn:
        return due(conn, talks, context.machine())


def look(context: Context, talk_id: str) -> None:
    """Ask Twilio how a talk stands, in case that notices were lost."""
    talk = lease(context.engine, talks, talk_id, context.machine())
    if talk is None:
        return
    if talk.mode == "bridged":
        _close_if_abandoned(context, talk)
        return
    try:
        inside = _present(context, talk)
        with begin_read(context.engine) as conn:
            legs = state.legs_of(conn, talk.id)
        ended = {leg.id: LEG_ENDED.get(_status(context, leg)) for leg in legs if leg.call and leg.call not in inside}
    except Exception as error:  # asked again when the lease ends
        logger("talks").warning("talk not looked up", talk=talk_id, type=type(error).__name__)
        return
    _correct(context, talk, inside, ended)


def _move(context: Context, step: AnyRow, talk: AnyRow, leg: AnyRow) -> None:
    """Send the agent's leg to the conference."""
    if talk.status != QUEUED or leg.state in ("joined", "left"):
        return
    if step.tries > 1 and leg.call in _present(context, talk):
        return
    _conferencing(context).redirect(_call(leg), _url(context, talk, f"/legs/{leg.id}"))


def _hold(context: Context, step: AnyRow, talk: AnyRow, leg: AnyRow) -> None:
    """Hold the caller, or end that; nothing if the agent has thought better of it."""
    wanted = step.act == "hold"
    if talk.status != QUEUED or talk.plan is not None or talk.holding is not wanted:
        return
    try:
        _conferencing(context).hold(_conference(context, talk), _call(leg), wanted, _url(context, talk, "/hold"))
    except Gone as gone:
        raise NotYet from gone


def _ring(context: Context, step: AnyRow, talk: AnyRow, leg: AnyRow) -> None:
    """Ring a colleague or a supervisor, once."""
    if talk.status != QUEUED or leg.state != "ringing" or leg.call:
        return
    with begin_read(context.engine) as conn:
        facts = {"wallet": talk.wallet} | dict(own_numbers.facts_of(conn, talk.call))
    if step.tries > 1:
        placed = _placed(context, leg)
        if not placed:
            raise NotPlaced
        call = placed[0]
    else:
        url = _url(context, talk, f"/legs/{leg.id}")
        told_at = _url(context, talk, f"/legs/{leg.id}/status")
        asked = Ringing(leg.address, own_numbers.caller_id(context.settings, facts), url, told_at)
        call = _telephone(context).ring(asked)
    with begin_write(context.engine) as conn:
        state.change_leg(conn, leg.id, call=call)


def _hears(context: Context, step: AnyRow, talk: AnyRow, leg: AnyRow) -> None:
    """Let a supervisor listen, whisper or join."""
    if talk.status != QUEUED or leg.state in ("ringing", "left"):
        return  # their own document says it when they join
    with begin_read(context.engine) as conn:
        coached = coached_call(conn, talk, leg)
    conference = _conference(context, talk)
    try:
        _conferencing(context).listen(conference, _call(leg), leg.hears == "listen", coached)
    except Gone as gone:
        raise NotYet from gone


def _drop(context: Context, step: AnyRow, talk: AnyRow, leg: AnyRow) -> None:
    """Hang a leg up, also one that rings although the answer to the request was lost."""
    if call := leg.call or next(iter(_rung(context, leg)), None):
        _conferencing(context).hang_up(call)


def _rung(context: Context, leg: AnyRow) -> list[str]:
    """The calls that may be this leg, whose CallSid is not known; none where nobody was rung."""
    tried = (talk_steps.c.leg == leg.id) & (talk_steps.c.act == "ring") & (talk_steps.c.tries > 0)
    with begin_read(context.engine) as conn:
        may_ring = conn.scalar(sa.select(sa.exists().where(tried)))
    return _placed(context, leg) if may_ring else []


def _placed(context: Context, leg: AnyRow) -> list[str]:
    """Calls to the address of this leg, since it was added, that are no leg or offer that we know."""
    with begin_read(context.engine) as conn:
        known = set(conn.scalars(sa.select(talk_legs.c.call).where(talk_legs.c.address == leg.address)))
        known |= set(conn.scalars(sa.select(agent_offers.c.call).where(agent_offers.c.address == leg.address)))
    since = datetime.fromisoformat(leg.at) - CLOCKS_DIFFER
    return [one for one in _telephone(context).placed(leg.address, "", since) if one not in known]


def _release(context: Context, step: AnyRow, talk: AnyRow, leg: AnyRow) -> None:
    """End the conference, so that the caller's own request follows; without one, send the caller there."""
    if talk.status != QUEUED:
        return
    try:
        _conferencing(context).end(_conference(context, talk))
    except (Gone, NotYet):
        if talk.turn is None:
            raise NotYet from None  # still in the bridge, which ends with the agent's leg
        _conferencing(context).redirect(talk.call, turn_url(context.settings.public_base_url, talk.call, talk.turn))


ACTS: dict[str, Callable[[Context, AnyRow, AnyRow, AnyRow], None]] = {
    "move": _move,
    "hold": _hold,
    "unhold": _hold,
    "ring": _ring,
    "hears": _hears,
    "drop": _drop,
    "release": _release,
}


def turn_url(base: str, call: str, turn: int) -> str:
    """The caller's turn after the wait, requested by the end of a conference."""
    return f"{base}/voice/calls/{call}/turns/{turn}?talk=1{twiml.OVERRIDES}"


def coached_call(conn: sa.Connection, talk: AnyRow, leg: AnyRow) -> str:
    """The CallSid of the agent, for a supervisor who whispers."""
    agent = next(iter(state.legs_of(conn, talk.id, "agent")), None)
    return str(agent.call or "") if agent is not None and leg.hears == "whisper" else ""


def _done(context: Context, step: AnyRow) -> None:
    with begin_write(context.engine) as conn:
        finish(conn, talk_steps, step, status="done", next=None)


def _again(context: Context, step: AnyRow, leg: AnyRow, kind: str) -> None:
    """Later, or never: then what was wanted is taken back."""
    policy = SOON if step.act in GIVEN_UP else PATIENT
    values = {} if kind == "NotPlaced" else retry(step, policy, context.machine())
    with begin_write(context.engine) as conn:
        if values:
            finish(conn, talk_steps, step, **values)
        elif finish(conn, talk_steps, step, status="failed", next=None):
            logger("talks").error("talk step failed", talk=step.talk, act=step.act, type=kind)
            _take_back(conn, step, leg, context.machine())


def _take_back(conn: sa.Connection, step: AnyRow, leg: AnyRow, now: datetime) -> None:
    talk = state.find(conn, step.talk)
    if talk is None or talk.status != QUEUED:
        return
    state.change(conn, talk.id, trouble=step.act)
    if step.act == "ring":
        state.leg_ended(conn, leg.id, "failed", now)
    elif step.act in ("hold", "unhold"):
        state.change(conn, talk.id, holding=step.act == "unhold")
    elif step.act == "move":  # the two still talk in the bridge
        state.change(conn, talk.id, mode="bridged", holding=False)
        later = (talk_steps.c.talk == talk.id) & (talk_steps.c.status == QUEUED)
        conn.execute(sa.update(talk_steps).where(later).values(status="failed", next=None))
        for one in state.legs_of(conn, talk.id, "consulted", "supervisor"):
            state.leg_ended(conn, one.id, "failed", now)


def _present(context: Context, talk: AnyRow) -> dict[str, Present]:
    """Who is in the conference, by CallSid."""
    try:
        return {one.call: one for one in _conferencing(context).present(_conference(context, talk))}
    except (Gone, NotYet):
        return {}


def _correct(context: Context, talk: AnyRow, inside: dict[str, Present], ended: dict[str, str | None]) -> None:
    """What Twilio says holds; the legs whose calls are over end as by their own notice."""
    with begin_write(context.engine) as conn:
        for leg in state.legs_of(conn, talk.id):
            if leg.call in inside:
                state.change_leg(conn, leg.id, state="joined", hold=inside[leg.call].hold)
            elif how := ended.get(leg.id):
                if leg.role == "caller":
                    entries.caller_gone(conn, talk.call, context.machine())
                    state.caller_gone(conn, talk.call, context.machine())
                else:
                    state.leg_ended(conn, leg.id, how, context.machine())
        now_known = state.find(conn, talk.id)
        if now_known is not None and now_known.status == QUEUED:
            state.release(conn, talk.id)


def _close_if_abandoned(context: Context, talk: AnyRow) -> None:
    """A bridge whose end nobody told of: the queue knows that its caller is elsewhere, or gone."""
    with begin_write(context.engine) as conn:
        here = sa.select(queue_entries.c.status, queue_entries.c.staff).where(queue_entries.c.id == talk.entry)
        entry = conn.execute(here).first()
        if entry is None or entry.status not in ("claimed", "connected") or entry.staff != talk.staff:
            state.over(conn, talk, context.machine())


def _conference(context: Context, talk: AnyRow) -> str:
    """The talk's ConferenceSid: from a notice, or by its name."""
    known = talk.conference if not talk.conference_over else None
    found = known or _conferencing(context).find(talk.id)
    if found is None:
        raise NotYet
    return str(found)


def _status(context: Context, leg: AnyRow) -> str:
    return _telephone(context).status(leg.call)


def _call(leg: AnyRow) -> str:
    if not leg.call:
        raise NotYet
    return str(leg.call)


def _url(context: Context, talk: AnyRow, path: str) -> str:
    return f"{context.settings.public_base_url}/voice/talks/{talk.id}{path}{twiml.OVERRIDES}"


def _conferencing(context: Context) -> Conferencing:
    assert context.conferencing is not None, "this worker acts on no calls"
    return context.conferencing


def _telephone(context: Context) -> Telephone:
    assert context.telephone is not None, "this worker has no telephone"
    return context.telephone


STEPS = Outbox("talk steps", due_steps, perform, at_once=4)
TALKS = Outbox("talks", due_talks, look)
