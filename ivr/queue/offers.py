"""Offers: an agent is rung for a caller in the queue, accepts, hears the summary, and is joined with the caller.

On a telephone key 1 accepts; in the browser the button of the desk does, before the leg is answered.

An offer is committed *before* the request to Twilio, and its id is in every URL that Twilio gets: each webhook belongs
to
its offer, also if the worker that asked is dead. The database allows one open offer for an agent and one for a caller,
so two agents never ring one caller, and nobody rings an agent who is talking.

A mailbox presses no key: it hears who is calling and nothing about the caller, and the caller keeps their place.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from ivr.config.settings import Settings
from ivr.engine import journal
from ivr.engine.claims import lock_until_commit
from ivr.follow_up.context import Context
from ivr.follow_up.outbox import LEASE, QUEUED, is_due, stamp
from ivr.queue import agents, entries, withdrawn
from ivr.queue.last_agent import is_worth_the_wait, last_agent
from ivr.queue.tables import agent_offers, queue_entries
from ivr.storage.database import AnyRow
from ivr.telephony import own_numbers

NOBODY_FREE = timedelta(seconds=2)
"""Until the next look for an agent of this caller's wallet, language and topic."""
NOT_AGAIN = timedelta(seconds=60)
"""An agent who did not take a caller is not rung for the same one so soon, unless there is no other."""
ALONE_AGAIN = timedelta(seconds=20)
"""The pause for an agent who is the only one."""
NEVER = "9"
"""Sorts after every moment: an offer that is not looked up, since its talk or attempt knows how it stands."""
Ended = str
"""How an offer ended: declined, missed, withdrawn, failed, or done after a talk."""


@dataclass(frozen=True)
class Wanted:
    """Somebody who is not in the queue, and for whom an agent is wanted by its rules."""

    id: str
    call: str
    wallet: str
    language: str
    topic: str
    entered: str
    wanted: None = None
    wanted_until: str = ""


@dataclass(frozen=True)
class Offer:
    """An offer to place: its id, the agent's address, and the caller ID."""

    id: str
    address: str
    caller_id: str


def begin(conn: sa.Connection, context: Context, entry_id: str) -> Offer | None:
    """Store and return an offer of this caller to the next agent; None when nobody may be rung for them now."""
    lock_until_commit(conn, "queue")  # or two workers would choose the same agent
    now = context.machine()
    here = (queue_entries.c.id == entry_id) & is_due(queue_entries, now)
    entry = conn.execute(sa.select(queue_entries).where(here)).first()
    if entry is None:
        return None
    if conn.scalar(sa.select(journal.calls.c.ended).where(journal.calls.c.call == entry.call)):
        entries.caller_gone(conn, entry.call, now)
        return None
    agent = next_agent(conn, entry, now)
    if agent is None or context.callback_comes_first(context, conn, entry, agent):
        conn.execute(sa.update(queue_entries).where(here).values(next=stamp(now + NOBODY_FREE)))
        return None
    return _insert(conn, context, entry, agent, now)


def claim(conn: sa.Connection, offer_id: str, now: datetime) -> AnyRow | None:
    """The agent accepts: the caller's entry, or None when the caller has left or the offer is over. Repeating is the
    same."""
    offer = _locked(conn, offer_id)
    if offer is None or offer.state not in ("ringing", "claimed", "connected"):
        return None
    here = queue_entries.c.id == offer.entry
    claimed = {"status": "claimed", "staff": offer.staff}
    conn.execute(sa.update(queue_entries).where(here, queue_entries.c.status == "offered").values(**claimed))
    entry = conn.execute(sa.select(queue_entries).where(here)).one()
    if entry.status not in ("claimed", "connected") or entry.staff != offer.staff:
        return None
    if offer.state == "ringing":
        _change(conn, offer_id, state="claimed")
    return entry


def join(conn: sa.Connection, offer_id: str, now: datetime) -> bool:
    """The two legs are joined."""
    offer = _locked(conn, offer_id)
    if offer is None or offer.state not in ("claimed", "connected"):
        return False
    _change(conn, offer_id, state="connected")
    return entries.connect(conn, call_of(conn, offer), now)


def settle(
    conn: sa.Connection,
    offer_id: str,
    ended: Ended,
    now: datetime,
    *,
    caller_stays: bool = False,
    wraps_up: bool = True,
) -> None:
    """The agent's leg is over: the first end counts. A caller who was not reached is offered to the next agent at
    once; with `caller_stays` the caller's talk goes on without this agent, and without `wraps_up` the agent is free at
    once after a talk."""
    offer = _locked(conn, offer_id)
    if offer is None or offer.status != QUEUED:
        return
    talked = offer.state == "connected"
    _change(conn, offer_id, status="over", state="done" if talked else ended)
    if talked:
        if not caller_stays:
            entries.talked(conn, call_of(conn, offer), now)
        if wraps_up:
            agents.wrap_up(conn, offer.staff, now)
        return
    here = (queue_entries.c.id == offer.entry) & queue_entries.c.status.in_(("offered", "claimed"))
    waits_on = {"status": QUEUED, "next": stamp(now)}
    if conn.execute(sa.update(queue_entries).where(here).values(**waits_on)).rowcount:
        wanted = (queue_entries.c.id == offer.entry) & (queue_entries.c.wanted == offer.staff)
        conn.execute(sa.update(queue_entries).where(wanted).values(wanted=None, wanted_until=None))
    else:
        _change(conn, offer_id, state="withdrawn")  # not the agent's miss
        return
    if ended == "missed":
        agents.missed(conn, offer.staff)


