"""`flask line` shows how the line is switched; `flask line open|person|closed` switches it, from the next turn on.

There is a switch for all wallets and one for each, and the stricter one applies. When another switch than the typed one
applies, the command says so and how to change that one, and the exit code is 1.

A reason is spoken to callers, so it must be given in both languages or in none, and in words that a voice cannot
read in two ways.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import click
import sqlalchemy as sa

from ivr.config.settings import Settings
from ivr.console.announce import announce_command, shown_announcement
from ivr.console.command_base import Command, LineAccess, Refused, line_access
from ivr.handover.summary_views import logged_in_account
from ivr.operations.announcements import running
from ivr.operations.line_switch import STATES, LineState, line_state, switch
from ivr.operations.wording import REASONS, Wrong, checked_reason
from ivr.staff import audit
from ivr.storage.database import begin_read, begin_write
from ivr.wallet.tables import wallets


def line_command(load: Callable[[], Settings]) -> click.Command:
    """`flask line`."""

    announcing = announce_command(load)

    class LineCommand(Command):
        """`flask line announce` is a command of its own."""

        def make_context(
            self, info_name: str | None, args: list[str], parent: click.Context | None = None, **more: Any
        ) -> click.Context:
            if args[:1] == ["announce"]:
                return announcing.make_context("announce", args[1:], parent, **more)
            return super().make_context(info_name, args, parent, **more)

    @click.command(
        "line", cls=LineCommand, help="Show or switch the line: open, person (everybody is put through), closed."
    )
    @click.argument("state", metavar="[open|person|closed|announce …]", default="")
    @click.option("--wallet", help="only this one; without it all of them")
    @click.option("--reason-zh", default="", help="what callers are told, in Chinese")
    @click.option("--reason-en", default="", help="the same in English")
    def command(state: str, wallet: str | None, reason_zh: str, reason_en: str) -> None:
        reason = _reason(state, {"zh": reason_zh.strip(), "en": reason_en.strip()})
        with line_access(load) as line:
            with begin_read(line.engine) as conn:
                known = sorted(conn.scalars(sa.select(wallets.c.id)))
            if wallet is not None and wallet not in known:
                raise Refused(f"there is no wallet {wallet!r}; there is {', '.join(known) or 'none'}")
            if state:
                _switch(line, state, wallet, reason)
            with begin_read(line.engine) as conn:
                found = {one: line_state(conn, one) for one in ([wallet] if wallet else known or [None])}
                announced = running(conn, line.now(conn))
        for one, holds in found.items():
            click.echo(_shown(one, holds, state))
        for each in announced if not state else []:
            if wallet is None or each.wallet in (None, wallet):
                click.echo(shown_announcement(each))
        if state and any(holds.state != state for holds in found.values()):
            raise SystemExit(1)

    return command


def _reason(state: str, reason: dict[str, str]) -> Mapping[str, str] | None:
    """The reason, checked; raises Refused."""
    try:
        return checked_reason(state or "open", reason)
    except Wrong as wrong:
        fault = wrong.faults[0]
    if fault == "state":
        raise Refused(f"the line can be {', '.join(STATES)}, and not {state!r}")
    if fault == "not-told":
        raise Refused("a reason is told to callers when the line is switched to person or closed; leave it out here")
    raise Refused(f"--reason-{fault} is {reason[fault]!r}; write {REASONS[fault].write}")


def _switch(line: LineAccess, state: str, wallet: str | None, reason: Mapping[str, str] | None) -> None:
    """Set the switch, with its row in the audit log."""
    with begin_write(line.engine) as conn:
        switch(conn, state, wallet, reason, line.now(conn))
        told = {"state": state, **(reason or {})}
        audit.record(
            conn, logged_in_account(), "line-switched", wallet or "all", datetime.now(UTC), wallet or "", **told
        )


def _shown(wallet: str | None, holds: LineState, asked: str) -> str:
    """The state, the switch that it comes from, and what to type when that is another switch than the typed one."""
    since = f" since {holds.since[:19]}" if holds.since else ""
    reason = f": {holds.reason['zh']} / {holds.reason['en']}" if holds.reason else ""
    which = "its own switch" if holds.wallet else "the switch for all wallets"
    by = "" if holds.state == "open" or wallet is None else f", by {which}"
    only = f" --wallet {holds.wallet}" if holds.wallet else ""
    other = f"; that switch was not touched, and is the stricter one: flask line {asked}{only}"
    return (
        f"{wallet or 'all wallets'}: {holds.state}{since}{by}{reason}{other if asked not in ('', holds.state) else ''}"
    )
