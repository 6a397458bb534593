"""Sessions end by themselves, and whenever somebody who may says so."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from ivr.staff import people, sessions
from ivr.staff.tables import staff_sessions
from ivr.storage.database import begin_read, begin_write
from tests.staff.conftest import MEI


def use(door, signed):
    with begin_write(door.engine) as conn:
        session = sessions.find(conn, signed.session, door.now)
        if session:
            sessions.keep(conn, session, door.now)
        return session


def test_a_session_ends_after_a_quarter_of_an_hour_without_use(door):
    """Each use prolongs it, up to twelve hours."""
    signed = door.types("mei")
    door.passes(minutes=14)
    assert use(door, signed)
    door.passes(minutes=14)
    assert use(door, signed)
    door.passes(minutes=15)
    assert use(door, signed) is None


def test_no_session_lives_longer_than_twelve_hours(door):
    """However busy it is."""
    signed = door.types("mei")
    for _ in range(71):
        door.passes(minutes=10)
        assert use(door, signed)
    door.passes(minutes=10)
    assert use(door, signed) is None


@pytest.mark.parametrize("id", ["", "nothing", "x" * 10_000, "\ud800", "' OR 1=1"])
def test_what_is_no_session_finds_none(door, id):
    """A cookie may hold anything."""
    with begin_read(door.engine) as conn:
        assert sessions.find(conn, id, door.now) is None


@pytest.mark.parametrize(
    "ends",
    [
        lambda conn, at: people.disable(conn, "mei", "root", at),
        lambda conn, at: people.set_password(conn, "mei", "hash", "root", at),
        lambda conn, at: people.set_totp(conn, "mei", "sealed", "root", at),
        lambda conn, at: people.change(conn, replace(MEI, role="auditor"), "root", at),
        lambda conn, at: people.end_all(conn, "mei", "root", at),
    ],
    ids=["disabled", "password", "totp", "role", "ended"],
)
def test_what_changes_a_person_ends_their_sessions_and_those_of_nobody_else(door, ends):
    """At once, in all browsers."""
    mine, of_another = [door.types("mei") for _ in range(2)], door.types("bo")
    with begin_write(door.engine) as conn:
        ends(conn, door.now)
    assert [door.session(one) for one in mine] == [None, None] and door.session(of_another)


def test_a_session_is_ended_by_its_own_person_only(door):
    """The number of another's session ends nothing; an ended one stays ended."""
    mine, of_another = door.types("mei"), door.types("bo")
    number = door.session(of_another).number
    with begin_write(door.engine) as conn:
        assert not sessions.end(conn, "mei", number, door.now)
        assert sessions.end(conn, "mei", door.session(mine).number, door.now)
        assert not sessions.end(conn, "mei", number - 1, door.now)
    assert door.session(mine) is None and door.session(of_another)


def test_other_wallets_are_seen_at_the_next_request(door):
    """The scope is read with the session, not at sign-in."""
    signed = door.types("mei")
    with begin_write(door.engine) as conn:
        people.change(conn, replace(MEI, wallets=("linfu",)), "root", door.now)
    assert door.session(signed).person.scope.wallets == {"linfu"}


def test_the_list_shows_what_is_open_and_no_id(door):
    """With the browser, shortened and without control characters."""
    door.sign_in.with_password("mei", "quite-long-and-secret", "192.0.2.1", "Fire\x00fox" * 100, door.now)
    door.types("su")  # still waits for its code
    with begin_read(door.engine) as conn:
        (listed,) = sessions.of(conn, "mei", door.now)
        assert sessions.of(conn, "su", door.now) == []
    assert listed.browser.startswith("FirefoxFire") and len(listed.browser) == 200


def test_rows_of_old_sessions_go(door):
    """A month after they began; the audit log keeps that they were."""
    door.types("mei")
    door.passes(days=31)
    door.types("bo")
    with begin_read(door.engine) as conn:
        assert list(conn.scalars(sa.select(staff_sessions.c.person))) == ["bo"]
