"""The line behind a socket and the telephone company beside it: what agents and customers do when they are rung."""

from __future__ import annotations

import time as machine
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import sqlalchemy as sa

from ivr.callbacks.tables import callback_queue
from ivr.follow_up.context import Context
from ivr.storage.database import begin_read
from ivr.telephony.twilio_rest import TwilioTelephone
from tests.follow_up.outboxes import ring_due
from tests.follow_up.outside import outside
from tests.simulator.running_simulator import running_simulator
from tests.wallet.serving import served

NUMBER, CUSTOMER = "13900000001", "+8613900000001"
EVENING, MORNING = "2026-11-23T23:30:00+08:00", "2026-11-24T09:00:00+08:00"


class Exchange:
    """The line, the telephone company, and a worker's context; what agents and customers do is set here."""

    def __init__(self, line, simulator):
        self.line, self.simulator, self.now = line, simulator, datetime.now(UTC)
        self.does = {"agent": "accept", "customer": "accept"}
        runtime = line.app.extensions["line"]
        settings = replace(line.settings, twilio_api_url=simulator.settings.twilio_api_url)
        self.here = Context(
            runtime.engine,
            settings,
            None,
            runtime.clock,
            lambda: self.now,
            TwilioTelephone(settings),
            **outside(runtime.engine, settings),
        )
        simulator.runner.agents = lambda number: self.does["customer" if number == CUSTOMER else "agent"]

    def at(self, when):
        """Set the line's clock."""
        self.line.put("clock", {"now": when})
        return self

    def walks(self, here=None):
        """The worker looks once, until the telephone company has nothing left to do."""
        ring_due(here or self.here)
        for call in tuple(self.simulator.runner.calls.values()):
            self.simulator.runner.settle(call)
        return self

    def hangs_up(self):
        """Whoever talks has finished."""
        for call in tuple(self.simulator.runner.calls.values()):
            self.simulator.runner.end(call)
            self.simulator.runner.settle(call)

    @property
    def calls(self):
        """Everybody who was rung: agents by us, customers from their legs."""
        return [
            leg.parameters["To"]
            for call in self.simulator.runner.calls.values()
            for leg in (call.leg, *call.leg.children)
        ]

    @property
    def ring(self):
        """The one ring."""
        with begin_read(self.here.engine) as conn:
            return conn.execute(sa.select(callback_queue)).one()

    def waits_for(self, status):
        until = machine.monotonic() + 30
        while self.ring.status != status and machine.monotonic() < until:
            machine.sleep(0.02)
        return self.ring

    def heard(self, number):
        """What was said to this number, in one text."""
        legs = [leg for call in self.simulator.runner.calls.values() for leg in (call.leg, *call.leg.children)]
        return " ".join(piece.text for leg in legs if leg.parameters["To"] == number for piece in leg.heard)


@contextmanager
def exchange(caller, agents=1, security=False, **dialled):
    """A customer was promised a callback in the evening, for the morning unless it is about security; it is still the
    evening.
    """
    caller.line.put("clock", {"now": EVENING})
    caller.calls(**dialled)
    if security:
        caller.line.put("agents", {"available": 0})
        caller.picks("账户安全", "account security")
    caller.presses("0").wants_a_call_back(NUMBER).picks("是", "yes")
    caller.line.put("agents", {"available": agents, "answer": "accept"})
    with served(lambda environ, start: caller.line.app(environ, start)) as url:
        caller.line.settings = replace(caller.line.settings, public_base_url=url)
        caller.line.restart()
        with running_simulator(SimpleNamespace(url=url), caller.line.settings) as simulator:
            made = Exchange(caller.line, simulator)
            try:
                yield made
            finally:
                made.here.telephone._client.http_client.session.close()
