"""Answers TaskRouter: which worker it reserved for which caller becomes an offer, and how reservations ended.

TaskRouter tells the same thing again when an answer was lost, and a reservation that it gave up is no matter of ours
any more. Our tables decide who may be rung: TaskRouter knows an agent's break, or a talk that it did not bring about,
a moment later.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ivr.callbacks import desk_agents
from ivr.config.settings import Settings
from ivr.config.simulated_sids import PAUSE
from ivr.engine import journal, twiml
from ivr.engine.claims import lock_until_commit
from ivr.engine.journal import insert_new
from ivr.follow_up.outbox import LEASE, QUEUED, stamp
from ivr.queue import agents, entries, offers
from ivr.queue.tables import agent_offers, queue_entries
from ivr.storage.database import AnyRow, clean
from ivr.task_routing.tables import task_reservations
from ivr.task_routing.workers import believe
from ivr.telephony.dialling import OWN_CARRIER

Instruction = dict[str, Any]
ENDED_THERE = ("reservation.canceled", "reservation.rescinded")


def assign(
    conn: sa.Connection, settings: Settings, form: Mapping[str, str], now: datetime, business: datetime
) -> Instruction:
    """The answer to an assignment callback: ring this worker, or choose another. A repeated callback gets the same.

    `now` is the machine's time, `business` that of promised callbacks.
    """
    lock_until_commit(conn, "queue")
    sid = clean(form.get("ReservationSid", ""))
    known = sa.select(agent_offers).join(task_reservations, task_reservations.c.offer == agent_offers.c.id)
    offer = conn.execute(known.where(task_reservations.c.id == sid)).first()
    if offer is None:
        offer = _offer(conn, sid, form, now, business)
    if offer is None:
        believe(conn, worker_of(form), PAUSE)
        return refusal(settings)
    return _instruction(conn, settings, offer)


def refusal(settings: Settings) -> Instruction:
    """Choose somebody else. The worker is sent away for a moment: one who stays available is reserved again at once."""
    return {"instruction": "reject", "activity_sid": settings.taskrouter_pause_sid}


def take_event(conn: sa.Connection, form: Mapping[str, str], now: datetime) -> None:
    """An event of the workspace. It may come late, twice, or never."""
    event, sid = form.get("EventType", ""), clean(form.get("ReservationSid", ""))
    if event == "worker.activity.update":
        believe(conn, worker_of(form), clean(form.get("WorkerActivityName", "")) or None)
    elif event == "reservation.timeout":
        _timed_out(conn, sid, now)
    elif event in ENDED_THERE:
        _is_due(conn, task_reservations.c.id == sid, now)
    elif event in ("task.canceled", "task.wrapup"):
        _is_due(conn, task_reservations.c.task == clean(form.get("TaskSid", "")), now)


def reservation_of(conn: sa.Connection, offer: str) -> str | None:
    """The SID of the reservation that became this offer; None where the line chose the agent."""
    return conn.scalar(sa.select(task_reservations.c.id).where(task_reservations.c.offer == offer))


def worker_of(form: Mapping[str, str]) -> str:
    """The member of staff who is this worker."""
    return clean(str(_json(form.get("WorkerAttributes")).get("staff") or form.get("WorkerName", "")))


def _offer(conn: sa.Connection, sid: str, form: Mapping[str, str], now: datetime, business: datetime) -> AnyRow | None:
    """Store an offer of the reserved worker; None when the caller has left, or the agent may not be rung."""
    told = _json(form.get("TaskAttributes"))
    entry = conn.execute(sa.select(queue_entries).where(queue_entries.c.id == clean(str(told.get("entry"))))).first()
    if not sid or entry is None or entry.status not in (*entries.WAITING, "claimed"):
        return None
    if conn.scalar(sa.select(journal.calls.c.ended).where(journal.calls.c.call == entry.call)):
        entries.caller_gone(conn, entry.call, now)
        return None
    agent = next((one for one in agents.everybody(conn, now) if one.id == worker_of(form)), None)
    if agent is None or not _may_be_rung(agent, entry, told) or desk_agents.is_kept(conn, entry, agent, business, now):
        return None
    _give_up_earlier(conn, entry.id, now)
    offer = {"id": secrets.token_hex(8), "entry": entry.id, "staff": agent.id, "address": agent.address}
    times = {"at": stamp(now), "tries": 0, "next": stamp(now + LEASE)}
    conn.execute(sa.insert(agent_offers).values(**offer, **times, state="ringing", status=QUEUED))
    reserved = {"id": sid, "task": clean(form.get("TaskSid", "")), "offer": offer["id"], "status": QUEUED, "tries": 0}
    insert_new(conn, task_reservations, reserved)
    believe(conn, agent.id, None)
    conn.execute(sa.update(queue_entries).where(queue_entries.c.id == entry.id).values(status="offered"))
    return conn.execute(sa.select(agent_offers).where(agent_offers.c.id == offer["id"])).one()


def _may_be_rung(agent: agents.Agent, entry: AnyRow, told: Mapping[str, Any]) -> bool:
    """A free agent who takes such calls; or the very person for whom the caller waits, also during wrap-up."""
    if told.get("wanted") == agent.id:
        return agent.activity in ("idle", "wrap-up") and entry.wallet in agent.wallets
    return agent.activity == "idle" and agent.takes(entry.wallet, entry.language, entry.topic)


def _give_up_earlier(conn: sa.Connection, entry: str, now: datetime) -> None:
    """An open offer of this caller: TaskRouter has given up its reservation, of which we were not told yet."""
    here = (agent_offers.c.entry == entry) & (agent_offers.c.status == QUEUED)
    for earlier in conn.execute(sa.select(agent_offers).where(here)).all():
        _give_up(conn, earlier, now)


def _timed_out(conn: sa.Connection, sid: str, now: datetime) -> None:
    """Nobody took the caller within the time of a reservation."""
    of_offer = sa.select(task_reservations.c.offer).where(task_reservations.c.id == sid)
    offer = conn.execute(sa.select(agent_offers).where(agent_offers.c.id == of_offer.scalar_subquery())).first()
    if offer is not None and offer.status == QUEUED and offer.state != "connected":
        _give_up(conn, offer, now)
    if offer is not None and offer.state != "connected":
        conn.execute(sa.update(task_reservations).where(task_reservations.c.id == sid).values(status="done"))


def _give_up(conn: sa.Connection, offer: AnyRow, now: datetime) -> None:
    """Who did not answer has missed the call; who listens to the summary has not."""
    offers.settle(conn, offer.id, "missed" if offer.state == "ringing" else "failed", now)


def _is_due(conn: sa.Connection, here: sa.ColumnElement[bool], now: datetime) -> None:
    """The worker process looks at these reservations, and at agents who may still be rung for them, at once."""
    of_offers = sa.select(task_reservations.c.offer).where(here)
    rung = agent_offers.c.id.in_(of_offers) & (agent_offers.c.status == QUEUED) & (agent_offers.c.state == "ringing")
    conn.execute(sa.update(agent_offers).where(rung).values(next=stamp(now)))
    conn.execute(sa.update(task_reservations).where(here).values(next=stamp(now)))


def _instruction(conn: sa.Connection, settings: Settings, offer: AnyRow) -> Instruction:
    """Ring the agent; the reservation is accepted when the two are joined, and by nothing else.

    The instruction knows no trunk: whom a carrier of one's own reaches, the worker process rings (`own_carrier`). An
    empty document says that the reservation is dealt with later.
    """
    if offer.address.startswith(OWN_CARRIER):
        return {}
    entry = conn.execute(sa.select(queue_entries).where(queue_entries.c.id == offer.entry)).one()
    url = f"{settings.public_base_url}/voice/offers/{offer.id}"
    return {
        "instruction": "call",
        "to": offer.address,
        "from": offers.caller_id_for(conn, settings, entry),
        "url": url + twiml.OVERRIDES,
        "accept": False,
        "timeout": settings.ring_seconds,
        "status_callback_url": f"{url}/leg{twiml.OVERRIDES}",
    }


def _json(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
