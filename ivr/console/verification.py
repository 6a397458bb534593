"""`flask verification show|unlock WALLET CUSTOMER`: a customer's failed verifications, and unlocking; both logged."""

from __future__ import annotations

import click
import sqlalchemy as sa

from ivr.config.flask_commands import Load
from ivr.console.command_base import Group, LineAccess, Refused, line_access
from ivr.handover.summary_views import logged_in_account
from ivr.identity.guessing import FREEZE, LOCKED, WINDOW, WRONG_ROUNDS_A_DAY, utc
from ivr.identity.tables import attempts, verification_acts, warnings
from ivr.storage.database import AnyRow, begin_write


def verification_group(load: Load) -> click.Group:
    """`flask verification`."""

    @click.group("verification", cls=Group, help="Rounds of verification that failed, and locks that are opened.")
    def group() -> None: ...

    @group.command("show", help="The rounds of the last day, by who called.")
    @click.argument("wallet")
    @click.argument("customer")
    def show(wallet: str, customer: str) -> None:
        with line_access(load) as line, begin_write(line.engine) as conn:
            account = _account(conn, wallet, customer)
            for words in _shown(conn, line, account):
                click.echo(words)
            _keep(conn, line, "shown", account)

    @group.command("unlock", help="Forget wrong rounds and wrong tries at a freeze; the next right round is accepted.")
    @click.argument("wallet")
    @click.argument("customer")
    def unlock(wallet: str, customer: str) -> None:
        with line_access(load) as line, begin_write(line.engine) as conn:
            account = _account(conn, wallet, customer)
            _keep(conn, line, "unlocked", account)
        click.echo(f"{account} is unlocked; {logged_in_account()} is on record for it")

    return group


def _account(conn: sa.Connection, wallet: str, customer: str) -> str:
    """The id under which the line counts; raises Refused for one at which nothing was tried."""
    names = (customer, f"{wallet}:{customer}")
    tried = sa.select(attempts.c.account).where(attempts.c.wallet == wallet, attempts.c.account.in_(names))
    account = conn.scalar(tried.limit(1))
    if account is None:
        raise Refused(
            f"nobody tried to be {customer!r} of wallet {wallet!r}, so nothing is locked; cases show both ids"
        )
    return str(account)


def _shown(conn: sa.Connection, line: LineAccess, account: str) -> list[str]:
    since = utc(line.now(conn) - WINDOW)
    mine = (attempts.c.account == account) & (attempts.c.at >= since)
    by_caller: dict[tuple[str, str], list[AnyRow]] = {}
    for row in conn.execute(sa.select(attempts).where(mine).order_by(attempts.c.at)):
        of = "freeze" if row.factor == FREEZE else "verification"
        by_caller.setdefault((of, f"telephone {row.caller[:8]}" if row.caller else "hidden numbers"), []).append(row)
    told = conn.scalar(
        sa.select(sa.func.max(warnings.c.at)).where(warnings.c.customer == account, warnings.c.kind == LOCKED)
    )
    opened = conn.execute(
        sa.select(verification_acts)
        .where(verification_acts.c.account == account, verification_acts.c.act == "unlocked")
        .order_by(verification_acts.c.n.desc())
    ).first()
    return [
        f"{account}: {WRONG_ROUNDS_A_DAY} wrong rounds in a day lock a telephone of the account, or all others "
        "together",
        *(f"  {of}, {who}: {_counted(rows)}, the last {rows[-1].at[:16]}" for (of, who), rows in by_caller.items()),
        f"  the owner was told of a lock: {told[:16] if told else 'never'}",
        f"  unlocked: {f'{opened.at[:16]} by {opened.who}' if opened else 'never'}",
    ]


def _counted(rows: list[AnyRow]) -> str:
    unseen = sum(row.locked for row in rows)
    right = sum(row.ok for row in rows)
    return f"{right} right, {len(rows) - right - unseen} wrong, {unseen} refused unseen"


def _keep(conn: sa.Connection, line: LineAccess, act: str, account: str) -> None:
    row = {"act": act, "account": account, "who": logged_in_account(), "at": utc(line.now(conn))}
    conn.execute(sa.insert(verification_acts).values(**row))
