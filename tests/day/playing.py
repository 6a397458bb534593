"""Plays the day: callers call, wait, talk and leave; agents come, answer, miss calls and go. Time is virtual."""

from __future__ import annotations

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from ivr.callbacks import dialler
from ivr.engine import journal
from ivr.engine.secrets import Sealer
from ivr.queue import agents, ringing, withdrawn
from ivr.queue.tables import agent_offers, queue_entries
from ivr.simulator.account.leg_events import Input
from ivr.staff import people
from ivr.staff.tables import staff
from ivr.storage.database import begin_read, begin_write
from ivr.talks import operations, steps
from tests.call_flows.line import HAIYUN
from tests.day.network import BadTelephone, BadWire
from tests.day.people import HOUR, LENGTH, OPENING, Colleague, Customer, Trouble, colleagues, customers, trouble
from tests.queue.room import TOPICS, Room

SHORT, LONG = 2.0, 30.0
"""Seconds between two rounds of the worker while somebody waits, and at other times."""
BEGIN = datetime(2026, 11, 23, int(OPENING) - 8, tzinfo=UTC)
"""A Monday, at OPENING by the clock in Shanghai."""
OUTBOXES = (
    ringing.CALLERS,
    ringing.OFFERS,
    withdrawn.LEGS,
    steps.STEPS,
    steps.TALKS,
    dialler.ATTEMPTS,
    dialler.CALLBACKS,
)
LATEST = 3 * HOUR
"""After the last caller has called, so long until everything has to be over."""
SAMPLED_EVERY = 30.0


@dataclass
class Told:
    """What became of one caller."""

    customer: Customer
    sid: str
    call: Any
    talks: list[str] = field(default_factory=list)
    """The agents' legs with which they were joined."""
    moved: set[str] = field(default_factory=set)
    gave_up: bool = False
    """They hung up before anybody answered."""


@dataclass
class Sample:
    """The state of the room at one moment."""

    at: float
    waiting: int
    longest: float
    activities: Counter[str]


def planned(room: Room, callers: int, agents: int, seed: int) -> Day:
    """A day of so many callers and agents. The seed fixes people and moments; which request is lost may differ."""
    chance = random.Random(seed)
    staff = colleagues(chance, agents)
    return Day(room, customers(chance, callers), staff, trouble(chance, staff), chance)


