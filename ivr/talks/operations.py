"""What people at the desk do with a talk. Each function writes what is wanted, in one transaction with its row in the
audit log; the worker asks Twilio for it, and the conference's notices say when it is so.

Each raises Refused, with a reason for the page to show, when it cannot be done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from ivr.engine import journal
from ivr.engine.claims import lock_until_commit
from ivr.engine.secrets import Sealer
from ivr.follow_up.outbox import QUEUED, stamp
from ivr.queue import agents, entries
from ivr.queue.tables import queue_entries
from ivr.staff import audit, people
from ivr.staff.people import Person
from ivr.staff.roles import TOPICS
from ivr.storage.database import AnyRow, clean
from ivr.talks import talk as state

Reason = Literal[
    "no-talk",
    "over",
    "held",
    "not-held",
    "consulting",
    "nobody",
    "not-answered",
    "too-late",
    "no-address",
    "engaged",
]
Hears = Literal["listen", "whisper", "join"]
LONGEST_NOTE = 300
"""Characters; it is read out to the colleague."""


class Refused(Exception):
    """It cannot be done; `reason` is for the page."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True)
class To:
    """Whom to consult or to transfer to: a person, or else whoever takes a topic; and the agent's note for them."""

    person: str = ""
    topic: str = ""
    note: str = ""


def hold(conn: sa.Connection, talk_id: str, me: Person, now: datetime) -> None:
    """Let the caller hear music."""
    talk, agent = _mine(conn, talk_id, me)
    if talk.holding:
        raise Refused("held")
    _note(conn, talk, me, "talk-held", now)
    _hold(conn, talk, agent)


def unhold(conn: sa.Connection, talk_id: str, me: Person, now: datetime) -> None:
    """Let the caller back; with a colleague who was consulted, all three talk."""
    talk, _ = _mine(conn, talk_id, me)
    if not talk.holding:
        raise Refused("not-held")
    _note(conn, talk, me, "talk-unheld", now)
    _unhold(conn, talk)


def consult(conn: sa.Connection, sealer: Sealer, talk_id: str, me: Person, to: To, now: datetime) -> None:
    """Ring a colleague, whom the agent hears while the caller is on hold."""
    talk, agent = _mine(conn, talk_id, me)
    if state.legs_of(conn, talk.id, "consulted"):
        raise Refused("consulting")
    lock_until_commit(conn, "queue")  # or an offer could ring the same colleague
    colleague = _free_colleague(conn, talk, me, to, now)
    _note(conn, talk, me, "talk-consulted", now, whom=colleague.id)
    _keep_note(conn, sealer, talk, to.note)
    if not talk.holding:
        _hold(conn, talk, agent)
    leg = state.add_leg(conn, talk.id, "consulted", now, staff=colleague.id, address=colleague.address)
    if not state.occupy(conn, talk, leg, colleague.id, colleague.address, now):
        raise Refused("nobody")
    state.add_step(conn, talk.id, "ring", leg)


def complete(conn: sa.Connection, talk_id: str, me: Person, now: datetime) -> None:
    """Leave the caller to the colleague who was consulted."""
    talk, _ = _mine(conn, talk_id, me)
    joined = [leg for leg in state.legs_of(conn, talk.id, "consulted") if leg.state == "joined"]
    if not joined:
        raise Refused("not-answered")
    _note(conn, talk, me, "talk-handed-over", now, whom=joined[0].staff)
    state.hand_over(conn, talk, joined[0], now)


def cancel(conn: sa.Connection, talk_id: str, me: Person, now: datetime) -> None:
    """End the consultation: the colleague is hung up, and the caller is back."""
    talk, _ = _mine(conn, talk_id, me)
    consulted = state.legs_of(conn, talk.id, "consulted")
    if not consulted:
        raise Refused("not-answered")
    _note(conn, talk, me, "talk-consultation-ended", now)
    for leg in consulted:
        state.drop(conn, leg, now)
    if talk.holding:
        _unhold(conn, talk)


