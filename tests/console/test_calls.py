"""`flask calls show` shows what an agent is told, with nothing secret in it, and keeps who looked; `flask calls` lists
the last ones.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from ivr import console
from ivr.calls.report import call_report
from ivr.cases import tables as cases_tables
from ivr.follow_up.outbox import stamp
from ivr.handover import summary_views
from ivr.handover import tables as handover_tables
from ivr.privacy.erasure import erase
from ivr.queue import talk_notes
from ivr.queue.tables import ratings
from ivr.queue.talk_notes import TalkNote
from ivr.staff import acts
from ivr.staff.acts import Act
from ivr.storage.database import begin_read, begin_write
from tests.call_flows.line import DANA, LIN, Caller
from tests.call_flows.test_top_up import reports
from tests.follow_up.test_summaries import the_code


@pytest.fixture
def told(line):
    """Lin has a case and talked to an agent; Dana hung up."""
    line.lin, line.dana = (Caller(line, "en", repeat=False) for _ in range(2))
    reports(line.lin.calls(), "800", "1121").proves(LIN)
    line.lin.presses("0").hangs_up()
    line.put("clock", {"now": "2026-11-23T11:00:00+08:00"})
    line.dana.calls().hangs_up()
    return line


def typed(line, *words):
    cli = click.Group()
    console.add_commands(cli, lambda: line.settings)
    return CliRunner().invoke(cli, ["calls", *words])


def kept(line):
    with begin_read(line.runtime.engine) as conn:
        return [
            tuple(row)
            for row in conn.execute(
                sa.select(handover_tables.summary_views.c.call, handover_tables.summary_views.c.who).order_by("n")
            )
        ]


def test_the_summary_of_a_call_is_shown_in_both_languages_with_nothing_secret(told):
    """What was entered, found and promised; of the numbers that were keyed nothing, of the caller's only its tail."""
    shown = typed(told, "show", told.lin.sid)
    assert shown.exit_code == 0, shown.output
    head, *lines = shown.output.splitlines()
    assert head == f"{told.lin.sid} 2026-11-23T10:00+08:00  haiyun en, L2, transferred"
    (case,) = told.get("cases")
    for words in ("Entered: amount 800.00 yuan", "所输: 金额 800.00 元", "still being confirmed", case["reference"]):
        assert any(words in line for line in lines), words
    for secret in (LIN.number, LIN.tail.rstrip("*"), the_code(told), "+8613900000001"):
        assert secret not in shown.output + typed(told, "show", told.lin.sid, "--json").output


def test_who_looked_is_kept_and_told_to_the_next_one(told, monkeypatch):
    """By the account of the system, whatever the environment says; before anything is shown."""
    monkeypatch.setenv("USER", "nobody-else")
    monkeypatch.setenv("LOGNAME", "nobody-else")
    monkeypatch.delenv("SUDO_USER", raising=False)
    assert typed(told, "show", told.lin.sid).output.splitlines()[-1] == "looked at before: by nobody"
    assert kept(told) == [(told.lin.sid, summary_views.logged_in_account())]
    again = typed(told, "show", told.lin.sid).output.splitlines()[-1]
    assert again.startswith(f"looked at before: {summary_views.logged_in_account()} 20") and "nobody-else" not in again
    assert len(kept(told)) == 2


@pytest.mark.parametrize(
    "number, environment, name",
    [(0, {"SUDO_USER": "alice"}, "alice as root"), (0, {}, "root"), (4_000_000, {"SUDO_USER": "alice"}, "uid 4000000")],
)
def test_whoever_is_logged_in_is_named(monkeypatch, number, environment, name):
    """Behind sudo too; a container's account may have no name."""
    monkeypatch.delenv("SUDO_USER", raising=False)
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    monkeypatch.setattr("os.getuid", lambda: number)
    assert summary_views.logged_in_account() == name


def test_everything_that_is_in_it_is_shown_as_json(told):
    """For programs; that is a look, too."""
    summary = json.loads(typed(told, "show", told.lin.sid, "--json").output)
    assert summary["reason"] == "asked" and {"prompt": "top-up-amount", "value": 80000} in summary["entries"]
    assert len(kept(told)) == 1


def test_what_was_erased_or_never_there_is_refused_and_nobody_looked(told):
    """In one sentence each."""
    with begin_read(told.runtime.engine) as conn:
        customer = conn.scalar(sa.select(cases_tables.cases.c.customer))
    erase(told.runtime.engine, "haiyun", customer, told.runtime.clock)
    for call, says in ((told.lin.sid, "was erased"), ("CA" + "0" * 32, "there is no call")):
        refused = typed(told, "show", call)
        assert refused.exit_code == 2 and says in refused.output and refused.output.count("\n") == 1
    assert kept(told) == []


def test_the_last_calls_are_listed_the_newest_first_and_nothing_that_was_said(told):
    """With their outcome; a call that nobody answered, too."""
    with begin_write(told.runtime.engine) as conn:
        never = {"call": "CA" + "9" * 32, "started": "2026-11-23T09:00:00+08:00"}
        conn.execute(sa.text("INSERT INTO calls (call, started) VALUES (:call, :started)"), never)
    assert typed(told).output.splitlines() == [
        f"{told.dana.sid} 2026-11-23T11:00+08:00  haiyun en, L0, abandoned",
        f"{told.lin.sid} 2026-11-23T10:00+08:00  haiyun en, L2, transferred",
        f"CA{'9' * 32} 2026-11-23T09:00+08:00  never answered",
    ]
    assert len(typed(told, "--last", "1").output.splitlines()) == 1
    assert kept(told) == []
    assert DANA.number not in typed(told).output


def test_how_agents_say_that_their_talks_ended_is_shown_without_what_they_wrote(told):
    """The outcome only: the note and what is still to be done are sealed, and stand on the card."""
    at = datetime(2026, 11, 23, 2, 5, tzinfo=UTC)
    note = TalkNote("mei", stamp(at), "callback", "very cross", "ring the aunt")
    with begin_write(told.runtime.engine) as conn:
        assert talk_notes.write(conn, "e1", told.lin.sid, told.runtime.sealer, note)
        assert call_report(conn, told.lin.sid)["talks"] == [{"staff": "mei", "at": stamp(at), "outcome": "callback"}]
        assert call_report(conn, told.dana.sid)["talks"] == []
        rated = {"call": told.lin.sid, "wallet": "haiyun", "at": stamp(at), "status": "good"}
        conn.execute(sa.insert(ratings).values(**rated))
    shown = typed(told, "show", told.lin.sid).output
    assert "talk with mei: callback" in shown and "cross" not in shown and "aunt" not in shown
    assert "rating by the caller: good" in shown and "rating" not in typed(told, "show", told.dana.sid).output


def test_what_agents_did_is_shown_without_what_they_wrote(told):
    """Who, what and when; an act that the wallet has not confirmed is not done."""
    told_at = stamp(datetime(2026, 11, 23, 2, 5, tzinfo=UTC))
    done = {"id": "1", "act": "note", "about": "261100018", "details": {"stage": "in-review"}, "status": "done"}
    asked = {"id": "2", "act": "unfreeze", "about": "", "details": {}, "status": "asked"}
    with begin_write(told.runtime.engine) as conn:
        for one in (done, asked):
            who = {"call": told.lin.sid, "wallet": "haiyun", "customer": "K1", "staff": "mei", "at": told_at}
            acts.add(conn, Act(**who, **one, note="fell in the river"), told.runtime.sealer)
    shown = typed(told, "show", told.lin.sid).output
    assert "done by mei: note 261100018 to in-review" in shown
    assert "unfreeze" not in shown and "river" not in shown
