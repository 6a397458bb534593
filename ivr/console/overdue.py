"""`flask overdue` lists open cases whose promised date has passed."""

from __future__ import annotations

from collections.abc import Callable

import click
import sqlalchemy as sa

from ivr.cases.overdue import CASE_TABLES
from ivr.cases.stages import OPEN
from ivr.cases.tables import overdue
from ivr.config.settings import Settings
from ivr.console.command_base import Command, line_access
from ivr.storage.database import begin_read


def overdue_command(load: Callable[[], Settings]) -> click.Command:
    """`flask overdue`."""

    @click.command("overdue", cls=Command, help="Cases whose promised date has passed.")
    def command() -> None:
        with line_access(load) as line, begin_read(line.engine) as conn:
            late = sorted(row for table in CASE_TABLES for row in _late(conn, table))
            ever = conn.scalar(sa.select(sa.func.count()).select_from(overdue))
        click.echo(f"{len(late)} overdue, {ever} in all since the beginning")
        for due, reference, wallet, customer, kind, status in late:
            click.echo(f"{reference} due {due}  {wallet} {customer}, {kind}, {status}")

    return command


def _late(conn: sa.Connection, table: sa.Table) -> list[tuple[str, ...]]:
    shown = sa.select(overdue.c.due, table.c.reference, table.c.wallet, table.c.customer, table.c.kind, table.c.status)
    joined = shown.join(overdue, overdue.c.reference == table.c.reference)
    return [tuple(row) for row in conn.execute(joined.where(table.c.status.in_(OPEN)))]
