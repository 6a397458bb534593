"""A whole call from the caller's side: place it, send input, hang up."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

from ivr.simulator.account.leg_events import CallerGone, HungUp, Input, Interruption, Target, Waiting
from ivr.simulator.twiml.executor import Leg
from ivr.simulator.webhooks.status_callbacks import StatusCallbacks

ENDED = ("busy", "no-answer", "failed", "canceled")


@dataclass
class PhoneCall:
    """A call on one leg, and where it waits."""

    leg: Leg
    status_url: str = ""
    waiting: Waiting | None = None
    over: bool = False
    _run: Generator[Waiting, Input, None] | None = None

    def __post_init__(self) -> None:
        if self.leg.status_callbacks is None:
            self.leg.status_callbacks = StatusCallbacks(self.leg.webhooks, self.status_url)

    def place(self, url: str) -> None:
        """Call the line."""
        self.start(Target(url))

    def start(self, first: Target) -> None:
        """Execute from this document."""
        self._run = self.leg.run(first)
        self._go(lambda run: next(run))

    def press(self, keys: str) -> None:
        """Press keys; keys that the current wait does not take are kept for the next one."""
        assert not self.over, "the call is over; keys have no effect"
        if self.waiting and self.waiting.kind in ("keys", "recording"):
            self.act(Input(keys))

    def wait(self) -> None:
        """Stay silent until the time-out; while talking: the other party hangs up."""
        assert not self.over, "the call is over; there is nothing to wait for"
        self.act(Input())

    def act(self, given: Input) -> None:
        """Send the person's input to the waiting leg."""
        self._go(lambda run: run.send(given))

    def interrupt(self, event: Interruption) -> None:
        """Interrupt the waiting leg."""
        self._go(lambda run: run.throw(event))

    def hang_up(self) -> None:
        """The caller hangs up. A `<Gather>` in progress sends nothing."""
        if self.over:
            return
        if self.waiting:
            self.leg.parameters["CallStatus"] = "completed"
        if self.waiting and self.waiting.kind == "talking":
            self.leg.gone = True
            self.act(Input())
        elif self.waiting:
            self.interrupt(CallerGone())
        self._finish()

    def cancel(self) -> None:
        """End the call before it is placed; no status callback is sent."""
        self.over, self.waiting = True, None

    def _go(self, step: Callable[[Generator[Waiting, Input, None]], Waiting]) -> None:
        assert self._run, "the call was not placed"
        try:
            self.waiting = step(self._run)
        except (StopIteration, HungUp, Interruption):
            self._finish()

    def _finish(self) -> None:
        if self.over:
            return
        self.over, self.waiting = True, None
        if self._run:
            self._run.close()
        status = self.leg.parameters["CallStatus"]
        self.leg.set_status("completed", status if status in ENDED else "completed")
        assert self.leg.status_callbacks
        self.leg.faults += self.leg.status_callbacks.faults
