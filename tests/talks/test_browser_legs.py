"""A colleague in the browser who is consulted: the desk's button accepts, and nobody is asked for key 1."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ivr.queue.board import read_board
from ivr.staff.tables import staff
from ivr.storage.database import begin_read, begin_write
from ivr.talks import browser_legs
from ivr.talks.operations import To


@pytest.fixture
def asked(talking):
    """Lin consults Wang, whose browser rings."""
    clients = talking.room.simulator.clients
    clients.register("wang")
    with begin_write(talking.room.worker.engine) as conn:
        conn.execute(sa.update(staff).where(staff.c.id == "wang").values(address="client:wang"))
    talking.does("consult", To(person="wang", note="请看一下充值"))
    (talking.rung,) = clients.calls("wang")
    talking.clients = clients
    return talking


def row(talking):
    """The leg as the desk shows it."""
    with begin_read(talking.room.worker.engine) as conn:
        return browser_legs.of_person(conn, "wang")


def accepts(talking, who="wang", leg=None):
    """The button."""
    with begin_write(talking.room.worker.engine) as conn:
        return browser_legs.accept(conn, who, leg or row(talking).id)


def answers(talking):
    """The browser answers what rings."""
    talking.clients.answer(talking.rung)
    talking.room.settles()


def test_the_button_accepts_and_the_colleague_hears_the_summary_and_the_note(asked):
    """At once, then the agent; accepting twice is the same."""
    assert (row(asked).role, row(asked).state) == ("consulted", "ringing")
    assert accepts(asked) is not None and accepts(asked) is not None
    answers(asked)
    heard = asked.room.heard(asked.rung)
    assert "未验证" in heard and "请看一下充值" in heard and "请按" not in heard
    assert asked.legs()["consulted"] == "joined" and asked.room.activity("wang") == "talking"


def test_without_the_button_key_1_is_asked_for(asked):
    """Something else may have answered."""
    answers(asked)
    assert "请按" in asked.room.heard(asked.rung) and "未验证" not in asked.room.heard(asked.rung)


def test_declining_frees_the_colleague_and_the_talk_goes_on(asked):
    """Once; afterwards there is nothing to decline or to accept."""
    leg = row(asked).id
    with begin_write(asked.room.worker.engine) as conn:
        assert browser_legs.decline(conn, "wang", leg, asked.room.now)
        assert not browser_legs.decline(conn, "wang", leg, asked.room.now)
    assert row(asked) is None and accepts(asked, leg=leg) is None
    assert asked.room.activity("wang") == "idle" and asked.legs("agent")["agent"] == "joined"


def test_nobody_accepts_the_leg_of_another(asked):
    """Nor one that does not exist."""
    assert accepts(asked, who="lin") is None and accepts(asked, leg="0" * 16) is None
    assert row(asked).state == "ringing"


def on_the_board(asked):
    """What the desk shows Wang."""
    with begin_read(asked.room.worker.engine) as conn:
        return read_board(conn, asked.room.now).engaged_with("wang")


def test_the_board_lists_for_which_caller_the_colleague_is_rung(asked):
    """Ringing, accepted, in the talk, and with the talk as one's own; never as a caller of the queue."""
    assert on_the_board(asked).offer == row(asked).id and on_the_board(asked).caller.call == asked.caller.leg.sid
    states = [on_the_board(asked).state]
    for step in (accepts, answers, lambda talking: talking.does("complete")):
        step(asked)
        states.append(on_the_board(asked).state)
    assert states == ["ringing", "claimed", "connected", "connected"]
    assert on_the_board(asked).caller.call == asked.caller.leg.sid and asked.row().staff == "wang"
