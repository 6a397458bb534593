"""The live stream's watcher: who is told what and when, and how little it costs."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from ivr.desk import live
from ivr.desk.live import Hub
from ivr.queue.tables import queue_entries
from ivr.staff.sessions import IDLE, LONGEST_SESSION
from ivr.staff.tables import staff_sessions
from ivr.storage.database import begin_read, begin_write
from tests.desk.queue_rows import activity, ends, rings, talks, waits


@pytest.fixture
def hub(desk, monkeypatch):
    """The watcher of the desk under test; it looks when the test says so."""
    monkeypatch.setattr(Hub, "_watch", lambda _hub: None)
    return desk.app.extensions["hub"]


@pytest.fixture
def opened(desk, hub):
    """Open the live page of a person who signs in."""

    def open_one(name, page="home", language="en"):
        desk.by(name)
        with begin_read(desk.engine) as conn:
            mine = sa.select(sa.func.max(staff_sessions.c.n)).where(staff_sessions.c.person == name)
            number = conn.scalar(mine)
        return hub.open(number, page, language, "the-token")

    return open_one


def told(stream, event="state"):
    """What the page was told last in an event of this name; None if in none."""
    text = (stream.take() or b"").decode()
    found = re.findall(rf"^event: {event}\ndata: (.*)$", text, re.MULTILINE)
    return json.loads(found[-1]) if found else None


def later(desk, hub, **time):
    """Some time passes; then the watcher looks."""
    desk.now += timedelta(**time)
    hub._looked = 0.0
    hub.look()


def test_a_new_stream_is_told_everything_and_then_only_what_changes(desk, hub, opened, day):
    """Whoever reconnects needs nothing of what was missed."""
    stream = opened("agent_h")
    hub.look()
    first = told(stream)
    assert set(first["regions"]) == {"mine", "work", "after", "waiting"} and (first["waiting"], first["rung"]) == (
        0,
        None,
    )
    later(desk, hub, seconds=1)
    assert told(stream) is None
    waits(desk, day.taken)
    hub.look()
    assert told(stream)["waiting"] == 1


def test_the_stream_shows_what_the_page_shows(desk, hub, opened, day):
    """Only the times are left to the page's clock, and the form token is that of the page."""
    rings(desk, "agent_h", waits(desk, day.taken))
    waits(desk, day.taken, "entry-2", topic="security", priority=0)
    stream, window = opened("agent_h"), desk.by("agent_h")
    hub.look()
    page = window.gets("/desk/").text
    for name, html in told(stream)["regions"].items():
        region = page.split(f'data-region="{name}">')[1]
        without_times = re.sub(r">\d+:\d\d<", "><", region).replace("clock late", "clock")
        without_token = re.sub(r'(name="csrf_token" value=")[^"]+', r"\1the-token", without_times)
        assert without_token.startswith(html), name


def test_a_stream_of_an_agent_who_is_not_rung_holds_no_byte_about_the_call(desk, hub, opened, day):
    """Neither the call nor the offer nor who is rung; and another wallet's agent learns nothing at all."""
    other, foreign, rung = opened("idle_h"), opened("agent_l"), opened("agent_h")
    desk.by("agent_h").posts("/desk/state", state="available")
    hub.look()
    assert [bool(told(one)) for one in (other, foreign, rung)] == [True] * 3
    rings(desk, "agent_h", waits(desk, day.taken), name="offer-of-agent-h")
    hub.look()
    assert told(foreign) is None
    state, mine = told(other), told(rung)
    assert mine["rung"] == "offer-of-agent-h" and "offer-of-agent-h" in mine["regions"]["work"]
    for secret in (day.taken, "offer-of-agent-h", "agent_h", "Agent of Haiyun", "0001"):
        assert secret not in json.dumps(state, ensure_ascii=False)
    assert day.taken not in json.dumps(mine)
    talks(desk, "offer-of-agent-h")
    hub.look()
    assert day.taken in told(rung)["regions"]["work"] and day.taken not in json.dumps(told(other))
    ends(desk, "offer-of-agent-h")
    hub.look()
    state = told(rung)
    assert state["regions"]["work"].strip() == "" and "Wrap-up" in state["regions"]["mine"]


@pytest.mark.parametrize("how", ["sign-out", "disabled", "role", "too old"])
def test_a_stream_ends_with_its_session(desk, hub, opened, how):
    """Within one look: no page that stays open shows calls to somebody who may not see them any more."""
    stream, kept = opened("agent_h"), opened("idle_h")
    hub.look()
    assert told(stream) and told(kept)
    with begin_write(desk.engine) as conn:
        if how == "sign-out":
            conn.execute(sa.update(staff_sessions).where(staff_sessions.c.n == stream.session).values(ended="2026"))
        elif how != "too old":
            values = "disabled = '2026'" if how == "disabled" else "role = 'auditor'"
            conn.execute(sa.text(f"UPDATE staff SET {values} WHERE id = 'agent_h'"))
        else:
            conn.execute(
                sa.update(staff_sessions)
                .where(staff_sessions.c.n == stream.session)
                .values(created=(desk.now - LONGEST_SESSION).isoformat(timespec="microseconds"))
            )
    hub.look()
    assert stream.take() == b"event: ended\ndata: {}\n\n" and stream.take() is None
    assert not kept.ended


