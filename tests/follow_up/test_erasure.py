"""After an erasure nobody reads what was kept of that customer, and everything else goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from ivr import console
from ivr.callbacks.tables import callback_queue, callbacks
from ivr.engine.journal import calls, journal, notices, replies
from ivr.engine.secrets import BrokenSeal, Sealer
from ivr.follow_up.tables import deliveries, messages
from ivr.identity.tables import attempts, languages
from ivr.privacy import erasure
from ivr.privacy.erasure import LONGEST_CALL, LONGEST_QUIET, GoingOn, erase
from ivr.storage.database import begin_read, begin_write, connect
from tests.call_flows.line import DANA, LIN, NOON, Caller
from tests.call_flows.test_top_up import reports
from tests.follow_up.crm import SECRET

ROOT = Path(__file__).parents[2]
LINS, DANAS, NEIGHBOURS = "+8613900000002", "+8613900000003", "+8613900000004"


@pytest.fixture
def told(line):
    """Lin left a case and a callback, Dana called too; somebody else once rang from Lin's telephone."""
    line.settings = replace(line.settings, crm_url={"": "http://127.0.0.1:9"}, crm_secret={"": SECRET})
    line.restart()
    line.put("agents", {"available": 0})
    line.lin, line.dana, line.nobody = (Caller(line, "zh", repeat=False) for _ in range(3))
    reports(line.lin.calls(from_=LINS), "800", "1121").proves(LIN)
    line.lin.presses("0").wants_a_call_back("13900000002").picks("是", "").hangs_up()
    line.dana.calls(from_=DANAS).picks("充值与支付问题", "").picks("充值限额", "").proves(DANA).hangs_up()
    line.nobody.calls(from_=LINS).presses("5").hangs_up()
    line.engine = line.app.extensions["line"].engine
    line.server = Sealer(line.settings.server_key)
    return line


def tokens(line, call):
    """Everything that is sealed in a call: its number, summary, replies, keyed values, the number to call back."""
    with begin_read(line.engine) as conn:
        kept = conn.execute(sa.select(calls.c.caller_sealed, calls.c.summary_sealed).where(calls.c.call == call)).one()
        rows = conn.execute(
            sa.select(replies.c.reply, journal.c.steps)
            .join(replies, replies.c.id == journal.c.reply)
            .where(journal.c.call == call)
        ).all()
        numbers = conn.scalars(sa.select(callbacks.c.number_sealed).where(callbacks.c.call == call)).all()
    keyed = [
        step[3] for row in rows for step in json.loads(row.steps) if step[:1] == ["answer"] and step[2] == "sealed"
    ]
    return [token for token in (*kept, *numbers, *keyed, *(row.reply for row in rows)) if token]


def key(line, call):
    with begin_read(line.engine) as conn:
        return conn.scalar(sa.select(calls.c.key_sealed).where(calls.c.call == call))


def opens(line, call, token):
    """Whether anybody with the server key and the database can read it."""
    for sealer in (line.server.for_call(key(line, call)), line.server):
        try:
            return bool(sealer.open(token))
        except BrokenSeal:
            continue
    return False


def customers(line):
    with begin_read(line.engine) as conn:
        return dict(conn.execute(sa.select(attempts.c.call, attempts.c.account).where(attempts.c.ok)).all())


def erased(line):
    return erase(line.engine, "haiyun", customers(line)[line.lin.sid], line.runtime.clock)


def everything(line):
    with begin_read(line.engine) as conn:
        return conn.execute(sa.select(journal).order_by(journal.c.call, journal.c.turn)).all()


def test_sealed_data_is_unreadable_and_the_journal_is_unchanged(told):
    """Neither with what the database still holds nor with the server key; the neighbour's is as before."""
    sealed = {call: tokens(told, call) for call in (told.lin.sid, told.nobody.sid, told.dana.sid)}
    assert len(sealed[told.lin.sid]) > 15
    assert all(opens(told, call, token) for call, found in sealed.items() for token in found)
    before = everything(told)
    report = erased(told)
    assert (report.calls, report.callbacks, report.events, report.languages, report.keyless) == (2, 1, 2, 1, 0)
    for call in (told.lin.sid, told.nobody.sid):
        assert not any(opens(told, call, token) for token in sealed[call])
    assert all(opens(told, told.dana.sid, token) for token in sealed[told.dana.sid])
    assert everything(told) == before
    assert set(vars(erased(told)).values()) == {0}  # a second time nothing is found


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)  # the files of PostgreSQL are not ours
def test_the_keys_are_gone_from_the_database_files(told):
    """SQLite overwrites old pages, and leaves none in its log."""
    lost, kept = key(told, told.lin.sid).encode(), key(told, told.dana.sid).encode()
    files = [Path(told.engine.url.database + end) for end in ("", "-wal")]
    held = b"".join(file.read_bytes() for file in files)
    assert lost in held and kept in held
    erased(told)
    held = b"".join(file.read_bytes() for file in files if file.exists())
    assert lost not in held and kept in held


