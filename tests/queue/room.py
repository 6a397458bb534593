"""A line with agents at the desk: callers and agents on one simulated telephone network, and a worker that rings
agents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import msgspec
import sqlalchemy as sa

from ivr.follow_up.context import Context
from ivr.follow_up.dispatcher import Outbox
from ivr.queue import agents, ringing, withdrawn
from ivr.queue.tables import agent_offers, agent_states, queue_entries
from ivr.simulator.account.leg_events import Input
from ivr.staff.tables import staff
from ivr.storage.database import begin_read, begin_write
from ivr.talks import steps
from ivr.telephony.twilio_rest import TwilioConferencing, TwilioTelephone
from tests.call_flows.line import HAIYUN
from tests.follow_up.outside import outside
from tests.simulator.running_simulator import running_simulator
from tests.wallet.serving import served

TOPICS = '["security","top-up","transactions","promotions","information","other"]'
BEGIN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
OUTBOXES = (ringing.CALLERS, ringing.OFFERS, withdrawn.LEGS, steps.STEPS, steps.TALKS)
ADDRESSES = {"lin": "+12025550181", "wang": "+12025550182", "zhao": "+12025550183"}


class Room:
    """The line, the network, and the worker; `now` is the machine's time. What each agent does is set in `does`."""

    def __init__(self, line: Any, simulator: Any) -> None:
        self.line, self.simulator, self.now = line, simulator, BEGIN
        self.does: dict[str, str] = {}
        runtime = line.app.extensions["line"]
        line._standing.runtime = msgspec.structs.replace(line._standing.runtime, machine=lambda: self.now)
        settings = replace(line.settings, twilio_api_url=simulator.settings.twilio_api_url)
        self.worker = Context(
            runtime.engine,
            settings,
            None,
            runtime.clock,
            lambda: self.now,
            TwilioTelephone(settings),
            TwilioConferencing(settings),
            **outside(runtime.engine, settings),
        )
        simulator.runner.agents = lambda number: self.does.get(number, "person")

    def signs_on(self, *names: str, does: str = "accept", **more: Any) -> None:
        """These agents exist, and are available."""
        for name in names:
            with begin_write(self.worker.engine) as conn:
                add_agent(conn, name, **more)
                agents.wish(conn, name, "available", self.now)
            self.does[ADDRESSES[name]] = does

    def calls(self, caller: str = "+8613900000001", language: str = "1", line: str = HAIYUN, **more: str) -> Any:
        """A caller dials, chooses a language, and presses 0; `more`: further parameters of the call, such as
        ForwardedFrom."""
        self.now += timedelta(seconds=1)
        call = self.simulator.runner.place(line, caller, more=more)
        self.settles()
        for key in (language, "0"):
            self.keys(call, key)
        return call

    def keys(self, call: Any, keys: str) -> None:
        """The caller presses keys."""
        self.simulator.runner.act(call, Input(keys))
        self.settles()

    def speaks(self, call: Any, seconds: float) -> None:
        """The caller is silent until the tone, speaks, and ends the recording with #."""
        self.round(call)
        for given in (Input(spoke=seconds), Input("#")):
            self.simulator.runner.act(call, given)
            self.settles()

    def round(self, call: Any) -> str:
        """The caller presses nothing until the line goes on; what was said then."""
        before = len(call.leg.heard)
        self.simulator.runner.act(call, Input())
        self.settles()
        return " ".join(piece.text for piece in call.leg.heard[before:])

    def hangs_up(self, call: Any) -> None:
        """This leg hangs up."""
        self.simulator.runner.end(call)
        self.settles()

    def works(self, seconds: float = 1, outboxes: Sequence[Outbox] = OUTBOXES) -> Room:
        """The worker looks for callers, for offers without news, and for what talks need, a little later."""
        self.now += timedelta(seconds=seconds)
        for outbox in outboxes:
            done: set[str] = set()
            while rows := [row for row in outbox.due(self.worker) if row not in done]:
                outbox.handle(self.worker, rows[0])
                done.add(rows[0])
                self.settles()
        return self

    def waits(self, seconds: float) -> None:
        """Time passes for the callers: rounds of the wait end and begin."""
        self.now += timedelta(seconds=seconds)
        self.simulator.runner.advance(seconds)
        self.settles()

    def settles(self) -> None:
        """Until the network has nothing left to do."""
        for _ in range(3):
            for call in [one for one in tuple(self.simulator.runner.calls.values()) if one.working]:
                self.simulator.runner.settle(call)

    def leg_of(self, name: str) -> Any:
        """The latest call to this agent."""
        legs = [call for call in self.simulator.runner.calls.values() if call.leg.parameters["To"] == ADDRESSES[name]]
        return legs[-1] if legs else None

    def heard(self, call: Any) -> str:
        """Everything that was said on this leg."""
        return " ".join(piece.text for piece in call.leg.heard)

    def entry(self, call: Any) -> Any:
        """The latest entry of this call."""
        query = sa.select(queue_entries).where(queue_entries.c.call == call.leg.sid)
        with begin_read(self.worker.engine) as conn:
            return conn.execute(query.order_by(queue_entries.c.ended.desc().nulls_first())).first()

    def offers(self) -> list[Any]:
        """All offers, oldest first."""
        with begin_read(self.worker.engine) as conn:
            return list(conn.execute(sa.select(agent_offers).order_by(agent_offers.c.at)))

    def activity(self, name: str) -> str:
        """What this agent is doing."""
        with begin_read(self.worker.engine) as conn:
            return next(one.activity for one in agents.everybody(conn, self.now) if one.id == name)

    def state(self, name: str) -> Any:
        """What is stored of this agent's state."""
        with begin_read(self.worker.engine) as conn:
            return conn.execute(sa.select(agent_states).where(agent_states.c.staff == name)).one()


def add_agent(conn: sa.Connection, name: str, **more: Any) -> None:
    """A person of the demo wallet who takes calls of every language and topic, unless `more` says otherwise."""
    kept = {"wallets": '["haiyun"]', "languages": '["zh","en"]', "topics": TOPICS, "role": "agent", **more}
    person = {"id": name, "name": name.title(), "address": ADDRESSES[name], "added": ""} | kept
    conn.execute(sa.insert(staff).values(**person))


@contextmanager
def room(line: Any, kind: type[Room] = Room) -> Iterator[Room]:
    """The line behind a socket, with the network in front of it."""
    with served(lambda environ, start: line.app(environ, start)) as url:
        line.settings = replace(line.settings, public_base_url=url)
        line.restart()
        with running_simulator(SimpleNamespace(url=url), line.settings) as simulator:
            made = kind(line, simulator)
            try:
                yield made
            finally:
                made.worker.telephone._client.http_client.session.close()
                made.worker.conferencing._client.http_client.session.close()
