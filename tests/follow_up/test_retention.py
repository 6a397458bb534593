"""What is older than the settings say is deleted in small steps; what is still needed stays, however old."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from ivr.callbacks.tables import callback_queue, callbacks, ring_attempts
from ivr.cases.tables import cases, disputes
from ivr.config.settings import Settings
from ivr.engine.journal import calls, journal, notices, replies
from ivr.follow_up.context import Context
from ivr.follow_up.tables import deliveries, lab_texts, messages
from ivr.identity.tables import attempts, challenges, languages
from ivr.privacy import retention
from ivr.storage.database import begin_read, begin_write, connect
from ivr.voice_notes.tables import recordings, sounds, voice_notes

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
OLD, NEW = "2026-10-01T10:00:00+08:00", "2026-11-20T10:00:00+08:00"
NEVER = {"journals": 0, "summaries": 0, "messages": 0, "notes": 0}
MONTH = dict.fromkeys(NEVER, 30)
OF_A_CALL = (journal, notices, challenges, callbacks)


@pytest.fixture
def old(here):
    """A worker of a line that keeps everything for thirty days."""
    return replace(here, settings=replace(here.settings, retention_days=MONTH))


def put(here, call, at=OLD, case=None, ring=None):
    """A call with everything that hangs on one."""
    row = {
        "call": call,
        "turn": 0,
        "at": at,
        "story": "main",
        "steps": "[]",
        "facts": "{}",
        "language": "zh",
        "slow": False,
    }
    with begin_write(here.engine) as conn:
        conn.execute(
            sa.insert(calls).values(
                call=call, started=at, summary_sealed="s", key_sealed="k", caller_sealed="n", caller_mark="m"
            )
        )
        number = conn.scalar(sa.insert(replies).values(reply=call).returning(replies.c.id))
        conn.execute(sa.insert(journal).values(**row, reply=number))
        conn.execute(sa.insert(notices).values(call=call, kind="status", sequence="0", at=at, body="{}"))
        conn.execute(sa.insert(attempts).values(id=call, factor="pin", call=call, at=at, ok=True))
        conn.execute(sa.insert(challenges).values(call=call, number=1, hash="h", sent=at, fails=0, used=True))
        conn.execute(
            sa.insert(callbacks).values(
                id=call, call=call, at=at, number_sealed="n", number_mask="0001", status="requested"
            )
        )
        conn.execute(sa.insert(callback_queue).values(id=call, at=at, status=ring or "reached"))
        conn.execute(
            sa.insert(ring_attempts).values(
                id=call, ring=call, number=1, agent="a", at=at, accepted=True, status="over"
            )
        )
        if case:
            kept = {"id": call, "call": call, "at": at, "reference": call, "kind": "unknown", "due_provisional": False}
            conn.execute(sa.insert(cases if case[0] == "case" else disputes).values(**kept, status=case[1]))


def left(here):
    """The calls that are still there, in each table that hangs on them."""
    with begin_read(here.engine) as conn:
        found = {table.name: sorted(conn.scalars(sa.select(table.c.call))) for table in (*OF_A_CALL, attempts, calls)}
        found["replies"] = sorted(conn.scalars(sa.select(replies.c.reply)))
        return found | {
            "rings": sorted(conn.scalars(sa.select(callback_queue.c.id))),
            "ring_attempts": sorted(conn.scalars(sa.select(ring_attempts.c.id))),
        }


def test_an_old_call_is_deleted_with_its_rows_and_a_new_one_stays(old):
    """In every table."""
    put(old, "CAold")
    put(old, "CAnew", NEW)
    retention.forget_old(old)
    assert all(there == ["CAnew"] for there in left(old).values()), left(old)


def test_an_old_call_without_turns_is_deleted(old):
    """A number that is no wallet's line was dialled: all that came was the notice of its end."""
    with begin_write(old.engine) as conn:
        conn.execute(sa.insert(calls).values(call="CA1", started=OLD, ended=OLD))
        conn.execute(sa.insert(notices).values(call="CA1", kind="status", sequence="0", at=OLD, body="{}"))
    retention.forget_old(old)
    with begin_read(old.engine) as conn:
        assert [conn.scalar(sa.select(sa.func.count()).select_from(table)) for table in (calls, notices)] == [0, 0]