def transfer(conn: sa.Connection, sealer: Sealer, talk_id: str, me: Person, to: To, now: datetime) -> None:
    """Send the caller to the head of the queue, for a person or a topic."""
    talk, _ = _mine(conn, talk_id, me)
    if to.person:
        whom = people.find(conn, to.person)
        if whom is None or whom.disabled or not whom.address or talk.wallet not in whom.wallets or whom.id == me.id:
            raise Refused("nobody")
    elif to.topic not in TOPICS:
        raise Refused("nobody")
    _note(conn, talk, me, "talk-transferred", now, whom=to.person or to.topic)
    _keep_note(conn, sealer, talk, to.note)
    state.change(conn, talk.id, to_staff=to.person or None, to_topic=None if to.person else to.topic)
    _end(conn, talk, "transfer", now)


def end(conn: sa.Connection, talk_id: str, me: Person, now: datetime) -> None:
    """End the talk: the caller goes on in the flow, also from hold."""
    talk, _ = _mine(conn, talk_id, me)
    _note(conn, talk, me, "talk-ended", now)
    _end(conn, talk, "end", now)


def hang_up(conn: sa.Connection, me: Person, now: datetime) -> None:
    """The agent hangs up in the browser, and is not cut off: to be told before the leg ends. Nothing without a talk.

    A caller on hold is not let go by that: they go to the colleague who was consulted, or to the queue.
    """
    talk = state.of_agent(conn, me.id)
    if talk is not None and talk.plan is None and not talk.holding and state.is_connected(conn, talk):
        _note(conn, talk, me, "talk-ended", now)
        state.change(conn, talk.id, plan="end")
        if talk.mode == "conference":
            for caller in state.legs_of(conn, talk.id, "caller"):
                state.add_step(conn, talk.id, "release", caller.id)


def rejoin(conn: sa.Connection, talk_id: str, me: Person, now: datetime) -> None:
    """The agent who was cut off is rung again for the caller who waits for them."""
    talk = _found(conn, talk_id, me)
    entry = conn.execute(sa.select(queue_entries).where(queue_entries.c.id == talk.entry).with_for_update()).first()
    waits = entry is not None and entry.status == QUEUED and (entry.next or "") > stamp(now)
    if talk.staff != me.id or talk.status == QUEUED or talk.plan is not None or not waits:
        raise Refused("too-late")
    _note(conn, talk, me, "talk-rejoined", now)
    wanted = {"wanted": me.id, "wanted_until": stamp(now + entries.WANTED), "next": None}
    conn.execute(sa.update(queue_entries).where(queue_entries.c.id == talk.entry).values(**wanted))


def supervise(conn: sa.Connection, talk_id: str, me: Person, hears: Hears, now: datetime) -> None:
    """Ring the supervisor to listen, to speak to the agent alone, or to speak to both; or change that."""
    talk = _found(conn, talk_id, me)
    if not me.may("supervise"):
        raise Refused("no-talk")
    if talk.status != QUEUED or talk.plan is not None or not state.is_connected(conn, talk):
        raise Refused("over")
    if not me.address:
        raise Refused("no-address")
    _note(conn, talk, me, "talk-supervised", now, hears=hears)
    mine = [leg for leg in state.legs_of(conn, talk.id, "supervisor") if leg.staff == me.id]
    for leg in mine:
        state.change_leg(conn, leg.id, hears=hears)
        state.add_step(conn, talk.id, "hears", leg.id)
    if not mine:
        _ring_supervisor(conn, talk, me, hears, now)


def _ring_supervisor(conn: sa.Connection, talk: AnyRow, me: Person, hears: Hears, now: datetime) -> None:
    lock_until_commit(conn, "queue")
    state.to_conference(conn, talk, _agent(conn, talk))
    leg = state.add_leg(conn, talk.id, "supervisor", now, staff=me.id, address=me.address, hears=hears)
    if not state.occupy(conn, talk, leg, me.id, me.address, now):
        raise Refused("engaged")
    state.add_step(conn, talk.id, "ring", leg)