def test_reports_say_that_the_call_was_erased(told):
    """Calls, callbacks, cases; a case still has its stage."""
    (case,) = told.get("cases")
    erased(told)
    report = told.lin.report()
    assert (report["erased"], report["turns"], report["summary"], report["outcome"]) == (True, [], None, "callback")
    assert "erased" not in told.dana.report() and told.dana.report()["turns"]
    (callback,) = told.get("callbacks")
    assert (callback["number"], callback["summary"]) == ("erased", None)
    assert told.get("cases") == [case]
    caller = Caller(told, "zh", repeat=False).calls()
    with begin_read(told.engine) as conn:
        assert conn.scalars(sa.select(languages.c.caller_mark)).all()
        assert conn.scalars(sa.select(deliveries.c.status)).all() == ["erased"] * 2
        assert conn.scalars(sa.select(deliveries.c.body)).all() == [""] * 2
        assert conn.scalars(sa.select(callback_queue.c.status)).all() == ["erased"]
        assert set(conn.execute(sa.select(callbacks.c.number_mask, callbacks.c.number_mark))) == {("", None)}
    assert caller.options


def test_the_customer_may_call_again_and_is_erased_again(told):
    """What is new has a key of its own."""
    erased(told)
    again = Caller(told, "zh", repeat=False)
    again.calls(from_=LINS).picks("充值与支付问题", "").picks("充值限额", "").proves(LIN).hangs_up()
    assert all(opens(told, again.sid, token) for token in tokens(told, again.sid))
    assert erased(told).calls == 1


def test_another_customer_on_the_same_telephone_stays(told):
    """Whoever was verified there is somebody else."""
    shared = Caller(told, "zh", repeat=False)
    shared.calls(from_=LINS).picks("充值与支付问题", "").picks("充值限额", "").proves(DANA).hangs_up()
    erased(told)
    assert all(opens(told, shared.sid, token) for token in tokens(told, shared.sid))


def test_a_queued_text_is_not_sent(told):
    """Nor composed."""
    with begin_write(told.engine) as conn:
        conn.execute(sa.update(messages).values(status="queued"))
    assert erased(told).texts == 2  # the code and the case
    with begin_read(told.engine) as conn:
        assert "erased" in conn.scalars(sa.select(messages.c.status)).all()


def test_a_language_is_forgotten_although_retention_has_taken_the_telephone_from_the_call(told):
    """The customer's verification still names it."""
    with begin_write(told.engine) as conn:
        conn.execute(sa.update(calls).values(caller_mark=None))
    assert erased(told).languages == 1
    with begin_read(told.engine) as conn:
        assert len(conn.scalars(sa.select(languages.c.caller_mark)).all()) == 1


def test_no_digit_of_the_number_of_a_text_stays(told):
    """Also of one that failed long ago, or that a worker has in hand at that moment."""
    with begin_write(told.engine) as conn:
        conn.execute(sa.update(messages).values(status="failed", number_mask="0051"))
    erased(told)
    with begin_read(told.engine) as conn:
        assert conn.scalars(sa.select(messages.c.number_mask)).all() == [None, None]


def test_a_telephone_with_a_thousand_calls_is_erased(told):
    """A company's switchboard, or somebody who tried numbers from it."""
    with begin_write(told.engine) as conn:
        kept = conn.execute(sa.select(calls).where(calls.c.call == told.nobody.sid)).one()._asdict()
        conn.execute(sa.insert(calls), [kept | {"call": f"CA{place:032x}"} for place in range(1500)])
        conn.execute(sa.update(messages).values(status="queued"))
    report = erased(told)
    assert (report.calls, report.texts, report.events) == (1502, 2, 2)


def test_calls_without_a_key_are_counted(told):
    """They are emptied as far as that goes, and the report says what is left."""
    with begin_write(told.engine) as conn:
        conn.execute(sa.update(calls).where(calls.c.call == told.lin.sid).values(key_sealed=None))
    assert (erased(told).keyless, key(told, told.lin.sid)) == (1, "")


def typed(line, *words):
    cli = click.Group()
    console.add_commands(cli, lambda: line.settings)
    return CliRunner().invoke(cli, list(words))


def test_the_command_says_what_it_did(told):
    """And refuses a wallet that is none."""
    customer = customers(told)[told.lin.sid]
    first, second = (typed(told, "erase", "haiyun", customer).output for _ in range(2))
    assert (
        f"haiyun {customer}: 2 calls can be read no more, 1 callback number is gone, 2 events for the CRM are empty"
        in first
    )
    assert second == f"haiyun {customer}: nothing was there to erase\n"
    refused = typed(told, "erase", "nobody", customer)
    assert refused.exit_code == 2 and "there is no wallet 'nobody'; there is haiyun, linfu" in refused.output
    with begin_read(told.engine) as conn:
        event = conn.scalar(sa.select(deliveries.c.id))
    assert "was erased" in typed(told, "deliveries", "resend", event).output


