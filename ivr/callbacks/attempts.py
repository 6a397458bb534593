"""Attempts to ring a callback: the state of each callback and attempt, and the steps from one state to the next.

A row of `rings` is one promised callback; its `next` is business time, at first the slot. An attempt is one agent's
telephone that is rung for it. The attempt is committed *before* the request to Twilio, and its id is in every
URL that Twilio gets, so each webhook belongs to its attempt, also if the worker that asked is dead. A callback
has one attempt at a time: `queued` → `ringing` → `reached`, or `queued` again. An attempt stays `queued` as long as
its agent's telephone may be in use; that agent is not rung for another callback meanwhile.

While agents who take such calls are signed on at the desk, one of them is rung (`desk_agents`); otherwise those of
AGENT_NUMBERS, one after the other.

The agent is rung first, and the customer only after the agent has accepted: so no customer answers to silence,
and an absent agent does not disturb them. Only a customer who presses 1 is connected: a voice mailbox does
not, so `reached` means a person. All tries are within opening hours; after three the callback is `missed`, which the
console shows.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from ivr.callbacks import desk_agents
from ivr.callbacks.tables import callback_queue, callbacks, ring_attempts
from ivr.config.logs import logger
from ivr.config.settings import Settings
from ivr.engine import journal
from ivr.engine.call import is_urgent
from ivr.engine.claims import lock_until_commit
from ivr.engine.secrets import BrokenSeal, Erased, Sealer
from ivr.follow_up.context import Context
from ivr.follow_up.outbox import LEASE, QUEUED, stamp
from ivr.queue import entries, offers, withdrawn
from ivr.queue.tables import agent_offers
from ivr.storage.database import AnyRow
from ivr.telephony import numbers, own_numbers
from ivr.wallet import business_days, directory

PAUSES = (timedelta(minutes=10), timedelta(hours=1))
"""The pauses between the tries, in business time: there is one try more than pauses."""
SOON = timedelta(minutes=1)
"""The pause when no agent can be rung right now."""
CLOSED_FOR_LONG = timedelta(days=1)
"""Until the opening hours are looked at again, where none begin in sight."""
UNASKED = "not placed"
REACHED = "reached"
CLOSED = ("reached", "done", "erased")
"""Statuses that need no more attempts; `done`: people have rung the customer by hand."""


@dataclass(frozen=True)
class Attempt:
    """An attempt to place: its id, the agent's number or address, and the caller ID."""

    id: str
    agent: str
    caller_id: str


def promise(conn: sa.Connection, callback: str, slot: datetime | None, now: datetime) -> None:
    """Queue this callback for its slot, or without a slot for the next opening."""
    row = {"id": callback, "at": stamp(now), "status": QUEUED, "next": slot and stamp(slot)}
    conn.execute(sa.insert(callback_queue).values(tries=0, **row))


def begin(conn: sa.Connection, context: Context, ring: str) -> Attempt | None:
    """Store and return the next attempt; None when the callback is not due or may not be rung."""
    lock_until_commit(conn, "rings")  # or two workers would choose the same agent
    now = context.clock(conn)
    due = (
        (callback_queue.c.id == ring)
        & (callback_queue.c.status == QUEUED)
        & (callback_queue.c.next.is_(None) | (callback_queue.c.next <= stamp(now)))
    )
    wanted = sa.select(callback_queue, *desk_agents.PROMISE, callbacks.c.number_sealed)
    row = conn.execute(wanted.join(callbacks, callbacks.c.id == callback_queue.c.id).where(due)).first()
    if row is None:
        return None
    if barred := _barred(conn, context, row):
        _change(conn, ring, status=barred, next=None)
    elif opens := _closed_until(conn, row, now):
        _change(conn, ring, next=stamp(opens))
    else:
        return _choose(conn, context, row, now)
    return None


def settle(conn: sa.Connection, attempt_id: str, ended: str, now: datetime, machine: datetime) -> bool:
    """Store how an attempt ended, when the agent's telephone is free again; False if that was stored before.

    `now` is business time; `machine` that of the agents at the desk.
    """
    row = conn.execute(sa.select(ring_attempts).where(ring_attempts.c.id == attempt_id).with_for_update()).first()
    here = (ring_attempts.c.id == attempt_id) & (ring_attempts.c.status == QUEUED)
    said = (row.ended if row else None) or ended
    if row is None or not conn.execute(sa.update(ring_attempts).where(here).values(status="over", ended=said)).rowcount:
        return False
    desk_agents.free(conn, row, said, machine, talked=said == REACHED)
    if said == UNASKED:
        _change(conn, row.ring, status=QUEUED, ended=said, next=stamp(now + SOON))
    elif row.accepted and said != REACHED:
        _try_is_over(conn, row.ring, said, now)
    elif said != REACHED:
        _change(conn, row.ring, status=QUEUED, ended=said, next=None)  # the next agent, at once
    return True


