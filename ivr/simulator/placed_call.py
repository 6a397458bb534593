"""A whole call from the caller's side, over one leg."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

from ivr.simulator.delivery import DeliveryFailed
from ivr.simulator.executor import Deed, HungUp, Leg, Target, Waiting


@dataclass
class PhoneCall:
    """Place it, then press, keep silent or hang up."""

    leg: Leg
    status_url: str = ""
    waiting: Waiting | None = None
    over: bool = False
    _run: Generator[Waiting, Deed, None] | None = None

    def place(self, url: str) -> None:
        """Ring the line."""
        self._run = self.leg.run(Target(url))
        self._go(lambda run: next(run))

    def press(self, keys: str) -> None:
        """Press keys; what the open wait does not take is kept for the next."""
        assert not self.over, "the call is over, nobody takes keys"
        if self.waiting and self.waiting.kind == "keys":
            self._go(lambda run: run.send(Deed(keys)))

    def wait(self) -> None:
        """Keep silent until the time-out; while talking: the other party hangs up."""
        assert not self.over, "the call is over, nobody waits"
        self._go(lambda run: run.send(Deed()))

    def hang_up(self) -> None:
        """The caller puts the receiver down. A `<Gather>` in progress sends nothing."""
        if self.over:
            return
        if self.waiting and self.waiting.kind == "talking":
            self.leg.gone, self.leg.standard["CallStatus"] = True, "completed"
            self._go(lambda run: run.send(Deed()))
        self._finish()

    def _go(self, step: Callable[[Generator[Waiting, Deed, None]], Waiting]) -> None:
        assert self._run, "the call was not placed"
        try:
            self.waiting = step(self._run)
        except (StopIteration, HungUp):
            self._finish()

    def _finish(self) -> None:
        if self.over:
            return
        self.over, self.waiting = True, None
        if self._run:
            self._run.close()
        if self.leg.standard["CallStatus"] != "busy":
            self.leg.standard["CallStatus"] = "completed"
        if self.status_url:
            form = self.leg.standard | {
                "CallDuration": str(int(self.leg.clock)),
                "SequenceNumber": "0",
                "CallbackSource": "call-progress-events",
            }
            try:
                self.leg.courier.deliver(self.status_url, form)
            except DeliveryFailed as fault:
                self.leg.faults.append(fault)
