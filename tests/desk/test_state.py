"""An agent's own state: chosen by a button, held by a session, and never left behind by somebody who is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from ivr.console.staff import staff_group
from ivr.queue import agents
from ivr.queue.agents import REACHABLE
from ivr.queue.tables import queue_entries, withdrawn_legs
from ivr.staff.sessions import IDLE
from ivr.storage.database import begin_read, begin_write
from tests.call_flows.line import url_of
from tests.desk.queue_rows import activity, ends, entry_status, rings, talks, waits


@pytest.fixture
def mei(desk):
    """An agent who has signed in and is available."""
    window = desk.by("agent_h")
    assert window.posts("/desk/state", state="available").location == "/desk/"
    return window


def to_stop(desk):
    """The offers whose legs the worker is to end."""
    with begin_read(desk.engine) as conn:
        return list(conn.scalars(sa.select(withdrawn_legs.c.id)))


def pressed(window):
    """The state whose button is pressed, on the home page."""
    text = window.gets("/desk/").text
    return [one for one in ("available", "break", "offline") if f'value="{one}"' in text and pressed_here(text, one)]


def pressed_here(text, state):
    """Whether this button of the page is pressed."""
    return 'aria-pressed="true"' in text.split(f'name="state" value="{state}"')[1].split(">")[0]


def test_signing_in_makes_nobody_available(desk):
    """Callers would be offered to somebody who only came to look something up."""
    window = desk.by("agent_h")
    assert activity(desk, "agent_h") == "offline" and "Offline" in window.page.text


@pytest.mark.parametrize(("state", "is_"), [("available", "idle"), ("break", "break"), ("offline", "offline")])
def test_each_button_does_what_it_says(desk, mei, state, is_):
    """And the page shows which one is pressed."""
    mei.posts("/desk/state", state=state)
    assert activity(desk, "agent_h") == is_ and pressed(mei) == [state]


def test_the_newest_wish_wins_after_the_call(desk, mei, day):
    """A break that was asked for in a call is not undone by its end, and neither is a change of mind."""
    rings(desk, "agent_h", waits(desk, day.at_linfu))
    talks(desk)
    mei.posts("/desk/state", state="break")
    assert activity(desk, "agent_h") == "talking" and "After this call: Break" in mei.gets("/desk/").text
    mei.posts("/desk/state", state="available")
    ends(desk)
    assert activity(desk, "agent_h") == "wrap-up"
    rings(desk, "agent_h", waits(desk, day.abandoned, "entry-2"), "offer-2")
    talks(desk, "offer-2")
    mei.posts("/desk/state", state="break")
    ends(desk, "offer-2")
    assert activity(desk, "agent_h") == "break"


def test_wrap_up_counts_down_and_ends_by_itself_or_by_the_button(desk, mei, day):
    """Also with the browser closed it would not last for ever."""
    rings(desk, "agent_h", waits(desk, day.at_linfu))
    talks(desk)
    ends(desk)
    text = mei.gets("/desk/").text
    assert "Wrap-up" in text and ">1:00<" in text and "Ready now" in text
    mei.posts("/desk/state", state="available")
    assert activity(desk, "agent_h") == "idle"


def test_a_missed_call_is_shown_until_the_agent_says_that_they_are_back(desk, mei, day):
    """They are not rung meanwhile."""
    rings(desk, "agent_h", waits(desk, day.at_linfu))
    ends(desk, how="missed")
    text = mei.gets("/desk/").text
    assert "Missed a call" in text and "I am back" in text and pressed(mei) == []
    mei.posts("/desk/state", state="available")
    assert activity(desk, "agent_h") == "idle"


@pytest.mark.parametrize("leave", ["break", "offline", "sign-out", "sessions"])
def test_who_leaves_while_being_rung_passes_the_caller_on_at_once(desk, mei, day, leave):
    """The caller keeps the place, the next agent is rung, and the worker is to stop the telephone."""
    rings(desk, "agent_h", waits(desk, day.at_linfu))
    if leave == "sessions":
        desk.by("admin_h").posts("/desk/people/agent_h/end-sessions")
    else:
        mei.posts("/desk/sign-out") if leave == "sign-out" else mei.posts("/desk/state", state=leave)
    assert entry_status(desk) == "queued" and to_stop(desk) == ["offer-1"]
    assert activity(desk, "agent_h") == ("break" if leave == "break" else "offline")


@pytest.mark.parametrize("by", ["the page", "the command line"])
def test_who_is_disabled_while_being_rung_is_rung_no_more(desk, mei, day, by):
    """Also one whose state comes from the command line and ends with no session."""
    with begin_write(desk.engine) as conn:
        agents.wish(conn, "agent_h", "available", desk.now)
    rings(desk, "agent_h", waits(desk, day.at_linfu))
    if by == "the page":
        desk.by("admin_h").posts("/desk/people/agent_h/disable")
    else:
        settings = replace(desk.settings, database_url=url_of(desk.engine))
        CliRunner().invoke(staff_group(lambda: settings), ["disable", "agent_h"], catch_exceptions=False)
    assert entry_status(desk) == "queued" and to_stop(desk) == ["offer-1"]


def test_signing_out_ends_the_state_unless_another_window_is_open(desk, mei):
    """A closed window of two is no reason to stop ringing."""
    second = desk.by("agent_h")
    assert activity(desk, "agent_h") == "idle"
    mei.posts("/desk/sign-out")
    assert activity(desk, "agent_h") == "idle"
    second.posts("/desk/sign-out")
    assert activity(desk, "agent_h") == "offline"
    desk.by("agent_h")
    assert activity(desk, "agent_h") == "offline"


def test_an_admin_who_ends_the_sessions_ends_the_state(desk, mei, day):
    """And passes on whoever was ringing there."""
    rings(desk, "agent_h", waits(desk, day.at_linfu))
    desk.by("admin_h").posts("/desk/people/agent_h/end-sessions")
    assert activity(desk, "agent_h") == "offline" and entry_status(desk) == "queued"


def test_a_closed_browser_is_unreachable_after_ninety_seconds_and_then_offline(desk, mei):
    """Otherwise it would count as staffed for hours, and callers would ring at an empty chair."""
    desk.now += REACHABLE - timedelta(seconds=1)
    assert activity(desk, "agent_h") == "idle"
    desk.now += timedelta(seconds=2)
    assert activity(desk, "agent_h") == "unreachable"
    with begin_read(desk.engine) as conn:
        assert agents.agents_signed_on(conn, "haiyun", desk.now) == []
    mei.gets("/desk/")
    assert activity(desk, "agent_h") == "idle"
    desk.now += IDLE + timedelta(seconds=1)
    assert activity(desk, "agent_h") == "offline"
    desk.by("agent_h")
    assert activity(desk, "agent_h") == "offline"


def test_a_state_from_the_command_line_needs_no_browser(desk):
    """Agents on a telephone have none."""
    with begin_write(desk.engine) as conn:
        agents.wish(conn, "agent_h", "available", desk.now)
    desk.now += timedelta(hours=5)
    assert activity(desk, "agent_h") == "idle"
    desk.by("agent_h").posts("/desk/sign-out")
    assert activity(desk, "agent_h") == "idle"


def test_who_has_no_address_is_told_so_and_cannot_become_available(desk):
    """Nothing could ring them."""
    window = desk.by("super_h")
    assert "no address" in window.page.text and window.posts("/desk/state", state="available").status_code == 400
    assert desk.by("agent_h").posts("/desk/state", state="rich").status_code == 400


def test_an_agent_sees_whom_they_could_take_and_nobody_else(desk, mei, day):
    """By wallet, language and topic; a supervisor sees all of the own wallets."""
    with begin_write(desk.engine) as conn:
        conn.execute(sa.text("""UPDATE staff SET languages = '["en"]', topics = '["top-up"]' WHERE id = 'agent_h'"""))
    waits(desk, day.taken, "fits")
    waits(desk, day.taken, "other-topic", topic="security", priority=0)
    waits(desk, day.taken, "other-language", language="zh")
    waits(desk, day.taken, "no-language", language="both")
    waits(desk, day.at_linfu, "other-wallet", wallet="linfu")
    assert listed(mei) == 2 and listed(desk.by("super_h")) == 4 and listed(desk.by("super_b")) == 5
    assert listed(desk.by("agent_l")) == 1
    assert "data-region" not in desk.by("audit_h").page.text


def listed(window):
    """How many callers the list of those who wait has."""
    text = window.gets("/desk/").text
    return text.split('data-region="waiting"')[1].split("</section>")[0].count('data-limit="20"')


def test_nothing_tells_who_is_calling_before_the_agent_has_accepted(desk, mei, day):
    """Neither the number nor its last digits, neither a name nor an account: what about, why, how long, how well
    verified. The page is whole without scripts, so a reload while it rings loses nothing."""
    rings(desk, "agent_h", waits(desk, day.taken, topic="top-up"))
    text = mei.gets("/desk/").text.split('data-region="mine"')[1].split("<h2>")[1:]
    text = "".join(text).split('class="rows"')[0]
    assert 'data-offer="offer-1"' in text and "top-up or payment" in text and "verified" in text and ">1:05<" in text
    assert day.taken not in text and "0001" not in text and "8613900000001" not in text and "/desk/calls/CA" not in text
    talks(desk)
    assert f"/desk/calls/{day.taken}" in mei.gets("/desk/").text


def test_only_the_agent_who_is_rung_sees_the_offer(desk, mei, day):
    """Another one of the same wallet sees that somebody is rung."""
    other = desk.by("idle_h")
    rings(desk, "agent_h", waits(desk, day.taken))
    text = other.gets("/desk/").text
    assert "data-offer" not in text and "an agent is rung" in text
    talks(desk)
    assert day.taken not in other.gets("/desk/").text and listed(other) == 0


def test_timers_go_by_the_server_and_talk_does_not_hold_the_wait(desk, mei, day):
    """Waited 65 s, talked for none."""
    rings(desk, "agent_h", waits(desk, day.taken))
    talks(desk)
    text = mei.gets("/desk/").text
    assert ">1:05<" in text and ">0:00<" in text


def test_a_wait_beyond_twenty_seconds_is_marked_before_any_script_runs(desk, mei, day):
    """A mark that a script adds after a moment moves the numbers, and without scripts nobody would see it."""
    waits(desk, day.taken, "short", ago=20)
    waits(desk, day.taken, "long", ago=21)
    assert mei.gets("/desk/").text.count('"clock late"') == 1


def test_a_caller_comes_into_the_list_by_the_order_of_the_queue(desk, mei, day):
    """Security first, and the place is that in the wallet's whole queue."""
    waits(desk, day.taken, "later", ago=10)
    waits(desk, day.taken, "first", ago=50)
    waits(desk, day.taken, "urgent", ago=1, topic="security", priority=0)
    text = mei.gets("/desk/").text
    assert text.index("security first") < text.index("0:50") < text.index("0:10")
    with begin_write(desk.engine) as conn:
        conn.execute(sa.update(queue_entries).values(status="over"))
    assert "Nobody waits" in mei.gets("/desk/").text
