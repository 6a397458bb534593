"""A talk from its claim to the caller's way on.

Agent and caller are joined by `<Dial><Queue>`, without any request to Twilio's REST API: a talk that needs no more goes
on and ends although that API is down. The first hold, consultation or supervisor sends the agent's leg to a conference;
the bridge ends by that, and the caller's own request for the turn after the wait follows into the same conference.

No leg ends the conference. When the agent is gone, the caller's request says where the caller goes: on with the flow,
back to the head of the queue, or to the agent who stays. That request is the one place in which this is decided, so a
late notice or a request to Twilio that was lost never leaves a caller in two places.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from ivr.engine.journal import insert_new
from ivr.follow_up.outbox import LEASE, QUEUED, stamp
from ivr.queue import agents, entries, offers
from ivr.queue.offers import NEVER
from ivr.queue.tables import agent_offers, queue_entries
from ivr.storage.database import AnyRow
from ivr.talks.tables import talk_legs, talk_steps, talks

Way = Literal["conference", "queue", "flow"]


def begin(conn: sa.Connection, offer: AnyRow, entry: AnyRow, now: datetime) -> None:
    """An agent has claimed a caller. Repeating changes nothing."""
    talk = {
        "id": offer.id,
        "entry": entry.id,
        "call": entry.call,
        "wallet": entry.wallet,
        "staff": offer.staff,
        "mode": "bridged",
        "holding": False,
        "conference_over": False,
        "began": stamp(now),
        "status": QUEUED,
        "tries": 0,
        "next": stamp(now + LEASE),
    }
    if insert_new(conn, talks, talk):
        earlier = (talks.c.call == entry.call) & (talks.c.status == QUEUED) & (talks.c.id != offer.id)
        conn.execute(sa.update(talks).where(earlier).values(status="over", ended=stamp(now)))
        add_leg(conn, offer.id, "caller", now, state="claimed", call=entry.call)
        agent = {"staff": offer.staff, "address": offer.address, "call": offer.call}
        add_leg(conn, offer.id, "agent", now, state="claimed", id=offer.id, **agent)


def add_leg(conn: sa.Connection, talk: str, role: str, now: datetime, **values: object) -> str:
    """Add a leg; its id."""
    leg: dict[str, object] = {
        "id": secrets.token_hex(8),
        "talk": talk,
        "role": role,
        "address": "",
        "state": "ringing",
        "at": stamp(now),
    }
    leg |= {"hold": False, "sequence": -1} | values
    conn.execute(sa.insert(talk_legs).values(**leg))
    return str(leg["id"])


def add_step(conn: sa.Connection, talk: str, act: str, leg: str) -> None:
    """Add what is to be asked of Twilio; the steps of a talk are taken in order."""
    number = conn.scalar(sa.select(sa.func.count()).where(talk_steps.c.talk == talk)) or 0
    step = {"id": f"{talk}-{number:05d}", "talk": talk, "leg": leg, "act": act, "status": QUEUED, "tries": 0}
    conn.execute(sa.insert(talk_steps).values(**step))


def find(conn: sa.Connection, talk: str) -> AnyRow | None:
    """A talk, locked until the commit; None when there is none."""
    return conn.execute(sa.select(talks).where(talks.c.id == talk).with_for_update()).first()


def of_call(conn: sa.Connection, call: str) -> AnyRow | None:
    """The talk of a caller that goes on, locked until the commit."""
    here = (talks.c.call == call) & (talks.c.status == QUEUED)
    return conn.execute(sa.select(talks).where(here).order_by(talks.c.began.desc()).with_for_update()).first()


def of_agent(conn: sa.Connection, staff: str) -> AnyRow | None:
    """The talk that an agent has now, locked until the commit."""
    here = (talks.c.staff == staff) & (talks.c.status == QUEUED)
    return conn.execute(sa.select(talks).where(here).order_by(talks.c.began.desc()).with_for_update()).first()


def transferred(conn: sa.Connection, call: str) -> AnyRow | None:
    """The latest transfer of a caller."""
    here = (talks.c.call == call) & (talks.c.plan == "transfer")
    return conn.execute(sa.select(talks).where(here).order_by(talks.c.began.desc())).first()


def leg_of(conn: sa.Connection, leg: str) -> AnyRow | None:
    """A leg by its id."""
    return conn.execute(sa.select(talk_legs).where(talk_legs.c.id == leg)).first()


def legs_of(conn: sa.Connection, talk: str, *roles: str) -> list[AnyRow]:
    """The legs of a talk that have not left, of these roles, oldest first."""
    here = (talk_legs.c.talk == talk) & (talk_legs.c.state != "left")
    if roles:
        here &= talk_legs.c.role.in_(roles)
    return list(conn.execute(sa.select(talk_legs).where(here).order_by(talk_legs.c.at, talk_legs.c.id)))


def change(conn: sa.Connection, talk: str, **values: object) -> None:
    """Change columns of a talk."""
    conn.execute(sa.update(talks).where(talks.c.id == talk).values(**values))


def change_leg(conn: sa.Connection, leg: str, **values: object) -> None:
    """Change columns of a leg."""
    conn.execute(sa.update(talk_legs).where(talk_legs.c.id == leg).values(**values))


def to_conference(conn: sa.Connection, talk: AnyRow, agent: AnyRow) -> None:
    """Send both legs to the conference, unless they are there."""
    if talk.mode == "bridged":
        change(conn, talk.id, mode="conference")
        add_step(conn, talk.id, "move", agent.id)


def hand_over(conn: sa.Connection, talk: AnyRow, to: AnyRow, now: datetime) -> None:
    """The consulted colleague has the talk from now on; the caller is with them, and the first agent is out."""
    for leg in legs_of(conn, talk.id, "agent"):
        change_leg(conn, leg.id, role="former")
        add_step(conn, talk.id, "drop", leg.id)
        offers.settle(conn, leg.id, "done", now, caller_stays=True)
    change_leg(conn, to.id, role="agent")
    offer = (agent_offers.c.id == to.id) & (agent_offers.c.status == QUEUED)
    conn.execute(sa.update(agent_offers).where(offer).values(entry=talk.entry, about=None))
    change(conn, talk.id, staff=to.staff, holding=False)
    conn.execute(sa.update(queue_entries).where(queue_entries.c.id == talk.entry).values(staff=to.staff))
    for leg in legs_of(conn, talk.id, "caller"):
        add_step(conn, talk.id, "unhold", leg.id)


def leg_ended(conn: sa.Connection, leg_id: str, how: str, now: datetime) -> None:
    """A leg's call is over; the first end counts. Without an agent, a colleague who was asked takes over, or the
    caller is sent out of the conference to where they go on."""
    found = leg_of(conn, leg_id)
    talk = find(conn, found.talk) if found else None
    leg = leg_of(conn, leg_id)  # as it is under the talk's lock
    if talk is None or leg is None or leg.state == "left":
        return
    change_leg(conn, leg_id, state="left")
    had_the_caller = is_connected(conn, talk)
    if leg.role != "caller":
        _free(conn, leg, how, now)
    if leg.role != "agent" or talk.status != QUEUED:
        return
    if not had_the_caller:  # hung up during the summary
        over(conn, talk, now)
        return
    joined = [one for one in legs_of(conn, talk.id, "consulted") if one.state == "joined"]
    if joined and talk.plan is None:
        hand_over(conn, talk, joined[0], now)
    elif talk.mode == "conference":
        release(conn, talk.id)


def release(conn: sa.Connection, talk: str) -> None:
    """Let the caller out of a conference in which nobody is left for them; once at a time."""
    waiting = (talk_steps.c.talk == talk) & (talk_steps.c.act == "release") & (talk_steps.c.status == QUEUED)
    if legs_of(conn, talk, "agent") or conn.scalar(sa.select(sa.exists().where(waiting))):
        return
    for caller in legs_of(conn, talk, "caller"):
        add_step(conn, talk, "release", caller.id)


def caller_goes_on(conn: sa.Connection, call: str, turn: int, now: datetime) -> tuple[Way, AnyRow] | None:
    """Where a caller goes whose bridge or conference has ended, by their own request; None without a talk."""
    talk = of_call(conn, call)
    if talk is None:
        return None
    change(conn, talk.id, turn=turn)
    way = _way(conn, talk)
    if way == "conference":
        return way, talk
    over(conn, talk, now)
    if way == "queue":
        _back_to_the_queue(conn, talk, now)
    return way, talk


def caller_gone(conn: sa.Connection, call: str, now: datetime) -> None:
    """The caller's call is over: everybody else is hung up."""
    talk = of_call(conn, call)
    if talk is not None:
        over(conn, talk, now)