def test_other_wallets_and_topics_take_effect_at_the_next_look(desk, hub, opened, day):
    """Rights are read at each look, and not when the page was opened."""
    waits(desk, day.taken)
    stream = opened("super_h")
    hub.look()
    assert told(stream)["waiting"] == 1
    with begin_write(desk.engine) as conn:
        conn.execute(sa.text("""UPDATE staff SET wallets = '["linfu"]' WHERE id = 'super_h'"""))
    hub.look()
    assert told(stream)["waiting"] == 0


def test_an_open_page_keeps_an_agent_at_work_signed_in_and_nobody_else(desk, hub, opened):
    """Waiting for a call is work, and not a forgotten screen; an agent who is offline has no reason to stay."""
    at_work, idle = opened("agent_h"), opened("idle_h")
    desk.by("agent_h").posts("/desk/state", state="available")
    for _ in range(50):
        later(desk, hub, seconds=25)
    assert not at_work.ended and idle.ended and activity(desk, "agent_h") == "idle"
    hub._close(at_work)
    later(desk, hub, seconds=1)
    desk.now += IDLE
    assert activity(desk, "agent_h") == "offline"


def test_a_look_without_changes_draws_nothing_and_people_share_what_they_see_alike(desk, hub, opened, day, monkeypatch):
    """Two hundred open desks: one list of those who wait is drawn once a language."""
    streams = [opened("idle_h", language=one) for one in ("en", "zh") for _ in range(3)] + [opened("agent_h")]
    hub.look()
    drawn = []
    draw = hub.draw
    monkeypatch.setattr(hub, "draw", lambda *given: drawn.append(given[1:3]) or draw(*given))
    later(desk, hub, seconds=2)
    assert drawn == []
    waits(desk, day.taken)
    hub.look()
    assert sorted(drawn.count((one, "waiting")) for one in ("en", "zh")) == [1, 1]
    assert all(told(one)["waiting"] == 1 for one in streams)


def test_a_page_that_takes_nothing_keeps_one_state_waiting(desk, hub, opened, day):
    """The newest; a stalled reader takes no memory."""
    stream = opened("agent_h")
    for number in range(5):
        waits(desk, day.taken, f"entry-{number}")
        hub.look()
    text = stream.take().decode()
    assert text.count("event: state") == 1 and '"waiting": 5' in text


def test_there_is_a_cap_of_streams_for_a_session_and_for_a_process(desk, hub, opened, monkeypatch):
    """A page in a loop does not keep others from opening theirs; a closed page gives its place back."""
    monkeypatch.setattr(live, "MOST_A_SESSION", 2)
    monkeypatch.setattr(live, "MOST_STREAMS", 3)
    first = opened("agent_h")
    assert hub.open(first.session, "home", "en", "") and hub.open(first.session, "home", "en", "") is None
    other = opened("idle_h")
    assert other is not None and opened("agent_l") is None
    other.close()
    other.close()
    assert opened("agent_l") is not None


def test_a_sign_of_life_comes_without_changes(desk, hub, opened, monkeypatch):
    """It has the server's time, by which the page counts."""
    stream = opened("agent_h")
    hub.look()
    assert told(stream)
    monkeypatch.setattr(live, "BEAT", 0.0)
    hub.look()
    assert told(stream, "beat") == {"now": desk.now.isoformat()}


def test_a_dead_database_gives_no_sign_of_life_and_ends_no_stream(desk, hub, opened, monkeypatch):
    """The page has to say that it is not live, and not that nobody waits."""
    stream = opened("agent_h")
    hub.look()
    assert told(stream)
    monkeypatch.setattr(live, "BEAT", 0.0)
    monkeypatch.setattr(hub._changes, "version", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        hub.look()
    assert stream.take() == b"" and not stream.ended


def test_what_others_typed_is_escaped_in_the_stream(desk, hub, opened, day):
    """A name of a wallet with a script in it is text."""
    with begin_write(desk.engine) as conn:
        document = json.loads(conn.scalar(sa.text("SELECT document FROM wallets WHERE id = 'haiyun'")))
        document["name"]["en"] = "<script>alert(1)</script>"
        conn.execute(sa.text("UPDATE wallets SET document = :d WHERE id = 'haiyun'"), {"d": json.dumps(document)})
    waits(desk, day.taken)
    stream = opened("agent_h")
    hub.look()
    html = told(stream)["regions"]["waiting"]
    assert "&lt;script&gt;" in html and "<script" not in html


def test_other_pages_get_a_bar_only(desk, hub, opened, day):
    """That one is rung, and the way to the call; in a talk the way to the card, and from there to hold and transfer."""
    stream = opened("agent_h", page="bar")
    rings(desk, "agent_h", waits(desk, day.taken))
    hub.look()
    state = told(stream)
    assert set(state["regions"]) == {"bar"} and "You are rung" in state["regions"]["bar"]
    talks(desk)
    hub.look()
    bar = told(stream)["regions"]["bar"]
    assert f'href="/desk/calls/{day.taken}"' in bar and 'href="/desk/"' in bar
    with begin_write(desk.engine) as conn:
        conn.execute(sa.update(queue_entries).values(status="over"))
    hub.look()
    assert told(stream)["regions"]["bar"].strip() == ""
