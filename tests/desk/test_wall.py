"""The wall: its figures by their definition, of the supervisor's wallets only, and live."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from ivr.follow_up.outbox import stamp
from ivr.follow_up.tables import deliveries, messages
from ivr.queue import entries
from ivr.queue.figures import Figures, ServiceLevel, figures
from ivr.queue.tables import queue_entries
from ivr.staff.sessions import IDLE
from ivr.staff.tables import staff
from ivr.storage.database import begin_read, begin_write
from ivr.web.backlog_metrics import exposition
from tests.desk.conftest import live, open_desk
from tests.desk.queue_rows import rings, talks, waits
from tests.desk.test_live import hub, later, opened, told

__all__ = ["hub", "opened"]


def was(desk, outcome, wait, number=1, **more):
    """So many calls of this outcome, each after so long a wait, a minute ago."""
    entered = desk.now - timedelta(minutes=1)
    moments = ("answered", "connected") if outcome == "answered" else ("ended",)
    after = dict.fromkeys(moments, stamp(entered + timedelta(seconds=wait)))
    row = {"wallet": "haiyun", "language": "en", "topic": "other", "priority": 2, "status": "over", "tries": 0}
    row |= {"entered": stamp(entered), "outcome": outcome, **after, **more}
    with begin_write(desk.engine) as conn:
        first = conn.scalar(sa.select(sa.func.count()).select_from(queue_entries))
        rows = [{"id": f"e{first + one}", "call": f"CB{first + one}"} | row for one in range(number)]
        conn.execute(sa.insert(queue_entries), rows)


def counted(desk, minutes=60, before=0):
    """The figures of Haiyun's last hour."""
    end = desk.now - timedelta(minutes=before) + timedelta(seconds=1)
    with begin_read(desk.engine) as conn:
        level = ServiceLevel.of(desk.settings)
        return figures(conn, "haiyun", end - timedelta(minutes=minutes), end, level)


def test_the_service_level_of_a_day_that_every_definition_counts_otherwise(desk):
    """1,000 answered of which 860 in time, 60 hung up of which 8 at once, 30 callbacks: 860 of 1,052."""
    for outcome, wait, number in (
        ("answered", 20, 860),
        ("answered", 21, 140),
        ("abandoned", 5, 8),
        ("abandoned", 15, 12),
        ("abandoned", 60, 40),
        ("callback", 60, 30),
    ):
        was(desk, outcome, wait, number)
    found = counted(desk)
    assert found == Figures(answered=1000, in_time=860, abandoned=60, short=8, callbacks=30)
    assert (found.offered, found.service_level) == (1090, 81)
    assert "81 %" in desk.by("super_h").gets("/desk/wall").text


@pytest.mark.parametrize("level, short, percent, hung_up", [(20, 5, 50, 0), (20, 20, 66, 1), (60, 5, 75, 0)])
def test_t_and_s_are_settings_and_stand_below_the_figures(day, copied, monkeypatch, level, short, percent, hung_up):
    """S may be T. The note says which values hold, so nobody compares two walls that count otherwise."""
    given = replace(live(day.settings), service_level_seconds=level, short_abandon_seconds=short)
    desk = open_desk(given, copied, monkeypatch)
    was(desk, "answered", 20, 2)
    was(desk, "answered", 21)
    was(desk, "abandoned", 15)
    text = desk.by("super_h").gets("/desk/wall").text.replace("\N{NO-BREAK SPACE}", " ")
    assert f"Service level today</dt><dd>{percent} %</dd>" in text and f"; {hung_up} within {short} s" in text
    assert f"answered within {level} s ÷" in text and f"hung up within {short} s)" in text


def test_a_caller_who_hangs_up_after_a_transfer_was_answered(desk, day):
    """By the first agent, after five seconds. While they wait again, the wall and the metrics count one who waits."""
    rings(desk, "agent_h", waits(desk, day.taken, ago=5), ago=1)
    talks(desk)
    desk.now += timedelta(minutes=3)
    with begin_write(desk.engine) as conn:
        entries.come_back(conn, "entry-1")
    assert counted(desk) == Figures(answered=1, in_time=1)
    text = exposition(desk.engine).decode()
    assert 'ivr_queue{status="queued"} 1.0' in text
    assert re.search(r"Waiting</dt><dd>1</dd>", desk.by("super_h").gets("/desk/wall").text)
    with begin_write(desk.engine) as conn:
        entries.caller_gone(conn, day.taken, desk.now)
    assert counted(desk) == Figures(answered=1, in_time=1)


@pytest.mark.parametrize("outcome", ["callback", "menu", "note", "closed", "failed"])
def test_without_anybody_on_either_side_there_is_no_service_level(desk, outcome):
    """Neither 100 nor 0; and a caller who only left is neither abandoned nor answered."""
    was(desk, outcome, 30)
    found = counted(desk)
    assert found.service_level is None and (found.answered, found.abandoned, found.offered) == (0, 0, 1)
    assert found.callbacks + found.left == 1
    text = desk.by("super_h").gets("/desk/wall").text
    assert re.search(r"Service level today</dt><dd>–</dd>", text)