def unjoin(conn: sa.Connection, attempt_id: str, ended: str, now: datetime, machine: datetime) -> None:
    """The customer pressed 1 for an agent who had left: nobody talked, so the try is over without having reached
    anybody.
    """
    here = (ring_attempts.c.id == attempt_id) & (ring_attempts.c.ended == REACHED)
    row = conn.execute(sa.select(ring_attempts).where(here).with_for_update()).first()
    if row is not None:
        conn.execute(sa.update(ring_attempts).where(here).values(status="over", ended=ended))
        desk_agents.free(conn, row, ended, machine, talked=False)
        _try_is_over(conn, row.ring, ended, now)


def decline(conn: sa.Connection, staff: str, machine: datetime) -> bool:
    """The agent declines at the desk, or leaves, while being rung, and the ringing stops; False when they are not."""
    offer = desk_agents.of_agent(conn, staff)
    if offer is None or offer.state != "ringing":
        return False
    accepted = sa.select(ring_attempts.c.accepted).where(ring_attempts.c.id == offer.id).with_for_update()
    if conn.scalar(accepted):  # by key 1, at the same moment
        return False
    withdrawn.stop_ringing(conn, offer)
    return settle(conn, offer.id, "declined", machine, machine)


def accept(conn: sa.Connection, attempt_id: str) -> None:
    """Store that the agent pressed 1: from now on the customer is rung."""
    conn.execute(sa.update(ring_attempts).where(ring_attempts.c.id == attempt_id).values(accepted=True))
    desk_agents.claim(conn, attempt_id)


def join(conn: sa.Connection, attempt_id: str, machine: datetime) -> bool:
    """The customer pressed 1: whether to connect the two. Repeating gives the same answer."""
    here = (ring_attempts.c.id == attempt_id) & (ring_attempts.c.status == QUEUED)
    ring = conn.scalar(sa.select(ring_attempts.c.ring).where(here, ring_attempts.c.accepted).with_for_update())
    if ring is None:
        return False
    conn.execute(sa.update(ring_attempts).where(here).values(ended=REACHED))
    desk_agents.connect(conn, attempt_id, machine)
    _change(conn, ring, status=REACHED, ended=REACHED, next=None)
    return True


def set_call_sid(conn: sa.Connection, attempt_id: str, call: str) -> None:
    """Store the CallSid of the agent's leg; the first one counts."""
    here = (ring_attempts.c.id == attempt_id) & ring_attempts.c.call.is_(None)
    conn.execute(sa.update(ring_attempts).where(here).values(call=call))
    offers.set_call_sid(conn, attempt_id, call)


def call_sids_of(conn: sa.Connection, agent: str) -> set[str | None]:
    """The CallSids of all attempts at this agent, and of the offers of callers."""
    attempted = sa.select(ring_attempts.c.call).where(ring_attempts.c.agent == agent)
    return set(conn.scalars(attempted.union(sa.select(agent_offers.c.call).where(agent_offers.c.address == agent))))


def caller_id_of(conn: sa.Connection, settings: Settings, ring: str) -> str:
    """The caller ID: the number that answered the call in which it was promised, unless the settings name another."""
    promised = conn.execute(sa.select(callbacks.c.wallet, callbacks.c.call).where(callbacks.c.id == ring)).one()
    known = {"wallet": promised.wallet, "line": directory.by_id(conn, promised.wallet).line}
    return own_numbers.caller_id(settings, known | dict(own_numbers.facts_of(conn, promised.call)))


def mark_done(conn: sa.Connection, call: str) -> bool:
    """Mark the callback of this call as rung by hand; False when there is none to ring, or it is ringing now."""
    mine = sa.select(callbacks.c.id).where(callbacks.c.call == call)
    waiting = callback_queue.c.id.in_(mine) & callback_queue.c.status.not_in((*CLOSED, "ringing"))
    entries.forget_place(conn, call)
    return bool(conn.execute(sa.update(callback_queue).where(waiting).values(status="done", next=None)).rowcount)


def number_of(conn: sa.Connection, callback: AnyRow, sealer: Sealer) -> str:
    """The number to ring; raises Erased."""
    return sealer.for_call(journal.key(conn, callback.call)).open(callback.number_sealed)


def may_be_rung(settings: Settings, number: str) -> bool:
    """Whether the line rings this number by the present settings; a promise may be from earlier ones."""
    wanted = (settings.callback_prefixes, settings.callback_dial_prefixes)
    return all(numbers.may_be_rung(number, prefixes) for prefixes in wanted)


