"""After the call: how it ended, a note, and what is still to be done, within an hour, by the agent who talked."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from ivr.engine.journal import calls
from ivr.engine.secrets import ERASED
from ivr.identity.tables import attempts
from ivr.privacy import erasure, retention
from ivr.queue.agents import WRAP_UP
from ivr.queue.tables import talk_notes
from ivr.queue.talk_notes import WRITABLE
from ivr.storage.database import begin_read, begin_write
from tests.desk.queue_rows import activity, ends, hangs_up_back, rings, rings_back, talks, talks_back, waits

NOTE = {"outcome": "case", "note": "Called about\nthe <b>fee</b>", "follow_up": "Ring back on Tuesday"}


@pytest.fixture
def mei(desk, day):
    """An agent whose talk has just ended."""
    window = desk.by("agent_h")
    window.posts("/desk/state", state="available")
    rings(desk, "agent_h", waits(desk, day.taken))
    talks(desk)
    ends(desk)
    return window


def stored(desk):
    """The rows of the table."""
    with begin_read(desk.engine) as conn:
        return conn.execute(sa.select(talk_notes)).all()


def test_the_form_stands_on_the_page_during_wrap_up_and_what_is_written_on_the_card(desk, mei, day):
    """Text of people is escaped, its lines stay, and a supervisor reads it, too."""
    assert "Still to be done" in mei.gets("/desk/").text
    answer = mei.posts(f"/desk/calls/{day.taken}/outcome", **NOTE, **{"from": "home"})
    assert answer.location == "/desk/" and "Still to be done" not in mei.gets("/desk/").text
    for window in (mei, desk.by("super_h")):
        text = window.gets(f"/desk/calls/{day.taken}").text
        assert "case opened" in text and "the &lt;b&gt;fee&lt;/b&gt;" in text and "Ring back on Tuesday" in text
    assert desk.audited("talk-noted") == [("agent_h", day.taken, "haiyun")]


def test_it_is_stored_sealed_and_writing_again_replaces_it(desk, mei, day):
    """A note names people and sums, like a summary."""
    for outcome in ("case", "solved"):
        mei.posts(f"/desk/calls/{day.taken}/outcome", **NOTE | {"outcome": outcome})
    (row,) = stored(desk)
    assert row.outcome == "solved" and "Called" not in str(row) and "Tuesday" not in str(row)


def test_wrap_up_ends_by_itself_and_the_card_takes_the_note_for_an_hour(desk, mei, day):
    """Nobody has to choose an outcome to be rung again; a supervisor who did not talk has no form."""
    desk.now += WRAP_UP + timedelta(seconds=1)
    assert activity(desk, "agent_h") == "idle" and "Still to be done" not in mei.gets("/desk/").text
    assert 'name="follow_up"' in mei.gets(f"/desk/calls/{day.taken}").text
    assert 'name="follow_up"' not in desk.by("super_h").gets(f"/desk/calls/{day.taken}").text
    desk.now += WRITABLE
    late = desk.by("agent_h")
    assert 'name="follow_up"' not in late.gets(f"/desk/calls/{day.taken}").text
    assert late.posts(f"/desk/calls/{day.taken}/outcome", **NOTE).status_code == 404 and stored(desk) == []


@pytest.mark.parametrize("name", ["idle_h", "super_h", "agent_l"])
def test_nobody_writes_about_the_talk_of_another(desk, mei, day, name):
    """Also not a supervisor; another wallet's agent learns nothing."""
    assert desk.by(name).posts(f"/desk/calls/{day.taken}/outcome", **NOTE).status_code == 404 and stored(desk) == []


def test_an_unknown_outcome_and_control_characters_are_not_stored(desk, mei, day):
    """PostgreSQL refuses NUL, and a list is a list."""
    assert mei.posts(f"/desk/calls/{day.taken}/outcome", outcome="rich").status_code == 400
    mei.posts(f"/desk/calls/{day.taken}/outcome", outcome="other", note="a\x00b\x1b[0m" + "c" * 9000)
    text = mei.gets(f"/desk/calls/{day.taken}").text
    assert "ab[0mccc" in text and "c" * 2001 not in text


def test_an_erasure_empties_the_texts_and_nothing_is_written_afterwards(desk, mei, day):
    """The outcome stays, as calls are still counted."""
    mei.posts(f"/desk/calls/{day.taken}/outcome", **NOTE)
    with begin_read(desk.engine) as conn:
        customer = conn.scalar(sa.select(attempts.c.account).where(attempts.c.call == day.taken, attempts.c.ok))
    erasure.erase(desk.engine, "haiyun", customer, lambda _conn: desk.line_now + timedelta(days=2))
    (row,) = stored(desk)
    assert (row.outcome, row.note_sealed, row.follow_up_sealed) == ("case", None, None)
    with begin_read(desk.engine) as conn:
        assert conn.scalar(sa.select(calls.c.key_sealed).where(calls.c.call == day.taken)) == ERASED
    assert mei.posts(f"/desk/calls/{day.taken}/outcome", **NOTE).status_code == 404


def test_retention_deletes_it_with_the_summary(desk, mei, day):
    """It is as personal as the summary, and is kept as long."""
    mei.posts(f"/desk/calls/{day.taken}/outcome", **NOTE)
    with begin_write(desk.engine) as conn:
        retention._forget_summaries(conn, [day.taken])
    assert stored(desk) == []


def test_an_agent_writes_about_a_callback_as_about_a_talk(desk, day):
    """From the moment the customer is on the line; the form comes by itself when they hang up."""
    window = desk.by("agent_h")
    rings_back(desk, "agent_h", day.taken)
    assert window.posts(f"/desk/calls/{day.taken}/outcome", **NOTE).status_code == 404
    talks_back(desk)
    assert 'name="follow_up"' in window.gets(f"/desk/calls/{day.taken}").text
    hangs_up_back(desk)
    assert "Still to be done" in window.gets("/desk/").text
    window.posts(f"/desk/calls/{day.taken}/outcome", **NOTE)
    assert "Still to be done" not in window.gets("/desk/").text
    (row,) = stored(desk)
    assert (row.call, row.staff, row.outcome) == (day.taken, "agent_h", "case")
    assert "Ring back on Tuesday" in desk.by("super_h").gets(f"/desk/calls/{day.taken}").text
