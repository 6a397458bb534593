"""A whole call from the caller's side, over one leg."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

from ivr.simulator.account.leg_events import CallerGone, Deed, Happened, HungUp, Target, Waiting
from ivr.simulator.twiml.executor import Leg
from ivr.simulator.webhooks.status_callbacks import Notices

ENDED = ("busy", "no-answer", "failed", "canceled")


@dataclass
class PhoneCall:
    """Place it, then press, keep silent or hang up."""

    leg: Leg
    status_url: str = ""
    waiting: Waiting | None = None
    over: bool = False
    _run: Generator[Waiting, Deed, None] | None = None

    def __post_init__(self) -> None:
        if self.leg.notices is None:
            self.leg.notices = Notices(self.leg.courier, self.status_url)

    def place(self, url: str) -> None:
        """Ring the line."""
        self.starts(Target(url))

    def starts(self, first: Target) -> None:
        """Execute from this document."""
        self._run = self.leg.run(first)
        self._go(lambda run: next(run))

    def press(self, keys: str) -> None:
        """Press keys; what the open wait does not take is kept for the next."""
        assert not self.over, "the call is over, nobody takes keys"
        if self.waiting and self.waiting.kind in ("keys", "recording"):
            self.does(Deed(keys))

    def wait(self) -> None:
        """Keep silent until the time-out; while talking: the other party hangs up."""
        assert not self.over, "the call is over, nobody waits"
        self.does(Deed())

    def does(self, deed: Deed) -> None:
        """Whatever a person can do where the leg waits."""
        self._go(lambda run: run.send(deed))

    def meets(self, event: Happened) -> None:
        """Something that somebody else did."""
        self._go(lambda run: run.throw(event))

    def hang_up(self) -> None:
        """The caller puts the receiver down. A `<Gather>` in progress sends nothing."""
        if self.over:
            return
        if self.waiting:
            self.leg.standard["CallStatus"] = "completed"
        if self.waiting and self.waiting.kind == "talking":
            self.leg.gone = True
            self.does(Deed())
        elif self.waiting:
            self.meets(CallerGone())
        self._finish()

    def cancel(self) -> None:
        """The call ends before it began; nobody is told."""
        self.over, self.waiting = True, None

    def _go(self, step: Callable[[Generator[Waiting, Deed, None]], Waiting]) -> None:
        assert self._run, "the call was not placed"
        try:
            self.waiting = step(self._run)
        except (StopIteration, HungUp, Happened):
            self._finish()

    def _finish(self) -> None:
        if self.over:
            return
        self.over, self.waiting = True, None
        if self._run:
            self._run.close()
        status = self.leg.standard["CallStatus"]
        self.leg.reports("completed", status if status in ENDED else "completed")
        assert self.leg.notices
        self.leg.faults += self.leg.notices.faults
