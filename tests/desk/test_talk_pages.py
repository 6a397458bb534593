"""The posts of a talk: for the agent whose talk it is and for supervisors of its wallet; a refusal says why."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from ivr.follow_up.outbox import stamp
from ivr.queue.tables import agent_offers, queue_entries
from ivr.staff.tables import staff
from ivr.storage.database import begin_read, begin_write
from ivr.talks.tables import talk_legs, talks

TALK = "0123456789abcdef"


@pytest.fixture
def talk(desk, day):
    """`agent_h` talks with the caller of the day's first call."""
    entry = {"id": "e1", "call": day.taken, "wallet": "haiyun", "language": "zh", "topic": "other", "priority": 2}
    held = {"mode": "bridged", "holding": False, "conference_over": False, "status": "queued", "tries": 0}
    at = stamp(desk.now)
    leg = {"talk": TALK, "address": "", "state": "claimed", "hold": False, "sequence": -1, "at": at}
    with begin_write(desk.engine) as conn:
        conn.execute(sa.insert(queue_entries).values(entered=at, status="connected", staff="agent_h", tries=0, **entry))
        conn.execute(
            sa.insert(talks).values(
                id=TALK, entry="e1", call=day.taken, wallet="haiyun", staff="agent_h", began=at, **held
            )
        )
        for one in (
            {"id": TALK, "role": "agent", "call": "CA1"},
            {"id": "c" * 16, "role": "caller", "call": day.taken},
        ):
            conn.execute(sa.insert(talk_legs).values(**leg, **one))
    return TALK


def has_each_key_once(page):
    """A key clicks the first thing that carries it: of two, one could not be reached."""
    keys = re.findall(r'data-key="([a-z/])"', page)
    assert keys and len(keys) == len(set(keys)), keys


def stored(desk):
    """The talk's row."""
    with begin_read(desk.engine) as conn:
        return conn.execute(sa.select(talks)).one()


def test_an_agent_holds_and_transfers_their_own_caller(desk, talk):
    """Back to the home page; the second press is refused with the reason, and nothing else changes."""
    window = desk.by("agent_h")
    assert window.posts(f"/desk/talks/{talk}/hold").location == "/desk/" and stored(desk).holding
    again = window.posts(f"/desk/talks/{talk}/hold")
    assert again.status_code == 409 and "on hold already" in again.text
    assert window.posts(f"/desk/talks/{talk}/transfer", to="topic:security", note="x").status_code == 303
    row = stored(desk)
    assert (row.plan, row.to_topic) == ("transfer", "security") and row.note_sealed != "x"
    assert window.posts(f"/desk/talks/{talk}/unhold").status_code == 409


@pytest.mark.parametrize("name", ["idle_h", "agent_l"])
def test_nobody_else_acts_on_it(desk, talk, name):
    """Another agent, of this wallet or of another: there is no such talk."""
    window = desk.by(name)
    for act in ("hold", "transfer", "end", "consult"):
        assert window.posts(f"/desk/talks/{talk}/{act}", to="topic:other").status_code == 404
    assert not stored(desk).holding and stored(desk).plan is None


def test_a_form_that_is_wrong_changes_nothing(desk, talk):
    """No such kind of target, and a note longer than can be read out."""
    window = desk.by("agent_h")
    for form in ({"to": "number:+12025550199"}, {"to": "topic:other", "note": "x" * 301}, {}):
        assert window.posts(f"/desk/talks/{talk}/transfer", **form).status_code == 400
    assert window.posts(f"/desk/talks/{talk}/transfer", to="person:agent_l").status_code == 409
    assert stored(desk).plan is None


def test_a_supervisor_of_its_wallet_is_asked_for_an_address_first(desk, talk):
    """`super_h` has none; a supervisor of another wallet finds no talk; an agent may not."""
    answer = desk.by("super_h").posts(f"/desk/talks/{talk}/supervise", hears="listen")
    assert answer.status_code == 409 and "no address" in answer.text
    assert desk.by("super_l").posts(f"/desk/talks/{talk}/supervise", hears="listen").status_code == 404
    assert desk.by("super_h").posts(f"/desk/talks/{talk}/supervise", hears="everything").status_code == 400


def test_the_page_has_the_buttons_of_what_can_be_done_now(desk, talk):
    """Hold, or back from hold; what is so comes from the conference's notices, and not from the button."""
    window = desk.by("agent_h")
    offer = {"id": talk, "entry": "e1", "staff": "agent_h", "address": "", "state": "connected", "status": "queued"}
    with begin_write(desk.engine) as conn:
        conn.execute(sa.insert(agent_offers).values(at=stamp(desk.now), tries=0, next="9", **offer))
    page = window.gets("/desk/").text
    assert f"/desk/talks/{talk}/hold" in page and f"/desk/talks/{talk}/choose" in page and "unhold" not in page
    window.posts(f"/desk/talks/{talk}/hold")
    page = window.gets("/desk/").text
    assert f"/desk/talks/{talk}/unhold" in page and "Putting the caller on hold" in page
    with begin_write(desk.engine) as conn:
        conn.execute(sa.update(talk_legs).where(talk_legs.c.role == "caller").values(hold=True))
        more = {"talk": talk, "address": "", "hold": False, "sequence": 1, "at": stamp(desk.now), "state": "joined"}
        conn.execute(sa.insert(talk_legs).values(id="w" * 16, role="consulted", staff="idle_h", **more))
        for number, hears in enumerate(("listen", "whisper", "join")):
            heard = {"id": f"s{number}", "role": "supervisor", "staff": "super_h", "hears": hears}
            conn.execute(sa.insert(talk_legs).values(**heard, **more))
    for lang, said in (
        ("zh", ("客户在稍候", "正在请教Idle agent of Haiyun", "Supervisor of Haiyun在监听")),
        ("en", ("The caller is on hold", "You talk with Idle agent of Haiyun", "Supervisor of Haiyun whispers")),
    ):
        window.posts("/desk/language", language=lang)
        page = window.gets("/desk/").text
        assert all(one in page for one in said) and f"/desk/talks/{talk}/complete" in page
    choices = window.gets(f"/desk/talks/{talk}/choose").text
    assert 'value="topic:security"' in choices and "person:agent_l" not in choices
    assert desk.by("idle_h").gets(f"/desk/talks/{talk}/choose").status_code == 404