class Day:
    """The people, the room and the clock."""

    def __init__(
        self, room: Room, customers: list[Customer], staff: list[Colleague], trouble: Trouble, chance: random.Random
    ) -> None:
        self.room, self.customers, self.staff, self.trouble, self.chance = room, customers, staff, trouble, chance
        self.seen: Counter[str] = Counter()
        self.told: list[Told] = []
        self.samples: list[Sample] = []
        room.now = BEGIN
        self.at = 0.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._works_at = self._sampled_at = 0.0
        self._handled: set[str] = set()
        self._of_leg: dict[str, Told] = {}
        self._of_address = {one.address: one for one in staff}
        room.simulator.runner.transport = BadWire(room.simulator.runner.transport, chance, trouble, self.seen)
        room.worker = replace(
            room.worker,
            clock=lambda _conn: room.now,
            telephone=BadTelephone(room.worker.telephone, chance, trouble, self.seen),
        )
        self._give_clock()

    def play(self, show: Callable[[Day], None]) -> None:
        """The whole day, to the end of the last call."""
        self._plan()
        end = LENGTH * HOUR + LATEST
        while self._events or (self.is_busy() and self.at < end):
            step = self._step()
            self.at += step
            self.room.now = BEGIN + timedelta(seconds=self.at)
            self.room.simulator.runner.advance(step)
            while self._events and self._events[0][0] <= self.at:
                heapq.heappop(self._events)[2]()
                self.room.settles()
            if self.at >= self._works_at:
                self._work()
            self._people()
            if self.at >= self._sampled_at + SAMPLED_EVERY:
                self._sample()
                show(self)

    def _step(self) -> float:
        """Seconds to the next thing that happens."""
        runner = self.room.simulator.runner
        dues = [
            call.due - runner.clock
            for call in runner.calls.values()
            if not call.phone_call.over and call.due is not None
        ]
        events = [self._events[0][0] - self.at] if self._events else []
        return max(min([*dues, *events, self._works_at - self.at, LONG]), 0.0)

    def is_busy(self) -> bool:
        """Whether any call is going on."""
        return any(not call.phone_call.over for call in self.room.simulator.runner.calls.values())

    def after(self, seconds: float, do: Callable[[], None]) -> None:
        """Do this later."""
        heapq.heappush(self._events, (self.at + seconds, next(self._numbers), do))

    def _plan(self) -> None:
        for one in self.staff:
            self._employ(one)
            self.after(one.shift[0], lambda one=one: self._wish(one, "available"))
            for begins, ends in one.breaks:
                self.after(begins, lambda one=one: self._wish(one, "break"))
                self.after(ends, lambda one=one: self._wish(one, "available"))
            self.after(one.shift[1], lambda one=one: self._wish(one, "offline"))
        for customer in self.customers:
            self.after(customer.at, lambda customer=customer: self._calls(customer))
        for moment in self.trouble.restarts:
            self.after(moment, self._restart)
        for moment, name in self.trouble.removed:
            self.after(moment, lambda name=name: self._disable(name))

    def _employ(self, one: Colleague) -> None:
        person = {
            "id": one.name,
            "name": one.name.replace("_", " ").title(),
            "role": "agent",
            "wallets": '["haiyun"]',
            "languages": msgspec.json.encode(one.languages).decode(),
            "topics": TOPICS,
            "address": one.address,
            "added": "",
        }
        with begin_write(self.room.worker.engine) as conn:
            conn.execute(sa.insert(staff).values(**person))

    def _wish(self, one: Colleague, wanted: agents.Wish) -> None:
        with begin_write(self.room.worker.engine) as conn:
            agents.wish(conn, one.name, wanted, self.room.now)

    def _disable(self, name: str) -> None:
        self.seen["agents removed"] += 1
        with begin_write(self.room.worker.engine) as conn:
            conn.execute(sa.update(staff).where(staff.c.id == name).values(disabled=self.room.now.isoformat()))

    def _restart(self) -> None:
        self.seen["restarts of the line"] += 1
        self.room.line.lose_memory()
        self._give_clock()

    def _give_clock(self) -> None:
        standing = self.room.line._standing
        standing.runtime = msgspec.structs.replace(
            standing.runtime, machine=lambda: self.room.now, clock=lambda _conn: self.room.now
        )

    def _calls(self, customer: Customer) -> None:
        call = self.room.simulator.runner.place(HAIYUN, customer.number)
        told = Told(customer, call.leg.sid, call)
        self.told.append(told)
        self._of_leg[told.sid] = told

    def _work(self) -> None:
        """The worker's round; it is seldom when nobody waits or is rung."""
        for outbox in OUTBOXES:
            for row in outbox.due(self.room.worker):
                outbox.handle(self.room.worker, row)
        self.room.settles()
        with begin_read(self.room.worker.engine) as conn:
            waiting = conn.scalar(
                sa.select(sa.func.count()).where(queue_entries.c.status.in_(("queued", "offered", "claimed")))
            )
        self._works_at = self.at + (SHORT if waiting else LONG)

    def _people(self) -> None:
        """Everybody who is asked something gives their answer, after a moment."""
        for call in tuple(self.room.simulator.runner.calls.values()):
            if call.phone_call.over or not call.phone_call.waiting:
                continue
            told = self._of_leg.get(call.leg.sid)
            if told is not None:
                self._caller(told)
            elif call.leg.parameters["To"] in self._of_address:
                self._agent(call, self._of_address[call.leg.parameters["To"]])
        self.room.settles()

    def _caller(self, told: Told) -> None:
        call, waiting = told.call, told.call.phone_call.waiting
        if waiting.kind == "talking":
            self._talks(told)
            return
        if waiting.kind not in ("keys", "queued") or f"{told.sid} {len(call.leg.webhooks.log)}" in self._handled:
            return
        question = self._question(told.sid)
        if question == "agent-queue":
            self._waits(told)
            return
        keys = self._keys(told, question)
        if keys is None:
            return
        self._once(
            f"{told.sid} {len(call.leg.webhooks.log)}", 1 + self.chance.random() * 3, lambda: self._act(call, keys)
        )

    def _keys(self, told: Told, question: str | None) -> str | None:
        """What the caller presses at this question; None: nothing."""
        customer = told.customer
        if question == "choose-language" and not customer.hasty:
            return customer.language
        if question == "callback-in-both":
            return customer.language
        if question in ("callback-here", "callback-offer"):
            return "1" if customer.accepts else "2"
        if question == "after-callback":
            return "2"
        if question == "main-menu" and customer.security and "security" not in told.moved:
            told.moved.add("security")
            return "1"
        return "0"

    def _waits(self, told: Told) -> None:
        if "waits" in told.moved:
            return
        told.moved.add("waits")

        def gives_up() -> None:
            if told.call.phone_call.over or self._question(told.sid) != "agent-queue":
                return
            if told.talks or told.call.phone_call.waiting.kind == "talking":
                return
            if told.customer.when_tired == "hang up":
                told.gave_up = True
                self.room.simulator.runner.end(told.call)
            else:
                self._act(told.call, "1" if told.customer.when_tired == "callback" else "2")

        self.after(told.customer.patience, gives_up)

    def _talks(self, told: Told) -> None:
        other = told.call.leg.talking_to
        if other is None or other.sid in told.talks:
            return
        told.talks.append(other.sid)
        if told.customer.needs and len(told.talks) == 1:
            self.after(told.customer.talk * 0.4, lambda: self._acts(told, other.sid))
        if told.customer.hangs_up:
            self.after(told.customer.talk, lambda: self._ends(told.call))
        else:
            self.after(told.customer.talk, lambda: self._ends_leg(other.sid))
        if self.chance.random() < self.trouble.dies:
            self.seen["agents' telephones that died"] += 1
            self.after(told.customer.talk * self.chance.random(), lambda: self._ends_leg(other.sid))

    def _acts(self, told: Told, leg: str) -> None:
        """The agent holds, consults or transfers; what is refused at that moment is left."""
        with begin_read(self.room.worker.engine) as conn:
            offer = conn.execute(sa.select(agent_offers).where(agent_offers.c.call == leg)).first()
            me = people.find(conn, offer.staff) if offer else None
        if offer is None or me is None:
            return
        topic = self.chance.choice(("top-up", "transactions"))
        whom, now, sealer = operations.To(topic=topic, note="Please look at this."), self.room.now, self._sealer()
        if told.customer.needs == "hold":
            self._does("held", lambda conn: operations.hold(conn, offer.id, me, now))
            self.after(
                40, lambda: self._does("unheld", lambda conn: operations.unhold(conn, offer.id, me, self.room.now))
            )
        elif told.customer.needs == "transfer":
            self._does("transferred", lambda conn: operations.transfer(conn, sealer, offer.id, me, whom, now))
        else:
            self._does("consulted", lambda conn: operations.consult(conn, sealer, offer.id, me, whom, now))
            self.after(45, lambda: self._leaves_to_colleague(told, offer.id, me))

    def _leaves_to_colleague(self, told: Told, talk: str, me: Any) -> None:
        """If the colleague has answered; the caller ends that talk."""
        self.after(told.customer.talk, lambda: self._ends(told.call))
        if not self._does("left to a colleague", lambda conn: operations.complete(conn, talk, me, self.room.now)):
            self._does("taken back", lambda conn: operations.cancel(conn, talk, me, self.room.now))

    def _does(self, what: str, act: Callable[[sa.Connection], None]) -> bool:
        try:
            with begin_write(self.room.worker.engine) as conn:
                act(conn)
        except operations.Refused:
            return False
        self.seen[f"talks {what}"] += 1
        return True

    def _sealer(self) -> Sealer:
        return Sealer(self.room.line.settings.server_key)

    def _agent(self, call: Any, one: Colleague) -> None:
        if call.phone_call.waiting.kind != "keys":
            return
        drawn = self.chance.random()
        name = f"{call.leg.sid} {len(call.leg.webhooks.log)}"
        if drawn < one.misses:
            self._handled.add(name)
            self.after(40, lambda: self._back(one))
        elif drawn < one.misses + one.declines:
            self._once(name, 2 + self.chance.random() * 4, lambda: self._act(call, "2"))
        else:
            self._once(name, 2 + self.chance.random() * 8, lambda: self._act(call, "1"))

    def _back(self, one: Colleague) -> None:
        """An agent who missed a call is back at the desk; one who has gone home or is on a break is not."""
        with begin_read(self.room.worker.engine) as conn:
            state = next((agent for agent in agents.everybody(conn, self.room.now) if agent.id == one.name), None)
        if state is not None and state.activity == "missed":
            self._wish(one, "available")

    def _once(self, name: str, seconds: float, do: Callable[[], None]) -> None:
        if name not in self._handled:
            self._handled.add(name)
            self.after(seconds, do)

    def _act(self, call: Any, keys: str) -> None:
        if not call.phone_call.over:
            self.room.simulator.runner.act(call, Input(keys))

    def _ends(self, call: Any) -> None:
        if not call.phone_call.over:
            self.room.simulator.runner.end(call)

    def _ends_leg(self, sid: str) -> None:
        if found := self.room.simulator.runner.find(sid):
            self._ends(found[0])

    def _question(self, sid: str) -> str | None:
        with begin_read(self.room.worker.engine) as conn:
            rows = journal.rows(conn, sid)
        wait = rows[-1].wait if rows else None
        return str(wait["name"]) if wait else None

    def _sample(self) -> None:
        with begin_read(self.room.worker.engine) as conn:
            states = Counter(one.activity for one in agents.everybody(conn, self.room.now))
            waiting = conn.execute(
                sa.select(queue_entries.c.entered).where(queue_entries.c.status.in_(("queued", "offered")))
            ).all()
        now = self.room.now
        waits = [(now - type(now).fromisoformat(row.entered)).total_seconds() for row in waiting]
        self._sampled_at = self.at
        self.samples.append(Sample(self.at, len(waits), max(waits, default=0.0), states))
