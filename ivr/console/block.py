"""`flask block` shows whom the line bars; `add` and `remove` change it. A blocked caller can still freeze an
account.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click
import sqlalchemy as sa

from ivr.config.flask_commands import Load
from ivr.config.settings import E164
from ivr.console.command_base import Group, LineAccess, Refused, line_access, minute
from ivr.engine.secrets import Sealer, mask
from ivr.handover.summary_views import logged_in_account
from ivr.identity import barred
from ivr.staff import audit
from ivr.storage.database import begin_read, begin_write
from ivr.wallet.tables import wallets

LONGEST_REASON = 200
"""Characters of the reason for which a number is blocked: one line of the audit log."""


def block_group(load: Load) -> click.Group:
    """`flask block`."""

    @click.group("block", cls=Group, invoke_without_command=True, help="Callers whom the line bars.")
    @click.pass_context
    def group(context: click.Context) -> None:
        if context.invoked_subcommand is None:
            with line_access(load) as line:
                _show(line)

    @group.command("add", help="Bar NUMBER, such as +12025550123, for some days.")
    @click.argument("number")
    @click.option("--reason", required=True, help="for the operators; it is not spoken")
    @click.option("--days", type=click.IntRange(1, 3650), default=30, show_default=True)
    @click.option("--wallet", help="only this one; without it all of them")
    def add(number: str, reason: str, days: int, wallet: str | None) -> None:
        said = reason.strip()
        if not 1 <= len(said) <= LONGEST_REASON or not said.isprintable():
            raise Refused(f"--reason is 1 to {LONGEST_REASON} characters in one line")
        with line_access(load) as line:
            mark = _mark(line, number, wallet)
            with begin_write(line.engine) as conn:
                now = line.now(conn)
                until = now + timedelta(days=days)
                made = barred.block(conn, mark, number, wallet, said, now, until)
                _audit(conn, "blocked", made, wallet, reason=said, until=until.isoformat())
            click.echo(f"block {made}: the number that ends in {mask(number)}, until {minute(until)}")

    @group.command("remove", help="Let NUMBER use the line again.")
    @click.argument("number")
    @click.option("--wallet", help="the block of this wallet; without it the one of all wallets")
    def remove(number: str, wallet: str | None) -> None:
        with line_access(load) as line:
            mark = _mark(line, number, wallet)
            with begin_write(line.engine) as conn:
                ended = barred.unblock(conn, mark, wallet, line.now(conn))
                if not ended:
                    raise Refused(f"that number is not blocked for {wallet or 'all wallets'}; flask block shows who is")
                for one in ended:
                    _audit(conn, "unblocked", one, wallet)
            click.echo(f"the number that ends in {mask(number)} may call again")

    return group


def _show(line: LineAccess) -> None:
    with begin_read(line.engine) as conn:
        found = barred.blocked(conn, line.now(conn))
    for one in found:
        click.echo(
            f"block {one.n}  …{one.ending}  {one.wallet or 'all wallets'}, until {minute(one.until)}: {one.reason}"
        )
    if not found:
        click.echo("nobody is blocked")


def _mark(line: LineAccess, number: str, wallet: str | None) -> str:
    """The keyed hash of a number; raises Refused for a wrong number or wallet."""
    if not E164.fullmatch(number):
        raise Refused(f"{number!r} is no number; write it with its country code, such as +12025550123")
    with begin_read(line.engine) as conn:
        known = sorted(conn.scalars(sa.select(wallets.c.id)))
    if wallet is not None and wallet not in known:
        raise Refused(f"there is no wallet {wallet!r}; there is {', '.join(known) or 'none'}")
    return Sealer(line.settings.server_key).fingerprint(number)


def _audit(conn: sa.Connection, act: str, number: int, wallet: str | None, **details: str) -> None:
    audit.record(conn, logged_in_account(), act, f"block {number}", datetime.now(UTC), wallet or "", **details)
