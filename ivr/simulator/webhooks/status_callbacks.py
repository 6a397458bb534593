"""Status callbacks of one leg: sent at once, or held and sent late, again, or in another order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from ivr.simulator.webhooks.delivery import WebhookFailed, WebhookSender


@dataclass
class StatusCallback:
    """One status callback as it was at the time of the event; its sequence number stays, however late it is sent."""

    event: str
    form: dict[str, str]
    sent: int = 0


@dataclass
class StatusCallbacks:
    """The callback URL and its events; with `held`, callbacks are kept until `send`."""

    webhooks: WebhookSender
    url: str = ""
    method: str = "POST"
    events: tuple[str, ...] = ("completed",)
    held: bool = False
    kept: list[StatusCallback] = field(default_factory=list)
    faults: list[WebhookFailed] = field(default_factory=list)

    def report(self, event: str, parameters: Mapping[str, str], seconds: float) -> None:
        """Report an event: `initiated`, `ringing`, `answered` or `completed`."""
        if not self.url or event not in self.events:
            return
        form = {
            **parameters,
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(len(self.kept)),
            "Timestamp": format_datetime(datetime.now(UTC)),
        }
        if event == "completed":
            form["CallDuration"] = str(int(seconds))
        self.kept.append(StatusCallback(event, form))
        if not self.held:
            self.send([len(self.kept) - 1])

    def send(self, which: Iterable[int]) -> None:
        """Send the callbacks with these numbers, in this order; a number may occur twice."""
        for place in which:
            callback = self.kept[place]
            callback.sent += 1
            try:
                self.webhooks.deliver(self.url, callback.form, self.method)
            except WebhookFailed as fault:  # a status callback has no fallback
                self.faults.append(fault)