def test_nothing_is_erased_during_a_call_and_its_promises_are_kept(told):
    """A callback that is asked for afterwards can be rung; when the call is over, all goes."""
    customer = customers(told)[told.lin.sid]
    again = Caller(told, "zh", repeat=False)
    again.calls(from_=LINS).picks("充值与支付问题", "").picks("充值限额", "").proves(LIN)
    refused = typed(told, "erase", "haiyun", customer)
    assert refused.exit_code == 2
    assert refused.output == (
        f"Error: haiyun {customer}: nothing was erased, for call {again.sid} is going on since 2026-11-23T10:00+08:00"
        " (last heard of at 2026-11-23T10:00+08:00, over at 2026-11-23T10:10+08:00 at the latest); type it again "
        "when that is over\n"
    )
    assert all(opens(told, told.lin.sid, token) for token in tokens(told, told.lin.sid))
    again.presses("0").wants_a_call_back("13900000002").picks("是", "").hangs_up()
    with begin_read(told.engine) as conn:
        number = conn.scalar(sa.select(callbacks.c.number_sealed).where(callbacks.c.call == again.sid))
    assert opens(told, again.sid, number)
    assert (erased(told).calls, opens(told, again.sid, number)) == (3, False)


def later(line, after):
    line.put("clock", {"now": (datetime.fromisoformat(NOON) + after).isoformat()})


def never_ended(line):
    """As when no status notice comes, or it was lost."""
    with begin_write(line.engine) as conn:
        conn.execute(sa.update(calls).values(ended=None))


def test_a_call_without_a_status_callback_is_over_after_the_longest_wait(told):
    """Nobody waits for hours: minutes after its last turn it stands in nobody's way."""
    never_ended(told)
    later(told, LONGEST_QUIET - timedelta(minutes=1))
    with pytest.raises(GoingOn):
        erased(told)
    later(told, LONGEST_QUIET)
    assert erased(told).calls == 2


def test_a_call_that_the_line_hung_up_is_over_at_once(told):
    """Though nobody said so."""
    again = Caller(told, "zh", repeat=False)
    again.calls(from_=LINS).picks("充值与支付问题", "").picks("充值限额", "").proves(LIN)
    while not again.over:
        again.waits()
    with begin_write(told.engine) as conn:
        conn.execute(sa.update(calls).where(calls.c.call == again.sid).values(ended=None))
    assert erased(told).calls == 3


def test_a_call_with_an_agent_lasts_up_to_twilios_limit(told):
    """Which is four hours; nothing is heard of it meanwhile."""
    told.put("agents", {"available": 1})
    again = Caller(told, "zh", repeat=False).calls(from_=LINS)
    again.picks("充值与支付问题", "").picks("充值限额", "").proves(LIN).presses("0")
    assert again.talking_to
    later(told, LONGEST_CALL - timedelta(minutes=1))
    with pytest.raises(GoingOn):
        erased(told)
    later(told, LONGEST_CALL)
    assert erased(told).calls == 3


def test_the_webhook_of_a_caller_who_left_an_agent_ends_the_call_without_a_status_notice(told):
    """The action of `<Dial>` says that the call is completed."""
    told.put("agents", {"available": 1})
    again = Caller(told, "zh", repeat=False).calls(from_=LINS).picks("充值与支付问题", "").presses("0")
    assert again.talking_to
    again.hangs_up()
    assert any("DialCallStatus" in form for _url, form, _answer in again.webhooks.log)
    with begin_read(told.engine) as conn:
        (noted,) = conn.scalars(
            sa.select(notices.c.at).where(notices.c.call == again.sid, notices.c.kind == "ended-with")
        )
        assert conn.scalar(sa.select(calls.c.ended).where(calls.c.call == again.sid)) == noted


def work(arguments: list[str]) -> None:
    """`work([url, customer, point])`: an erasure that is killed before or after it is committed."""
    url, customer, point = arguments
    within = erasure._erase

    def dying(*asked):
        report = within(*asked)
        if point == "before-commit":
            os.kill(os.getpid(), signal.SIGKILL)
        return report

    erasure._erase = dying
    erase(connect(url), "haiyun", customer, lambda conn: datetime.now(UTC))
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("point", ["before-commit", "after-commit"])
def test_a_killed_erasure_is_complete_or_did_nothing(told, point):
    """Typed again it does what is left."""
    customer, url = customers(told)[told.lin.sid], told.engine.url.render_as_string(hide_password=False)
    sealed = tokens(told, told.lin.sid)
    run = "import sys; from tests.follow_up.test_erasure import work; work(sys.argv[1:])"
    command = [sys.executable, "-c", run, url, customer, point]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert {opens(told, told.lin.sid, token) for token in sealed} == {point == "before-commit"}
    assert erased(told).calls == (2 if point == "before-commit" else 0)
    assert not any(opens(told, told.lin.sid, token) for token in sealed)
