"""Callbacks at the desk: which agent is rung for a callback, and who comes first, a callback or a caller in the queue.

While an attempt rings an agent of the desk, it has an offer of the same id: the database allows one open offer for an
agent, so neither a caller nor another callback rings them meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ivr.callbacks.tables import callback_queue, callbacks
from ivr.config.logs import logger
from ivr.engine import journal
from ivr.engine.call import is_urgent
from ivr.follow_up.context import Context
from ivr.follow_up.outbox import QUEUED, stamp
from ivr.queue import agents, offers
from ivr.queue.agents import WRAP_UP
from ivr.queue.board import Caller, Engaged
from ivr.queue.offers import NEVER, Wanted
from ivr.queue.tables import IN_ORDER, agent_offers, queue_entries, talk_notes
from ivr.queue.talk_notes import WRITABLE
from ivr.storage.database import AnyRow, begin_read

OVERDUE = timedelta(minutes=15)
"""After its slot, a callback comes before everybody who waits in the queue."""
LATE = timedelta(minutes=1)
"""A callback that was not looked at for so long holds no agent free: something is wrong with it, or with the worker."""
ACCEPTED = ("claimed", "connected", "done")
PROMISE = (callbacks.c.wallet, callbacks.c.call, callbacks.c.slot)


def wanted(conn: sa.Connection, callback: AnyRow) -> Wanted:
    """Who may ring this customer, by the call in which the callback was promised."""
    last = journal.load_state(conn, callback.call).last
    facts = last.facts if last else {}
    topic = "security" if is_urgent(facts) else str(facts.get("topic", "other"))
    language = last.language if last else "both"
    return Wanted(callback.id, callback.call, callback.wallet, language, topic, callback.at)


def is_staffed(conn: sa.Connection, who: Wanted, now: datetime) -> bool:
    """Whether agents who take such calls are signed on, also if all of them are busy."""
    signed_on = agents.agents_signed_on(conn, who.wallet, now)
    return any(one.takes(who.wallet, who.language, who.topic) for one in signed_on)


def free_agent(
    conn: sa.Connection, callback: AnyRow, who: Wanted, now: datetime, machine: datetime
) -> agents.Agent | None:
    """The agent to ring, by the rules of an offer; None while nobody is free, or a caller whom they take is ahead."""
    agent = offers.next_agent(conn, who, machine, alone=offers.NOT_AGAIN)
    if agent is None:
        return None
    waiting = sa.select(queue_entries).where(queue_entries.c.wallet == who.wallet, queue_entries.c.status == QUEUED)
    for entry in conn.execute(waiting.order_by(*IN_ORDER)):
        if agent.takes(entry.wallet, entry.language, entry.topic):
            return agent if _is_ahead(conn, callback, entry, now) else None
    return agent


def comes_first(context: Context, conn: sa.Connection, entry: AnyRow, agent: agents.Agent) -> bool:
    """Whether this agent is kept free for a callback that is ahead of this caller."""
    return is_kept(conn, entry, agent, context.clock(conn), context.machine())


def is_kept(conn: sa.Connection, entry: AnyRow, agent: agents.Agent, now: datetime, machine: datetime) -> bool:
    """The same, by these clocks."""
    here = _soon(now) & (callbacks.c.wallet == entry.wallet)
    return any(
        _is_ahead(conn, row, entry, now)
        and offers.next_agent(conn, wanted(conn, row), machine, offers.NOT_AGAIN) == agent
        for row in conn.execute(_promised().where(here)).all()
    )


def kept(conn: sa.Connection, now: datetime, machine: datetime) -> set[str]:
    """The agents who are about to be rung for a callback."""
    found = (
        free_agent(conn, row, wanted(conn, row), now, machine)
        for row in conn.execute(_promised().where(_soon(now))).all()
    )
    return {agent.id for agent in found if agent is not None}


def _soon(now: datetime) -> sa.ColumnElement[bool]:
    """Callbacks that the dialler looks at now, or in a moment."""
    looked_at = callback_queue.c.next.between(stamp(now - LATE), stamp(now + offers.NOBODY_FREE))
    return (callback_queue.c.status == QUEUED) & looked_at


def engage(conn: sa.Connection, attempt_id: str, callback: str, agent: agents.Agent, machine: datetime) -> None:
    """The agent is rung for this callback."""
    told = {"id": attempt_id, "entry": callback, "staff": agent.id, "address": agent.address, "at": stamp(machine)}
    told |= {"state": "ringing", "status": QUEUED, "next": NEVER}
    conn.execute(sa.insert(agent_offers).values(tries=0, **told))


def claim(conn: sa.Connection, attempt_id: str) -> None:
    """The agent has accepted, by the desk's button or by key 1."""
    _change(conn, attempt_id, agent_offers.c.state == "ringing", state="claimed")


def connect(conn: sa.Connection, attempt_id: str, machine: datetime) -> None:
    """The customer has pressed 1; `since` is the beginning of the talk."""
    _change(conn, attempt_id, agent_offers.c.state == "claimed", state="connected", since=stamp(machine))


