"""Signing in: nobody is told which names exist, guessing ends soon, and a code is good once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from ivr.staff import people, sign_in
from ivr.staff.credentials import Credentials
from ivr.staff.tables import sign_ins, staff
from ivr.storage.database import begin_read, begin_write
from tests.staff.conftest import CHEAP, ELSEWHERE, OFFICE, PASSWORD


def hashes(door):
    """The stored hashes, by name."""
    with begin_read(door.engine) as conn:
        return {row.id: row.password_hash for row in conn.execute(sa.select(staff.c.id, staff.c.password_hash))}


def test_the_right_password_begins_a_session_and_stays_secret(door):
    """In the database stand hashes: of the password by argon2id, of the session, and of what was typed."""
    signed = door.types("mei")
    assert door.session(signed).person.name == "Mei" and not signed.waits_for_code
    assert hashes(door)["mei"].startswith("$argon2id$")
    with begin_read(door.engine) as conn:
        rows = [
            repr(row)
            for name in ("staff", "staff_sessions", "staff_sign_ins", "audit_log")
            for row in conn.execute(sa.text(f"SELECT * FROM {name}"))
        ]
    assert not any(secret in row for row in rows for secret in (PASSWORD, signed.session, OFFICE))


def test_an_unknown_name_costs_the_same_work_and_gets_the_same_answer(door, monkeypatch):
    """One hash each, of the same parameters: for a wrong password, an unknown name, a disabled person, one without
    any."""
    with begin_write(door.engine) as conn:
        people.disable(conn, "bo", "root", door.now)
        conn.execute(sa.update(staff).where(staff.c.id == "an").values(password_hash=None))
    work = []
    original = PasswordHasher.verify
    monkeypatch.setattr(
        PasswordHasher,
        "verify",
        lambda one, stored, typed: work.append(stored.split("$")[3]) or original(one, stored, typed),
    )
    answers = [
        door.types(name, "another-password") for name in ("mei", "nobody", "bo", "an", "' OR 1=1 --", "字" * 500)
    ]
    assert {(one.session, one.refused) for one in answers} == {(None, "wrong")}
    assert len(work) == 6 and len(set(work)) == 1
    assert door.types("bo").refused == door.types("an").refused == "wrong"  # with the right password, too


def test_a_supervisor_is_not_in_before_the_code(door):
    """The session waits for it, for five minutes, and the one that follows has another id."""
    signed = door.types("su")
    assert signed.waits_for_code and door.session(signed).waits_for_code
    assert door.types_code(signed, "000000").refused == "wrong"
    in_ = door.types_code(signed)
    assert in_.session != signed.session and not door.session(in_).waits_for_code
    assert door.session(signed) is None
    late = door.types("su")
    door.passes(minutes=5)
    assert door.session(late) is None


def test_a_code_is_good_once_and_within_a_step(door):
    """Also for the one who read it over a shoulder; older than a step it is wrong, of a clock that is a step off it is
    right."""
    code = door.code()
    assert door.types_code(door.types("su"), code).session
    assert door.types_code(door.types("su"), code).refused == "wrong"
    door.passes(seconds=30)
    assert door.types_code(door.types("su"), code).refused == "wrong"
    assert door.types_code(door.types("su")).session
    door.passes(minutes=10)
    old = door.code()
    door.passes(seconds=30)
    assert door.types_code(door.types("su"), old).session
    stale = door.code()
    door.passes(minutes=2)
    assert door.types_code(door.types("su"), stale).refused == "wrong"


def test_two_who_type_one_code_at_once_are_one_sign_in(door):
    """Both processes read the last used step under a lock."""
    waiting, code = [door.types("su") for _ in range(4)], door.code()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda one: door.types_code(one, code), waiting))
    assert [one.refused for one in found].count(None) == 1


def test_a_role_that_needs_a_code_does_not_sign_in_without_an_app(door):
    """It fails closed; an agent may have an app, and then needs the code."""
    with begin_write(door.engine) as conn:
        conn.execute(sa.update(staff).where(staff.c.id == "su").values(totp_sealed=None))
        sealed = conn.scalar(sa.select(staff.c.totp_sealed).where(staff.c.id == "an"))
        people.set_totp(conn, "mei", sealed, "root", door.now)
    assert door.types("su").refused == "no-code"
    assert door.types("mei").waits_for_code


def test_ten_wrong_tries_close_a_name_for_a_quarter_of_an_hour(door):
    """Right ones, too; whether the name exists or not. A refused try prolongs nothing, and others are not disturbed."""
    for name in ("mei", "nobody"):
        assert [door.types(name, "wrong", ELSEWHERE).refused for _ in range(11)] == ["wrong"] * 10 + ["limit"]
    assert door.types("mei", address=ELSEWHERE).refused == "limit"
    assert door.types("bo", address=ELSEWHERE).session
    door.passes(minutes=10)
    assert door.types("mei", address=ELSEWHERE).refused == "limit"
    door.passes(minutes=5)
    assert door.types("mei", address=ELSEWHERE).session


def test_strangers_close_their_own_share_and_not_that_of_the_office(door):
    """From where a person signed in before they get in; there, too, guessing ends."""
    assert door.types("mei").session
    for place in range(10):
        assert door.types("mei", "wrong", f"203.0.113.{place}").refused == "wrong"
    assert door.types("mei", address=ELSEWHERE).refused == "limit"
    assert door.types("mei").session
    assert [door.types("mei", "wrong").refused for _ in range(11)][-1] == "limit"


def test_codes_are_guessed_no_more_often_than_passwords(door):
    """The right password before each wrong code does not begin the count anew."""
    outcomes = [door.types_code(door.types("su"), "000000").refused for _ in range(10)]
    assert outcomes == ["wrong"] * 10
    assert door.types("su").refused == "limit"


def test_thirty_wrong_tries_close_a_name_for_a_day(door):
    """A patient guesser has no more; an admin opens the name."""
    for _ in range(3):
        for _try in range(10):
            assert door.types("mei", "wrong", ELSEWHERE).refused == "wrong"
        door.passes(minutes=16)
    assert door.types("mei", address=ELSEWHERE).refused == "limit"
    with begin_write(door.engine) as conn:
        door.sign_in.forget_tries(conn, "mei")
    assert door.types("mei", address=ELSEWHERE).session


def test_one_address_cannot_try_many_names(door):
    """Sixty wrong tries in a quarter of an hour, whatever the names."""
    outcomes = [door.types(f"name_{place}", "wrong", ELSEWHERE).refused for place in range(61)]
    assert outcomes == ["wrong"] * 60 + ["limit"]
    assert door.types("mei").session


def test_tries_at_the_same_moment_cannot_pass_a_limit_together(door):
    """Each is counted before it is checked."""
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: door.types("mei", "wrong", ELSEWHERE).refused, range(24)))
    assert outcomes.count("wrong") == 10


def test_no_hash_is_computed_while_the_database_is_locked(door, monkeypatch):
    """SQLite has one writer: callers would wait for the sign-ins of others."""
    checked = []

    def is_password(*_given):
        with begin_write(door.engine) as conn:
            checked.append(conn.scalar(sa.select(sa.func.count()).select_from(sign_ins)))
        return True

    monkeypatch.setattr(Credentials, "is_password", is_password)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(door.types, "mei").result(2).session
    assert checked == [1]


def test_an_old_hash_is_replaced_at_sign_in(door):
    """By one of today's parameters, and the password stays."""
    before = hashes(door)["mei"]
    stronger = Credentials(door.sign_in.sealer, PasswordHasher(time_cost=1, memory_cost=16, parallelism=1))
    door.sign_in = replace(door.sign_in, credentials=stronger)
    assert door.types("mei").session
    assert hashes(door)["mei"] != before and "m=16" in hashes(door)["mei"]
    assert door.types("mei").session