def over(conn: sa.Connection, talk: AnyRow, now: datetime) -> None:
    """The talk is over: every other leg ends."""
    change(conn, talk.id, status="over", ended=stamp(now))
    for leg in legs_of(conn, talk.id):
        if leg.role == "caller":
            change_leg(conn, leg.id, state="left")
        elif talk.mode == "conference":  # a bridge ends for both
            drop(conn, leg, now)


def drop(conn: sa.Connection, leg: AnyRow, now: datetime) -> None:
    """Hang a leg up. One that has not accepted yet counts as over at once: if it is answered, it hears nothing."""
    add_step(conn, leg.talk, "drop", leg.id)
    if leg.state == "ringing" or leg.role == "consulted":
        change_leg(conn, leg.id, state="left")
        _free(conn, leg, "withdrawn", now)


def pass_on(conn: sa.Connection, staff: str, now: datetime) -> None:
    """A colleague or supervisor leaves or takes a break while they are rung for a talk: the ringing stops."""
    rings = (talk_legs.c.staff == staff) & (talk_legs.c.state == "ringing") & (talk_legs.c.role != "agent")
    here = sa.select(talk_legs.c.id, talk_legs.c.talk).where(rings).order_by(talk_legs.c.id)
    for row in conn.execute(here).all():
        talk = find(conn, row.talk)
        leg = leg_of(conn, row.id)  # as it is under the talk's lock
        if talk is not None and talk.status == QUEUED and leg is not None and leg.state == "ringing":
            drop(conn, leg, now)