def is_about_security(conn: sa.Connection, call: str) -> bool:
    """Whether the call in which a callback was promised was about security, by its latest turn."""
    last = journal.load_state(conn, call).last
    return is_urgent(last.facts if last else {})


def _barred(conn: sa.Connection, context: Context, callback: AnyRow) -> str | None:
    """The status of a callback that the line may not ring: `by-hand` leaves it to people, `erased` to nobody."""
    try:
        number = number_of(conn, callback, Sealer(context.settings.server_key))
        directory.by_id(conn, callback.wallet)
    except Erased:
        return "erased"
    except (BrokenSeal, directory.UnknownWallet):
        return "by-hand"
    return None if may_be_rung(context.settings, number) else "by-hand"


def _closed_until(conn: sa.Connection, callback: AnyRow, now: datetime) -> datetime | None:
    """When the callback may be rung, by the hours for its matter; None: now."""
    info = directory.by_id(conn, callback.wallet)
    week = (info.staffed(is_about_security(conn, callback.call)), now, info.timezone, info.calendar)
    if business_days.is_open(*week):
        return None
    opens = business_days.next_opening(*week)
    return opens.at if opens else now + CLOSED_FOR_LONG


def _choose(conn: sa.Connection, context: Context, row: AnyRow, now: datetime) -> Attempt | None:
    """An agent of the desk; without any, the first one of AGENT_NUMBERS who was not rung in this try, if free."""
    who, number = desk_agents.wanted(conn, row), row.tries + 1
    if desk_agents.is_staffed(conn, who, context.machine()):
        return _choose_at_the_desk(conn, context, row, who, now)
    mine = (ring_attempts.c.ring == row.id) & (ring_attempts.c.number == number)
    rung = set(conn.scalars(sa.select(ring_attempts.c.agent).where(mine, ring_attempts.c.ended != UNASKED)))
    busy = set(conn.scalars(sa.select(ring_attempts.c.agent).where(ring_attempts.c.status == QUEUED)))
    at_work = context.agents_on_duty(conn)
    left = [agent for agent in at_work if agent not in rung]
    if at_work and not left:
        _try_is_over(conn, row.id, row.ended, now)
    elif free := [agent for agent in left if agent not in busy]:
        return _insert(conn, context, row, number, free[0])
    else:
        _change(conn, row.id, next=stamp(now + SOON))
    return None


def _choose_at_the_desk(
    conn: sa.Connection, context: Context, row: AnyRow, who: offers.Wanted, now: datetime
) -> Attempt | None:
    """An agent who is free. Only a customer who was not reached costs a try: agents may decline, or be busy."""
    lock_until_commit(conn, "queue")  # or an offer could ring the same agent
    agent = desk_agents.free_agent(conn, row, who, now, context.machine())
    if agent is None:
        _change(conn, row.id, next=stamp(now + offers.NOBODY_FREE))
        return None
    attempt = _insert(conn, context, row, row.tries + 1, agent.address)
    desk_agents.engage(conn, attempt.id, row.id, agent, context.machine())
    return attempt


def _insert(conn: sa.Connection, context: Context, row: AnyRow, number: int, agent: str) -> Attempt:
    attempt_id, machine = secrets.token_hex(8), context.machine()
    kept = {"id": attempt_id, "ring": row.id, "number": number, "agent": agent, "accepted": False, "status": QUEUED}
    times = {"at": stamp(machine), "tries": 0, "next": stamp(machine + LEASE)}
    conn.execute(sa.insert(ring_attempts).values(**kept, **times))
    _change(conn, row.id, status="ringing", since=row.since or times["at"])
    return Attempt(attempt_id, agent, caller_id_of(conn, context.settings, row.id))


def _try_is_over(conn: sa.Connection, ring: str, ended: str | None, now: datetime) -> None:
    tries = conn.scalar(sa.select(callback_queue.c.tries).where(callback_queue.c.id == ring)) or 0
    if tries < len(PAUSES):
        _change(conn, ring, status=QUEUED, ended=ended, tries=tries + 1, next=stamp(now + PAUSES[tries]))
        return
    _change(conn, ring, status="missed", ended=ended, tries=tries + 1, next=None)
    logger("follow-up").error("callback is missed", callback=ring, ended=ended)


def _change(conn: sa.Connection, ring: str, **values: object) -> None:
    conn.execute(sa.update(callback_queue).where(callback_queue.c.id == ring).values(**values))
    if values.get("status") in (*CLOSED, "missed"):
        entries.forget_place(conn, str(conn.scalar(sa.select(callbacks.c.call).where(callbacks.c.id == ring))))
