"""`flask calls` lists the last calls; `flask calls show CALL` prints an agent's summary, and logs who looked."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click
import sqlalchemy as sa

from ivr.calls.report import call_report
from ivr.config.settings import Settings
from ivr.console.command_base import Group, Refused, line_access, minute
from ivr.engine.journal import calls
from ivr.handover.summary_views import logged_in_account, record_view, views_of
from ivr.storage.database import AnyRow, begin_read, begin_write

CALLS_SHOWN = 20
"""How many calls `flask calls` lists unless it is told a number."""


def calls_group(load: Callable[[], Settings]) -> click.Group:
    """`flask calls`."""

    @click.group("calls", cls=Group, invoke_without_command=True, help="The last calls, and how each ended.")
    @click.option("--last", default=CALLS_SHOWN, show_default=True, type=click.IntRange(1, 1000), help="how many")
    @click.pass_context
    def group(context: click.Context, last: int) -> None:
        if context.invoked_subcommand is None:
            with line_access(load) as line, begin_read(line.engine) as conn:
                for told in _last(conn, last):
                    click.echo(told)

    @group.command("show", help="The summary of CALL (its CallSid), as an agent is told; who looked is kept.")
    @click.argument("call", metavar="CALL")
    @click.option("--json", "whole", is_flag=True, help="everything that is in it")
    def show(call: str, whole: bool) -> None:
        with line_access(load) as line:
            with begin_write(line.engine) as conn:
                report, before = call_report(conn, call), views_of(conn, call)
                if report is None:
                    raise Refused(f"there is no call {call!r} that was answered; flask calls lists the last ones")
                if report["summary"] is None:
                    raise Refused(f"call {call} was erased: nobody reads what was said in it")
                record_view(conn, call, logged_in_account(), datetime.now(UTC))
        for told in [json.dumps(report["summary"], ensure_ascii=False, indent=1)] if whole else _shown(report, before):
            click.echo(told)

    return group


def _last(conn: sa.Connection, number: int) -> list[str]:
    """A line a call, the newest first; nothing of what was said."""
    newest = sa.select(calls).where(calls.c.started.is_not(None)).order_by(calls.c.started.desc(), calls.c.call)
    return [_line(call, call_report(conn, call.call)) for call in conn.execute(newest.limit(number)).all()]


def _line(call: AnyRow, report: dict[str, Any] | None) -> str:
    if report is None:
        return f"{call.call} {minute(call.started)}  never answered"
    erased = ", erased" if report.get("erased") else ""
    how = report["outcome"] or ("over" if call.ended else "going on, or its end was never told")
    return f"{call.call} {minute(call.started)}  {call.wallet} {report['language']}, {report['level']}, {how}{erased}"


def _shown(report: dict[str, Any], before: list[tuple[str, str]]) -> list[str]:
    """How it stands, what agents did, how they and the caller say that it went, the text in both languages, and who
    looked before."""
    summary = report["summary"]
    head = f"{report['call']} {minute(summary['time'])}  {report['wallet']} {report['language']}, {report['level']}, "
    head += report["outcome"] or "going on"
    seen = f"looked at before: {', '.join(f'{who} {at[:16]}Z' for who, at in before) or 'by nobody'}"
    talks = [f"talk with {one['staff']}: {one['outcome']} (written {minute(one['at'])})" for one in report["talks"]]
    rating = [f"rating by the caller: {report['rating']}"] if report["rating"] else []
    acts = [f"done by {one['agent']}: {_act(one)} ({minute(one['at'])})" for one in report["acts"]]
    return [head, *talks, *acts, *rating, *summary["written"]["en"], *summary["written"]["zh"], seen]


def _act(act: dict[str, Any]) -> str:
    """What was done and about what: a case, a text of the list, a number, a way to verify; nothing that was written."""
    stage = act["details"].get("stage")
    return " ".join(filter(None, (act["act"], act["about"], f"to {stage}" if stage else "")))