def stop_supervising(conn: sa.Connection, talk_id: str, me: Person, now: datetime) -> None:
    """Hang the supervisor up."""
    talk = _found(conn, talk_id, me)
    mine = [leg for leg in state.legs_of(conn, talk.id, "supervisor") if leg.staff == me.id]
    if not mine:
        raise Refused("over")
    _note(conn, talk, me, "talk-supervision-ended", now)
    for leg in mine:
        state.drop(conn, leg, now)


def _found(conn: sa.Connection, talk_id: str, me: Person) -> AnyRow:
    """A talk of the person's wallets, by its id or that of a leg, such as an offer's; there is no other for them."""
    leg = state.leg_of(conn, talk_id)
    talk = state.find(conn, leg.talk if leg is not None else talk_id)
    if talk is None or talk.wallet not in me.scope:
        raise Refused("no-talk")
    return talk


def _mine(conn: sa.Connection, talk_id: str, me: Person) -> tuple[AnyRow, AnyRow]:
    """A talk of this agent that goes on, and the agent's leg."""
    talk = _found(conn, talk_id, me)
    if talk.staff != me.id:
        raise Refused("no-talk")
    if talk.status != QUEUED or talk.plan is not None or not state.is_connected(conn, talk):
        raise Refused("over")
    return talk, _agent(conn, talk)


def _agent(conn: sa.Connection, talk: AnyRow) -> AnyRow:
    agent = next(iter(state.legs_of(conn, talk.id, "agent")), None)
    if agent is None:
        raise Refused("over")
    return agent


def _hold(conn: sa.Connection, talk: AnyRow, agent: AnyRow) -> None:
    state.to_conference(conn, talk, agent)
    state.change(conn, talk.id, holding=True, trouble=None)
    for caller in state.legs_of(conn, talk.id, "caller"):
        state.add_step(conn, talk.id, "hold", caller.id)


def _unhold(conn: sa.Connection, talk: AnyRow) -> None:
    state.change(conn, talk.id, holding=False, trouble=None)
    for caller in state.legs_of(conn, talk.id, "caller"):
        state.add_step(conn, talk.id, "unhold", caller.id)


def _end(conn: sa.Connection, talk: AnyRow, plan: str, now: datetime) -> None:
    """The agent's leg ends; in a conference all leave it, and the caller's own request goes by the plan."""
    state.change(conn, talk.id, plan=plan)
    for leg in state.legs_of(conn, talk.id):
        if leg.role != "caller":
            state.drop(conn, leg, now)
        elif talk.mode == "conference":
            state.add_step(conn, talk.id, "release", leg.id)


def _free_colleague(conn: sa.Connection, talk: AnyRow, me: Person, to: To, now: datetime) -> agents.Agent:
    language = conn.scalar(sa.select(queue_entries.c.language).where(queue_entries.c.id == talk.entry))
    for one in agents.agents_signed_on(conn, talk.wallet, now):
        asked = one.id == to.person if to.person else one.takes(talk.wallet, str(language), to.topic)
        if asked and one.activity == "idle" and one.id != me.id:
            return one
    raise Refused("nobody")


def _keep_note(conn: sa.Connection, sealer: Sealer, talk: AnyRow, note: str) -> None:
    text = (clean(note) or "").strip()[:LONGEST_NOTE]
    if text:
        sealed = sealer.for_call(journal.key(conn, talk.call)).seal(text)
        state.change(conn, talk.id, note_sealed=sealed)


def _note(conn: sa.Connection, talk: AnyRow, me: Person, act: str, now: datetime, **details: str) -> None:
    audit.record(conn, me.id, act, talk.call, now, talk.wallet, **details)
