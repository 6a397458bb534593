"""Status status_callbacks of one leg: sent when something happens, or held, to be sent late, again, or in another order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from ivr.simulator.webhooks.delivery import WebhookFailed, WebhookSender


@dataclass
class StatusCallback:
    """One notice as it stood when it happened; the number in it never changes, however late it is sent."""

    event: str
    form: dict[str, str]
    sent: int = 0


@dataclass
class StatusCallbacks:
    """Where to, about which events; `held` keeps them back."""

    webhooks: WebhookSender
    url: str = ""
    method: str = "POST"
    events: tuple[str, ...] = ("completed",)
    held: bool = False
    kept: list[StatusCallback] = field(default_factory=list)
    faults: list[WebhookFailed] = field(default_factory=list)

    def report(self, event: str, parameters: Mapping[str, str], seconds: float) -> None:
        """Something happened: `initiated`, `ringing`, `answered` or `completed`."""
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
        """Send these, in this order; one may be named twice."""
        for place in which:
            notice = self.kept[place]
            notice.sent += 1
            try:
                self.webhooks.deliver(self.url, notice.form, self.method)
            except WebhookFailed as fault:  # a notice has no fallback
                self.faults.append(fault)