def pass_on(conn: sa.Connection, staff_id: str, now: datetime) -> None:
    """The agent leaves or takes a break: a caller for whom they are being rung is offered to the next one at once."""
    here = (agent_offers.c.staff == staff_id) & (agent_offers.c.status == QUEUED) & (agent_offers.c.state == "ringing")
    for offer_id in conn.scalars(sa.select(agent_offers.c.id).where(here)).all():
        decline(conn, offer_id, now)


def decline(conn: sa.Connection, offer_id: str, now: datetime) -> bool:
    """The agent declines at the desk, and the ringing stops; False when the offer was accepted before, or is over."""
    offer = _locked(conn, offer_id)
    if offer is None or (offer.status, offer.state) != (QUEUED, "ringing"):
        return False
    settle(conn, offer_id, "declined", now)
    withdrawn.stop_ringing(conn, offer)
    return True


def set_call_sid(conn: sa.Connection, offer_id: str, call: str) -> None:
    """Store the CallSid of the agent's leg; the first one counts."""
    here = (agent_offers.c.id == offer_id) & agent_offers.c.call.is_(None)
    conn.execute(sa.update(agent_offers).where(here).values(call=call))
    withdrawn.set_call_sid(conn, offer_id, call)


def call_of(conn: sa.Connection, offer: AnyRow) -> str:
    """The caller's call of an offer."""
    return str(conn.scalar(sa.select(queue_entries.c.call).where(queue_entries.c.id == offer.entry)))


def find(conn: sa.Connection, offer_id: str) -> AnyRow | None:
    """An open offer, or None."""
    here = (agent_offers.c.id == offer_id) & (agent_offers.c.status == QUEUED)
    return conn.execute(sa.select(agent_offers).where(here)).first()


def of_agent(conn: sa.Connection, staff: str) -> AnyRow | None:
    """The open offer of an agent, with the caller's `waits` (the status of the entry) and what is known of
    the caller.
    """
    caller = (queue_entries.c.status.label("waits"), queue_entries.c.call.label("caller"))
    more = (queue_entries.c.wallet, queue_entries.c.language, queue_entries.c.topic, queue_entries.c.entered)
    joined = sa.join(agent_offers, queue_entries, queue_entries.c.id == agent_offers.c.entry)
    here = (agent_offers.c.staff == staff) & (agent_offers.c.status == QUEUED)
    return conn.execute(sa.select(agent_offers, *caller, *more).select_from(joined).where(here)).first()


def is_withdrawn(conn: sa.Connection, offer: AnyRow) -> bool:
    """Whether the caller has left while the agent is still rung."""
    waits = conn.scalar(sa.select(queue_entries.c.status).where(queue_entries.c.id == offer.entry))
    return offer.state == "ringing" and waits == "over"


def needs_no_key(conn: sa.Connection, offer: AnyRow) -> bool:
    """Whether the agent's browser was answered by the desk's button, which is the proof of a person; or for nobody."""
    accepted = offer.state in ("claimed", "connected")
    return offer.address.startswith("client:") and (accepted or is_withdrawn(conn, offer))


def next_agent(
    conn: sa.Connection, entry: AnyRow | Wanted, now: datetime, alone: timedelta = ALONE_AGAIN
) -> agents.Agent | None:
    """The agent of the caller's last talk today, or else the one who has been free longest.

    One who did not take this caller lately is chosen only if there is no other, and after the pause `alone`.
    """
    signed_on = agents.agents_signed_on(conn, entry.wallet, now)
    if entry.wanted and entry.wanted_until > stamp(now):
        return next((one for one in signed_on if one.id == entry.wanted and one.activity in ("idle", "wrap-up")), None)
    fitting = [one for one in signed_on if _fits(one, entry)]
    pause = alone if len(fitting) == 1 else NOT_AGAIN
    lately = (agent_offers.c.entry == entry.id) & (agent_offers.c.at > stamp(now - pause))
    asked = set(conn.scalars(sa.select(agent_offers.c.staff).where(lately)))
    free = [one for one in fitting if one.activity == "idle" and one.id not in asked]
    last = last_agent(conn, entry.call, entry.wallet, fitting, now)
    if last is not None and (last in free or (last.id not in asked and is_worth_the_wait(entry, last, now))):
        return last if last in free else None
    return next(iter(free), None)


def _locked(conn: sa.Connection, offer_id: str) -> AnyRow | None:
    return conn.execute(sa.select(agent_offers).where(agent_offers.c.id == offer_id).with_for_update()).first()


def _fits(agent: agents.Agent, entry: AnyRow | Wanted) -> bool:
    return agent.takes(entry.wallet, entry.language, entry.topic)


def _insert(conn: sa.Connection, context: Context, entry: AnyRow, agent: agents.Agent, now: datetime) -> Offer:
    offer_id = secrets.token_hex(8)
    conn.execute(
        sa.insert(agent_offers).values(
            id=offer_id,
            entry=entry.id,
            staff=agent.id,
            address=agent.address,
            at=stamp(now),
            state="ringing",
            status=QUEUED,
            tries=0,
            next=stamp(now + LEASE),
        )
    )
    conn.execute(sa.update(queue_entries).where(queue_entries.c.id == entry.id).values(status="offered"))
    return Offer(offer_id, agent.address, caller_id_for(conn, context.settings, entry))


def caller_id_for(conn: sa.Connection, settings: Settings, entry: AnyRow) -> str:
    """The number of ours from which agents are rung for this caller."""
    facts = {"wallet": entry.wallet} | dict(own_numbers.facts_of(conn, entry.call))
    return own_numbers.caller_id(settings, facts)


def _change(conn: sa.Connection, offer_id: str, **values: object) -> None:
    conn.execute(sa.update(agent_offers).where(agent_offers.c.id == offer_id).values(**values))