def test_one_call_counts_once_however_often_it_was_offered_came_back_or_was_handed_on(desk):
    """Three agents rung, one missed call each: no abandoned one. The first answer counts, and the first entry."""
    was(desk, "menu", 10, call="CA-back")
    was(desk, "answered", 50, call="CA-back")
    was(desk, "answered", 5, call="CA-on")
    was(desk, "answered", 500, call="CA-on")
    found = counted(desk)
    assert found == Figures(answered=2, in_time=1)


def test_a_call_belongs_to_the_interval_in_which_it_entered(desk):
    """So intervals add up to the day, also with calls that are not over."""
    was(desk, "answered", 3000)
    desk.now += timedelta(minutes=20)
    was(desk, "abandoned", 30)
    waits(desk, "CA-now", "waits")
    assert counted(desk, 10) == Figures(abandoned=1, waiting=1)
    parts = (counted(desk, 15, before=15 * number) for number in range(4))
    assert sum(parts, Figures()) == counted(desk) == Figures(answered=1, abandoned=1, waiting=1)


def test_the_wall_shows_the_wallets_of_its_supervisor_only(desk, day):
    """Callers, agents, figures and failures of another wallet are not in it."""
    window = desk.by("super_h")
    waits(desk, day.taken)
    waits(desk, day.at_linfu, "foreign", wallet="linfu", ago=5000)
    was(desk, "abandoned", 30, 7, wallet="linfu")
    with begin_write(desk.engine) as conn:
        for call, wallet in ((day.taken, "haiyun"), (day.at_linfu, "linfu")):
            told_at = {"at": desk.line_now.isoformat(), "wallet": wallet}
            conn.execute(sa.insert(deliveries).values(id=f"{call}:x", body="", status="dead", tries=0, **told_at))
    text = window.gets("/desk/wall").text
    assert "Agent of Haiyun" in text and "Zweite Person" not in text
    assert ">1:05<" in text and re.search(r"Hung up today</dt>\s*<dd>0</dd>", text)
    assert re.search(r"events that the CRM did not take</dt><dd class=\"figure alarm\">! <a href=\"[^\"]+\">1<", text)
    both = desk.by("super_b").gets("/desk/wall").text
    assert "Zweite Person" in both and re.search(r"Hung up today</dt>\s*<dd>7</dd>", both)


def test_neither_numbers_nor_names_of_callers_are_on_the_wall(desk, day):
    """It hangs where visitors pass."""
    rings(desk, "agent_h", waits(desk, day.taken))
    talks(desk)
    text = desk.by("super_h").gets("/desk/wall").text
    assert "In a call" in text and day.taken not in text and "0001" not in text


def test_failed_texts_of_the_day_are_counted(desk, day):
    """By the wallet of their call or case, which their ids name."""
    with begin_write(desk.engine) as conn:
        conn.execute(sa.update(messages).values(status="failed"))
        own = len(conn.scalars(sa.select(messages.c.id)).all())
        conn.execute(sa.insert(messages).values(id=f"code:{day.at_linfu}:1", at="2026-11-23", status="failed", tries=0))
    number = f'did not arrive</dt><dd class="figure alarm">! <a href="/desk/failures#texts-failed">{own}<'
    assert own and number in desk.by("super_h").gets("/desk/wall").text


def test_the_wall_is_live_and_keeps_itself_open(desk, hub, opened, day):
    """A screen on the wall is not clicked at; it ends with the right."""
    stream = opened("super_h", page="wall")
    hub.look()
    assert told(stream)["waiting"] == 0
    waits(desk, day.taken)
    hub.look()
    assert told(stream)["waiting"] == 1
    for _ in range(int(IDLE.total_seconds() // 25) + 10):
        later(desk, hub, seconds=25)
    assert not stream.ended
    with begin_write(desk.engine) as conn:
        conn.execute(sa.text("UPDATE staff SET role = 'agent' WHERE id = 'super_h'"))
    hub.look()
    assert stream.ended


def test_an_agent_gets_no_wall_by_the_stream_either(desk):
    """The page is refused, and so is the stream."""
    assert desk.by("agent_h").gets("/desk/stream?page=wall").status_code == 403


def test_a_large_room_is_in_two_columns(desk):
    """Thirty agents below each other would not fit on the wall; every one of them is there."""
    assert desk.by("super_h").gets("/desk/wall").text.count('class="rows agents"') == 1
    row = {"role": "agent", "wallets": '["haiyun"]', "languages": "[]", "topics": "[]", "added": "2026", "totp_step": 0}
    with begin_write(desk.engine) as conn:
        for n in range(30):
            conn.execute(sa.insert(staff).values(id=f"p{n}", name=f"Person {n}!", address=f"client:p{n}", **row))
    text = desk.by("super_h").gets("/desk/wall").text
    assert text.count('class="rows agents"') == 2 and all(f"Person {n}!" in text for n in range(30))


def test_the_longest_wait_is_marked_from_the_alarm_on(day, copied, monkeypatch):
    """By QUEUE_ALARM_SECONDS, so that the wall and the log say the same."""
    desk = open_desk(replace(live(day.settings), queue_alarm_seconds=45), copied, monkeypatch)
    waits(desk, day.taken)
    text = desk.by("super_h").gets("/desk/wall").text
    assert 'data-limit="45"' in text and 'data-limit="120"' not in text and text.count('"clock late"') == 1