def test_wrong_tries_are_forgotten_after_a_day_and_right_ones_after_a_season(door):
    """The table does not grow for ever."""
    door.types("mei")
    door.types("mei", "wrong")
    door.passes(days=2)
    door.types("bo", "wrong")
    with begin_read(door.engine) as conn:
        assert list(conn.scalars(sa.select(sign_ins.c.ok).order_by(sign_ins.c.n))) == [True, False]
    door.passes(days=91)
    door.types("bo", "wrong")
    with begin_read(door.engine) as conn:
        assert list(conn.scalars(sa.select(sign_ins.c.ok))) == [False]


def test_production_hashes_with_parameters_of_its_own():
    """Not with the cheap ones of these tests."""
    assert sign_in.Credentials.__dataclass_fields__["hasher"].default.memory_cost == 19 * 1024
    assert CHEAP.memory_cost == 8


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "１２３４５６", "abcdef"])
def test_what_is_no_code_is_wrong(door, typed):
    """Of whatever length or script."""
    signed = door.types("su")
    session = door.session(signed)
    found = door.sign_in.with_code(session, signed.session, typed, OFFICE, "Firefox", door.now)
    assert found.refused == "wrong"


def test_a_proof_needs_password_and_code_and_counts_for_this_session_alone(door):
    """Elsewhere somebody else may sit. An agent without an app needs the password alone."""
    here, there = (door.types_code(door.types("an")), door.passes(minutes=1), door.types_code(door.types("an")))[::2]
    door.passes(minutes=10)
    assert not door.session(here).is_proved(door.now) and not door.session(there).is_proved(door.now)
    for password, code in ((PASSWORD, "000000"), ("wrong", door.code()), (PASSWORD, "")):
        assert door.sign_in.prove(door.session(here), password, code, OFFICE, door.now) == "wrong"
    assert door.sign_in.prove(door.session(here), PASSWORD, door.code(), OFFICE, door.now) is None
    assert door.session(here).is_proved(door.now) and not door.session(there).is_proved(door.now)
    assert door.sign_in.prove(door.session(there), PASSWORD, door.code(), OFFICE, door.now) == "wrong"
    agent = door.types("mei")
    door.passes(minutes=11)
    assert door.sign_in.prove(door.session(agent), PASSWORD, "", OFFICE, door.now) is None
    assert door.session(agent).is_proved(door.now)
