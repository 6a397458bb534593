"""`flask erase WALLET CUSTOMER` makes all that the line stores about a customer unreadable, for good."""

from __future__ import annotations

from collections.abc import Callable

import click
import sqlalchemy as sa

from ivr.config.settings import Settings
from ivr.console.command_base import Command, Refused, line_access, minute
from ivr.privacy.erasure import GoingOn, Live, Report, erase
from ivr.storage.database import begin_read
from ivr.wallet.tables import wallets


def erase_command(load: Callable[[], Settings]) -> click.Command:
    """`flask erase`."""

    @click.command(
        "erase", cls=Command, help="Destroy the keys of a customer's calls, and empty what lies beside them."
    )
    @click.argument("wallet")
    @click.argument("customer")
    def command(wallet: str, customer: str) -> None:
        with line_access(load) as line:
            with begin_read(line.engine) as conn:
                known = sorted(conn.scalars(sa.select(wallets.c.id)))
            if wallet not in known:
                raise Refused(f"there is no wallet {wallet!r}; there is {', '.join(known) or 'none'}")
            try:
                report = erase(line.engine, wallet, customer, line.now)
            except GoingOn as going:
                raise Refused(
                    f"{wallet} {customer}: nothing was erased, for {_live(going.calls)}; "
                    "type it again when that is over"
                ) from None
            for words in _told(f"{wallet} {customer}", report):
                click.echo(words)

    return command


def _live(calls: list[Live]) -> str:
    """Each call by its CallSid: when it began, when it was last heard of, and when it no longer stands in the way."""
    told = [
        f"call {one.call} is going on since {minute(one.since)} "
        f"(last heard of at {minute(one.heard)}, over at {minute(one.until)} at the latest)"
        for one in calls
    ]
    return " and ".join(told)


def _told(who: str, report: Report) -> list[str]:
    counts = (
        (report.calls, "call", "calls", " can be read no more"),
        (report.callbacks, "callback number is", "callback numbers are", " gone"),
        (report.events, "event for the CRM is", "events for the CRM are", " empty"),
        (report.texts, "text that waited is", "texts that waited are", " not sent"),
        (report.languages, "remembered language is", "remembered languages are", " forgotten"),
        (report.notes, "voice note is", "voice notes are", " gone"),
    )
    done = [f"{number} {one if number == 1 else several}{what}" for number, one, several, what in counts if number]
    lines = [f"{who}: {', '.join(done) or 'nothing was there to erase'}"]
    if report.keyless:
        lines.append(
            f"{report.keyless} of the calls had no key of their own: "
            "their replies still open with the server key, until retention deletes them"
        )
    return lines