def chosen(here, mark, at):
    """A language was chosen from this number."""
    with begin_write(here.engine) as conn:
        conn.execute(sa.insert(languages).values(caller_mark=mark, language="en", at=at))


def remembered(here):
    """The numbers whose language is still known."""
    with begin_read(here.engine) as conn:
        return sorted(conn.scalars(sa.select(languages.c.caller_mark)))


def test_a_language_is_forgotten_when_no_call_from_its_number_is_left(old):
    """Whoever calls every week is not asked again; the mark of a number is personal, so it does not stay for ever."""
    put(old, "CAold")
    put(old, "CAoften", NEW)
    with begin_write(old.engine) as conn:
        for call in ("CAold", "CAoften"):
            conn.execute(sa.update(calls).where(calls.c.call == call).values(caller_mark=call))
    for mark, at in (("CAold", OLD), ("CAoften", OLD), ("gone", OLD), ("new", NEW)):
        chosen(old, mark, at)
    retention.forget_old(replace(old, settings=replace(old.settings, retention_days=MONTH | {"journals": 0})))
    assert remembered(old) == ["CAoften", "CAold", "gone", "new"]
    retention.forget_old(old)
    assert remembered(old) == ["CAoften", "new"]


def test_nothing_is_deleted_unless_a_setting_says_so(old):
    """The default keeps everything."""
    put(old, "CAold")
    retention.forget_old(replace(old, settings=replace(old.settings, retention_days=NEVER)))
    assert all(there == ["CAold"] for there in left(old).values())


@pytest.mark.parametrize(
    "needed",
    [
        {"case": ("case", "received")},
        {"case": ("case", "in-review")},
        {"case": ("dispute", "in-review")},
        {"ring": "queued"},
        {"ring": "ringing"},
        {"ring": "missed"},
        {"ring": "by-hand"},
    ],
)
def test_old_data_that_is_still_needed_stays(old, needed):
    """An open case or dispute, a callback that nobody has made, by the line or by hand; beside it an old call goes."""
    put(old, "CAneeded", **needed)
    put(old, "CAdone", case=("case", "done"), ring="done")
    retention.forget_old(old)
    assert all(there == ["CAneeded"] for there in left(old).values()), left(old)
    with begin_read(old.engine) as conn:
        assert "s" in conn.scalars(sa.select(calls.c.summary_sealed)).all()


def test_a_journal_may_go_before_its_summary(old):
    """The summary then stays readable, the caller's number does not."""
    put(old, "CAold")
    retention.forget_old(replace(old, settings=replace(old.settings, retention_days=NEVER | {"journals": 30})))
    with begin_read(old.engine) as conn:
        row = conn.execute(sa.select(calls)).one()
        assert (row.summary_sealed, row.key_sealed, row.caller_sealed, row.caller_mark) == ("s", "k", None, None)
        assert conn.execute(sa.select(journal)).all() == [] and conn.scalar(sa.select(attempts.c.call)) == "CAold"


def test_a_summary_may_go_before_its_journal(old):
    """The call can still be looked at."""
    put(old, "CAold")
    retention.forget_old(replace(old, settings=replace(old.settings, retention_days=NEVER | {"summaries": 30})))
    with begin_read(old.engine) as conn:
        assert conn.scalar(sa.select(calls.c.summary_sealed)) is None
        assert conn.scalar(sa.select(journal.c.call)) == "CAold"


def put_note(here, note, at=OLD, status="held", reference=None):
    with begin_write(here.engine) as conn:
        conn.execute(
            sa.insert(voice_notes).values(id=note, call=note, at=at, reference=reference, seconds=9, status=status)
        )
        conn.execute(sa.insert(sounds).values(id=note, sealed=b"s"))
        conn.execute(sa.insert(recordings).values(id=note, call=note, turn=1, seconds=9, at=at, status="gone"))


def notes_left(here):
    with begin_read(here.engine) as conn:
        return [sorted(conn.scalars(sa.select(table.c.id))) for table in (voice_notes, sounds)]


def test_an_old_voice_note_is_deleted_with_its_sound(old):
    """A new one stays, and so does what is still on its way."""
    for note, more in {"CAold": {}, "CAnew": {"at": NEW}, "CAcoming": {"status": "coming"}}.items():
        put_note(old, note, **more)
    retention.forget_old(old)
    assert notes_left(old) == [["CAcoming", "CAnew"]] * 2