def test_a_supervisor_sees_the_talks_of_their_wallets(desk, talk):
    """Who talks and how long, nothing about the caller; without an address it says what is missing."""
    page = desk.by("super_h").gets("/desk/").text
    assert "Talks going on" in page and "Agent of Haiyun" in page and "need an address" in page
    with begin_write(desk.engine) as conn:
        conn.execute(sa.update(staff).where(staff.c.id == "super_h").values(address="+12025550184"))
    assert f"/desk/talks/{talk}/supervise" in desk.by("super_h").gets("/desk/").text
    assert "Agent of Haiyun" not in desk.by("super_l").gets("/desk/").text
    assert "Talks going on" not in desk.by("agent_h").gets("/desk/").text


def test_an_agent_who_was_cut_off_finds_the_button_to_rejoin(desk, talk):
    """While the caller is kept; and afterwards it is too late."""
    kept = {"status": "queued", "priority": -1, "next": stamp(desk.now + timedelta(seconds=15)), "staff": None}
    with begin_write(desk.engine) as conn:
        conn.execute(sa.update(queue_entries).values(**kept))
        conn.execute(sa.update(talks).values(status="over", ended=stamp(desk.now - timedelta(seconds=5))))
    window = desk.by("agent_h")
    assert f"/desk/talks/{talk}/rejoin" in window.gets("/desk/").text
    assert f"/desk/talks/{talk}/rejoin" not in desk.by("idle_h").gets("/desk/").text
    assert window.posts(f"/desk/talks/{talk}/rejoin").status_code == 303
    assert window.posts(f"/desk/talks/{talk}/rejoin").status_code == 409


@pytest.mark.parametrize(
    "role, state", [("consulted", "ringing"), ("consulted", "connected"), ("supervisor", "connected")]
)
def test_who_is_rung_about_a_talk_reads_whose_it_is_and_gets_no_card_or_buttons_of_it(desk, talk, day, role, state):
    """The talk stays its agent's: hold, card and the agent's own buttons are not theirs."""
    name = "idle_h" if role == "consulted" else "super_h"
    more = {"talk": talk, "address": f"client:{name}", "hold": False, "sequence": 1, "at": stamp(desk.now)}
    leg = {"id": "w" * 16, "role": role, "staff": name, "state": state, "hears": "listen", **more}
    offer = {"id": "w" * 16, "entry": "w" * 16, "about": "e1", "staff": name, "address": f"client:{name}"}
    with begin_write(desk.engine) as conn:
        conn.execute(sa.update(staff).where(staff.c.id == name).values(address=f"client:{name}"))
        conn.execute(sa.insert(talk_legs).values(**leg))
        offer |= {"at": stamp(desk.now), "state": state, "status": "queued", "tries": 0, "next": "9"}
        conn.execute(sa.insert(agent_offers).values(**offer))
    window = desk.by(name)
    page = window.gets("/desk/").text
    work = page[page.index('data-region="work"') : page.index('data-region="after"')]
    assert "The talk of Agent of Haiyun" in work and f'data-state="{state}"' in work
    assert f"/desk/talks/{talk}/hold" not in work and f"/desk/calls/{day.taken}" not in work
    has_each_key_once(page)
    assert "/desk/phone/" not in work  # the buttons stand at the telephone
    assert window.posts(f"/desk/talks/{talk}/hold").status_code in (403, 404)


@pytest.mark.parametrize("state", ["talks", "rings", "is cut off"])
def test_no_page_has_one_key_twice(desk, talk, state):
    """In whatever state the agent is: the pages of a talk, and all others."""
    offer = {"id": talk, "entry": "e1", "staff": "agent_h", "address": "client:agent_h", "status": "queued"}
    offer |= {"state": "ringing" if state == "rings" else "connected"}
    kept = {"status": "queued", "priority": -1, "next": stamp(desk.now + timedelta(seconds=15))}
    with begin_write(desk.engine) as conn:
        conn.execute(sa.update(staff).where(staff.c.id == "agent_h").values(address="client:agent_h"))
        if state == "is cut off":
            conn.execute(sa.update(talks).values(status="over", ended=stamp(desk.now)))
            conn.execute(sa.update(queue_entries).values(**kept))
        else:
            conn.execute(sa.insert(agent_offers).values(at=stamp(desk.now), tries=0, next="9", **offer))
    window = desk.by("agent_h")
    assert ('data-key="j"' in window.gets("/desk/").text) == (state == "is cut off")
    for path in ("/desk/", "/desk/search", "/desk/phone", "/desk/me"):
        has_each_key_once(window.gets(path).text)
    supervisor = desk.by("super_h")
    for path in ("/desk/", "/desk/wall", "/desk/search", "/desk/audit"):
        has_each_key_once(supervisor.gets(path).text)