def free(conn: sa.Connection, attempt: AnyRow, ended: str, machine: datetime, *, talked: bool) -> None:
    """The attempt is over: wrap-up after a talk, and the missed state for an agent who did not answer."""
    offer = offers.find(conn, attempt.id)
    if offer is None:
        return
    state = "done" if attempt.accepted else _unaccepted(ended)
    _change(conn, attempt.id, sa.true(), status="over", state=state, ended=stamp(machine) if talked else None)
    if offer.state == "connected":
        agents.wrap_up(conn, offer.staff, machine)
    elif state == "missed":
        agents.missed(conn, offer.staff)


def of_agent(conn: sa.Connection, staff: str) -> AnyRow | None:
    """The open offer of a callback to this agent."""
    here = (agent_offers.c.staff == staff) & (agent_offers.c.status == QUEUED)
    ours = sa.select(agent_offers).join(callback_queue, callback_queue.c.id == agent_offers.c.entry)
    return conn.execute(ours.where(here)).first()


def accepted_by_button(conn: sa.Connection, attempt_id: str) -> bool:
    """Whether the agent's browser was answered by the desk's button, which is the proof of a person."""
    offer = offers.find(conn, attempt_id)
    return offer is not None and offer.state in ACCEPTED and offer.address.startswith("client:")


def engaged(conn: sa.Connection) -> Iterator[Engaged]:
    """The agents who are rung for a callback, or are in one, as the board has those of callers."""
    open_ = (agent_offers.c.status == QUEUED) & (agent_offers.c.entry == callback_queue.c.id)
    for offer in conn.execute(sa.select(agent_offers).where(open_).order_by(agent_offers.c.id)).all():
        who = wanted(conn, conn.execute(_promised().where(callback_queue.c.id == offer.entry)).one())
        caller = Caller(who.id, who.call, who.wallet, who.language, who.topic, 0, offer.at, "callback", 0, offer.since)
        yield Engaged(offer.id, offer.staff, offer.state, offer.at, caller, is_callback=True)


def accepted_by(call: Any, staff: str) -> Any:
    """When this person accepted callbacks that were promised in a call: a query for the times of the offers."""
    joined = sa.select(agent_offers.c.at).join(callbacks, callbacks.c.id == agent_offers.c.entry)
    return joined.where(callbacks.c.call == call, agent_offers.c.staff == staff, agent_offers.c.state.in_(ACCEPTED))


def talk_of(conn: sa.Connection, call: str, staff: str, now: datetime) -> AnyRow | None:
    """The talk of this person with the customer whose callback was promised in a call, until an hour after its end."""
    mine = (callbacks.c.call == call) & (agent_offers.c.staff == staff)
    in_time = (agent_offers.c.state == "connected") | (agent_offers.c.ended > stamp(now - WRITABLE))
    return conn.execute(_talks().where(mine, in_time).order_by(agent_offers.c.since.desc()).limit(1)).first()


def just_ended(conn: sa.Connection, now: datetime) -> dict[str, str]:
    """Agent → the call whose callback they have just finished, and about which nothing is written yet."""
    written = sa.exists().where(talk_notes.c.entry == callbacks.c.id, talk_notes.c.staff == agent_offers.c.staff)
    ended = _talks().where(agent_offers.c.ended > stamp(now - WRAP_UP), ~written)
    return {row.staff: row.call for row in conn.execute(ended.order_by(agent_offers.c.ended))}


def _talks() -> Any:
    """Callbacks with the agents who were rung for them; `id` is that of the callback."""
    rung = (agent_offers.c.staff, agent_offers.c.since, agent_offers.c.ended)
    joined = sa.join(callbacks, agent_offers, agent_offers.c.entry == callbacks.c.id)
    return sa.select(callbacks.c.id, callbacks.c.call, *rung).select_from(joined)


def watch_overdue(context: Context) -> None:
    """The alarm, at each look: callbacks are overdue, and nobody can be rung for them."""
    with begin_read(context.engine) as conn:
        now = context.clock(conn)
        due = callback_queue.c.next.is_(None) | (callback_queue.c.next <= stamp(now + LATE))
        rows = conn.execute(_promised().where(callback_queue.c.status == QUEUED, due)).all()
    if number := sum(_is_overdue(row, now) for row in rows):
        logger("follow-up").error("callbacks are overdue", number=number)


def _promised() -> Any:
    return sa.select(callback_queue, *PROMISE).join(callbacks, callbacks.c.id == callback_queue.c.id)


def _is_overdue(callback: AnyRow, now: datetime) -> bool:
    return now - datetime.fromisoformat(callback.slot or callback.at) >= OVERDUE


def _is_ahead(conn: sa.Connection, callback: AnyRow, entry: AnyRow, now: datetime) -> bool:
    """Whether the callback is overdue, or the place that was kept in the queue for it is before this caller's."""
    if _is_overdue(callback, now):
        return True
    kept = sa.select(*IN_ORDER).where(queue_entries.c.call == callback.call, queue_entries.c.kept).order_by(*IN_ORDER)
    place = conn.execute(kept).first()
    return place is not None and tuple(place) < (entry.priority, entry.began or entry.entered, entry.id)


def _unaccepted(ended: str) -> str:
    if ended == "agent did not answer" or ended.startswith("refused"):
        return "missed"
    return "declined" if ended in ("declined", "agent busy") else "failed"


def _change(conn: sa.Connection, attempt_id: str, when: sa.ColumnElement[bool], **values: object) -> None:
    here = (agent_offers.c.id == attempt_id) & (agent_offers.c.status == QUEUED)
    conn.execute(sa.update(agent_offers).where(here, when).values(**values))