@pytest.mark.parametrize("kind", ["case", "dispute"])
def test_a_voice_note_stays_while_its_case_is_open(old, kind):
    """Though the case was opened in another call."""
    put(old, "CAopen", case=(kind, "in-review"))
    put_note(old, "CAneeded", reference="CAopen")
    retention.forget_old(old)
    assert notes_left(old) == [["CAneeded"]] * 2
    with begin_write(old.engine) as conn:
        for table in (cases, disputes):
            conn.execute(sa.update(table).values(status="done"))
    retention.forget_old(old)
    assert notes_left(old) == [[], []]


def test_a_call_keeps_its_key_as_long_as_its_voice_note_is_there(old):
    """Otherwise nobody could hear it any more."""
    put(old, "CAold")
    put_note(old, "CAold")
    retention.forget_old(replace(old, settings=replace(old.settings, retention_days=MONTH | {"notes": 0})))
    with begin_read(old.engine) as conn:
        assert conn.execute(sa.select(calls.c.call, calls.c.key_sealed)).all() == [("CAold", "k")]
        assert conn.execute(sa.select(journal)).all() == [] and conn.execute(sa.select(recordings)).all() == []
    retention.forget_old(old)
    assert notes_left(old) == [[], []]
    retention.forget_old(old)
    assert left(old)["calls"] == []


def test_a_note_that_is_still_to_be_fetched_is_not_deleted(old):
    """Texts that wait, events that wait or are dead."""
    with begin_write(old.engine) as conn:
        for status in ("queued", "sent", "delivered", "failed", "dropped"):
            conn.execute(sa.insert(messages).values(id=status, at=OLD, status=status, mark=status))
        conn.execute(sa.insert(lab_texts).values(message="sent", sealed="x", at=OLD, status="sent"))
        for status in ("queued", "dead", "delivered", "erased"):
            conn.execute(sa.insert(deliveries).values(id=status, at=OLD, body="{}", status=status))
    retention.forget_old(old)
    with begin_read(old.engine) as conn:
        assert conn.scalars(sa.select(messages.c.id)).all() == ["queued"]
        assert sorted(conn.scalars(sa.select(deliveries.c.id))) == ["dead", "queued"]
        assert conn.execute(sa.select(lab_texts)).all() == []


@pytest.mark.parametrize(
    "at, kept",
    [
        ("2026-10-24T02:00:00+00:00", True),
        ("2026-10-23T00:00:00+08:00", True),
        ("2026-10-22T23:59:59-12:00", False),
        ("2026-10-22T23:59:59+08:00", False),
    ],
)
def test_nothing_is_deleted_before_its_last_day_is_over(old, at, kept):
    """Wherever the clock stood; at most two days later."""
    put(old, "CA1", at)
    retention.forget_old(old)
    assert bool(left(old)["calls"]) is kept


def work(arguments: list[str]) -> None:
    """`work([url, folder])`: a worker that is killed in its second batch."""
    url, folder = arguments
    given = {"DATA_DIR": folder, "DATABASE_URL": url, "RETENTION_DAYS": "30"}
    settings = Settings.load(given, dotenv=Path(folder) / "no.env")
    batches: list[int] = []
    forget = retention.JOURNALS.forget

    def dying(conn, ids):
        forget(conn, ids)
        batches.append(len(ids))
        if len(batches) == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    retention.JOURNALS = replace(retention.JOURNALS, forget=dying)
    retention.BATCH = 2
    retention.forget_old(Context(connect(url), settings, None, lambda conn: NOW))


def test_a_killed_worker_leaves_no_half_call_and_the_next_one_continues(old, tmp_path):
    """Two of five are gone, in all tables, or none of a batch."""
    for place in range(5):
        put(old, f"CA{place}")
    url = old.engine.url.render_as_string(hide_password=False)
    run = "import sys; from tests.follow_up.test_retention import work; work(sys.argv[1:])"
    command = [sys.executable, "-c", run, url, str(tmp_path / "w")]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    found = left(old)
    assert len(found["journal"]) == 3 and all(found[table.name] == found["journal"] for table in OF_A_CALL)
    assert found["rings"] == found["journal"] == found["ring_attempts"]
    retention.forget_old(old)
    assert not any(left(old).values())
