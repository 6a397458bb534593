"""What a worker does with all rows that are due now, in this thread: one try each."""

from __future__ import annotations

from ivr.callbacks import dialler
from ivr.follow_up import deliveries, messages, text_lookups
from ivr.follow_up.context import Context
from ivr.follow_up.dispatcher import Outbox
from ivr.voice_notes import fetching


def handle_due(context: Context, *outboxes: Outbox) -> None:
    """One outbox after the other."""
    for outbox in outboxes:
        for row_id in outbox.due(context):
            outbox.handle(context, row_id)


def send_due(context: Context) -> None:
    """Texts."""
    handle_due(context, messages.OUTBOX)


def look_up_due(context: Context) -> None:
    """Texts of which nothing was heard."""
    handle_due(context, text_lookups.OUTBOX)


def deliver_due(context: Context) -> None:
    """Deliveries to the CRM."""
    handle_due(context, deliveries.OUTBOX)


def ring_due(context: Context) -> None:
    """Callbacks: first the attempts of which nothing was heard."""
    handle_due(context, dialler.ATTEMPTS, dialler.CALLBACKS)


def settle_due(context: Context) -> None:
    """Recordings."""
    handle_due(context, fetching.OUTBOX)