def is_connected(conn: sa.Connection, talk: AnyRow) -> bool:
    """Whether the caller of a talk is or was joined with this agent; else the agent has accepted only."""
    status = conn.scalar(sa.select(queue_entries.c.status).where(queue_entries.c.id == talk.entry))
    return status in ("connected", "over")


def occupy(conn: sa.Connection, talk: AnyRow, leg: str, staff: str, address: str, now: datetime) -> bool:
    """A colleague or supervisor is rung about a talk: an offer of their own, so nobody else rings them meanwhile.

    False when they are engaged already.
    """
    engaged = (agent_offers.c.staff == staff) & (agent_offers.c.status == QUEUED)
    if conn.scalar(sa.select(sa.exists().where(engaged))):
        return False
    offer = {"id": leg, "entry": leg, "about": talk.entry, "staff": staff, "address": address, "at": stamp(now)}
    conn.execute(sa.insert(agent_offers).values(**offer, state="ringing", status=QUEUED, tries=0, next=NEVER))
    return True


def claimed(conn: sa.Connection, leg: str) -> None:
    """A consulted colleague or a supervisor has accepted by the desk's button, before their browser answers."""
    change_leg(conn, leg, state="claimed")
    rings = (agent_offers.c.id == leg) & (agent_offers.c.status == QUEUED) & (agent_offers.c.state == "ringing")
    conn.execute(sa.update(agent_offers).where(rings).values(state="claimed"))


def answered(conn: sa.Connection, leg: AnyRow) -> None:
    """A consulted colleague or a supervisor has accepted by key 1."""
    if leg.state == "ringing":
        change_leg(conn, leg.id, state="claimed")
    open_ = (agent_offers.c.id == leg.id) & (agent_offers.c.status == QUEUED)
    conn.execute(sa.update(agent_offers).where(open_).values(state="connected"))


def _way(conn: sa.Connection, talk: AnyRow) -> Way:
    """By the agent's choice; else to whoever is still there; else by whether the agent hung up or was cut off."""
    if talk.plan is not None:
        return "queue" if talk.plan == "transfer" else "flow"
    agent = next(iter(legs_of(conn, talk.id, "agent")), None)
    if talk.mode == "conference" and agent is not None:
        return "conference"
    last = conn.execute(
        sa.select(talk_legs).where(talk_legs.c.talk == talk.id, talk_legs.c.role == "agent").limit(1)
    ).first()
    in_a_browser = last is not None and last.address.startswith("client:")
    return "queue" if talk.holding or in_a_browser else "flow"


def _back_to_the_queue(conn: sa.Connection, talk: AnyRow, now: datetime) -> None:
    if talk.plan != "transfer":
        kept = stamp(now + entries.REJOIN)
        entries.come_back(conn, talk.entry, next=kept, wanted=talk.staff, wanted_until=kept)
        return
    topic = {"topic": talk.to_topic} if talk.to_topic else {}
    person = {"wanted": talk.to_staff, "wanted_until": stamp(now + entries.WANTED)} if talk.to_staff else {}
    entries.come_back(conn, talk.entry, **topic, **person)


def _free(conn: sa.Connection, leg: AnyRow, how: str, now: datetime) -> None:
    """The agent of a leg is not engaged any more. A colleague who did not answer has missed the call; a supervisor has
    nothing to write about a talk that was another's, and so no wrap-up."""
    waited = leg.role == "consulted" and leg.state == "ringing"
    if waited and how == "missed" and leg.staff:
        agents.missed(conn, leg.staff)
    offers.settle(conn, leg.id, how, now, caller_stays=leg.role != "agent", wraps_up=leg.role != "supervisor")
