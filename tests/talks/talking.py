"""A talk between a caller and Lin, and what tests do with it and see of it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ivr.queue import agents
from ivr.staff.people import Person
from ivr.staff.tables import audit_log
from ivr.storage.database import begin_read, begin_write
from ivr.talks import operations
from ivr.talks import talk as state
from ivr.talks.tables import talk_legs, talk_steps, talks
from tests.queue.room import ADDRESSES, Room

CHEN = Person("chen", "Chen", "supervisor", ("haiyun",), address="+12025550184")


class Talking:
    """The desk's room, the caller's call and the talk."""

    def __init__(self, room: Room) -> None:
        self.room = room
        room.signs_on("lin", "wang")
        self.caller = room.calls()
        room.works()
        self.id = self.row().id

    def begins_anew(self) -> None:
        """Everybody hangs up, and Lin has another caller."""
        for call in tuple(self.room.simulator.runner.calls.values()):
            if not call.phone_call.over:
                self.room.hangs_up(call)
        self.room.works(61)
        with begin_write(self.room.worker.engine) as conn:
            agents.wish(conn, "wang", "break", self.room.now)
            agents.wish(conn, "lin", "available", self.room.now)
        self.room.does[ADDRESSES["lin"]] = "accept"
        self.caller = self.room.calls()
        self.room.works()
        self.id = self.row().id
        with begin_write(self.room.worker.engine) as conn:
            agents.wish(conn, "wang", "available", self.room.now)

    def does(self, name: str, *given: Any, who: str | Person = "lin") -> None:
        """One operation of the desk, and what the worker does about it."""
        self.asks(name, *given, who=who)
        self.room.works()

    def asks(self, name: str, *given: Any, who: str | Person = "lin") -> None:
        """One operation of the desk; the worker has not seen it yet."""
        me = self.person(who) if isinstance(who, str) else who
        sealer = (self.room.line.app.extensions["line"].sealer,) if name in ("consult", "transfer") else ()
        with begin_write(self.room.worker.engine) as conn:
            getattr(operations, name)(conn, *sealer, self.id, me, *given, self.room.now)

    def person(self, name: str) -> Person:
        """An agent."""
        return Person(name, name.title(), "agent", ("haiyun",), address=ADDRESSES.get(name, ""))

    def in_a_browser(self) -> None:
        """Lin is at a browser, not at a telephone."""
        with begin_write(self.room.worker.engine) as conn:
            conn.execute(sa.update(talk_legs).where(talk_legs.c.id == self.id).values(address="client:lin"))

    def cuts_off(self) -> None:
        """Lin's browser dies; Wang is not there for the moment."""
        self.in_a_browser()
        self.room.does[ADDRESSES["wang"]] = "busy"
        self.room.hangs_up(self.room.leg_of("lin"))

    def row(self) -> Any:
        """The caller's latest talk."""
        query = sa.select(talks).where(talks.c.call == self.caller.leg.sid).order_by(talks.c.began.desc())
        with begin_read(self.room.worker.engine) as conn:
            return conn.execute(query).first()

    def legs(self, *roles: str) -> dict[str, str]:
        """The state of each leg, by its role."""
        with begin_read(self.room.worker.engine) as conn:
            found = conn.execute(sa.select(talk_legs).where(talk_legs.c.talk == self.id).order_by(talk_legs.c.at)).all()
        return {
            one.role: f"{one.state}{', held' if one.hold else ''}" for one in found if not roles or one.role in roles
        }

    def leg(self, role: str) -> Any:
        """The row of a leg."""
        with begin_read(self.room.worker.engine) as conn:
            return state.legs_of(conn, self.id, role)[0]

    def steps(self) -> list[tuple[str, str]]:
        """All steps, with their status."""
        query = sa.select(talk_steps.c.act, talk_steps.c.status).where(talk_steps.c.talk == self.id)
        with begin_read(self.room.worker.engine) as conn:
            return [(row.act, row.status) for row in conn.execute(query.order_by(talk_steps.c.id))]

    def acts(self) -> list[str]:
        """What the audit log says."""
        with begin_read(self.room.worker.engine) as conn:
            return list(conn.scalars(sa.select(audit_log.c.act).order_by(audit_log.c.n)))

    def inside(self) -> list[str]:
        """Who is in the conference at Twilio: caller, or the name of a person."""
        names = {number: name for name, number in ADDRESSES.items()} | {CHEN.address: "chen"}
        live = [one for one in self.room.simulator.runner.account.conferences if one.status != "completed"]
        return sorted(names.get(one.leg.parameters["To"], "caller") for room in live for one in room.participants)

    def participant(self, who: str) -> Any:
        """A participant as Twilio knows them."""
        number = ADDRESSES.get(who, CHEN.address if who == "chen" else "")
        live = [one for one in self.room.simulator.runner.account.conferences if one.status != "completed"]
        return next(
            one
            for room in live
            for one in room.participants
            if one.leg.parameters["To"] == number or (not number and one.leg.sid == self.caller.leg.sid)
        )
