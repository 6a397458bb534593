"""`flask staff`: the first admin comes from here; secrets are shown once, and never again."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pyotp
import pytest
import sqlalchemy as sa

from ivr.engine.secrets import Sealer
from ivr.handover.summary_views import logged_in_account
from ivr.staff.credentials import Credentials
from ivr.staff.sign_in import SignIn
from ivr.staff.tables import audit_log
from ivr.storage.database import begin_read, begin_write
from tests.staff.conftest import MORNING

ADMIN = ("staff", "add", "ann", "--name", "Ann", "--role", "admin", "--wallet", "haiyun", "--wallet", "linfu")
AGENT = ("staff", "add", "may", "--name", "May", "--role", "agent", "--wallet", "haiyun", "--address", "client:may")


def shown(result):
    """The password and the secret of the app in what was printed."""
    assert result.exit_code == 0, result.output
    password = re.search(r"password, shown this once: (\S+)", result.output)
    secret = re.search(r"secret=([A-Z2-7]+)", result.output)
    return password and password[1], secret and secret[1]


@pytest.fixture
def door(live, database):
    """Where these people sign in."""
    sealer = Sealer(live.server_key)
    return SignIn(database, sealer, Credentials(sealer))


def test_the_first_admin_signs_in_with_what_was_printed_once(typed, door, caplog):
    """Password and app; neither is printed again or logged."""
    password, secret = shown(typed(*ADMIN))
    waiting = door.with_password("ann", password, "192.0.2.1", "", MORNING)
    assert waiting.waits_for_code and pyotp.TOTP(secret).at(MORNING)
    later = typed("staff").output + typed("staff", "sessions", "ann").output + caplog.text
    assert password not in later and secret not in later


def test_the_list_says_who_may_what_and_where_they_are_rung(typed):
    """A line each; disabled ones are marked."""
    typed(*ADMIN)
    typed(*AGENT)
    typed("staff", "disable", "ann")
    first, second = [one for one in typed("staff", "list").output.splitlines() if one.startswith(("ann", "may"))]
    assert first.startswith("ann  Ann: admin  haiyun,linfu  zh,en  security,") and first.endswith("  DISABLED")
    assert second.startswith("may  May: agent  haiyun") and second.endswith("  client:may")


def test_where_nobody_works_yet_the_list_says_how_to_begin(live, typed, database):
    """With an admin."""
    with begin_write(database) as conn:
        conn.execute(sa.text("DELETE FROM staff"))
    assert "add the first admin" in typed("staff").output


def test_a_new_password_replaces_the_old_one_and_opens_what_was_shut(typed, door):
    """Wrong tries are forgotten with it."""
    old, _ = shown(typed(*AGENT))
    for _ in range(10):
        door.with_password("may", "wrong", "192.0.2.1", "", MORNING)
    assert door.with_password("may", old, "192.0.2.1", "", MORNING).refused == "limit"
    new, _ = shown(typed("staff", "password", "may"))
    assert door.with_password("may", old, "192.0.2.1", "", MORNING).refused == "wrong"
    assert door.with_password("may", new, "192.0.2.1", "", MORNING).session


def test_an_app_for_an_agent_makes_sign_in_ask_for_its_code(typed, door):
    """Of whoever wants one."""
    password, secret = shown(typed(*AGENT))
    assert secret is None
    _, secret = shown(typed("staff", "totp", "may"))
    assert secret and door.with_password("may", password, "192.0.2.1", "", MORNING).waits_for_code


def test_disabled_people_are_enabled_again(typed, door):
    """And changed: what is not given stays."""
    password, _ = shown(typed(*AGENT))
    typed("staff", "disable", "may")
    assert door.with_password("may", password, "192.0.2.1", "", MORNING).refused == "wrong"
    typed("staff", "enable", "may")
    assert door.with_password("may", password, "192.0.2.1", "", MORNING).session
    assert typed("staff", "change", "may", "--wallet", "linfu").output == "may is changed: agent of linfu\n"
    assert "linfu  zh,en" in typed("staff").output and "client:may" in typed("staff").output


def test_sessions_are_listed_and_ended(typed, door):
    """Without their ids."""
    password, _ = shown(typed(*AGENT))
    assert typed("staff", "sessions", "may").output == "may is not signed in\n"
    id = door.with_password("may", password, "192.0.2.1", "Firefox", datetime.now(UTC)).session
    listed = typed("staff", "sessions", "may", "--end").output
    assert "Firefox" in listed and "ENDED" in listed and id not in listed
    assert typed("staff", "sessions", "may").output == "may is not signed in\n"


def test_the_account_of_the_machine_is_in_the_audit_log(typed, database):
    """Nobody signs in for a command."""
    typed(*AGENT)
    typed("staff", "disable", "may")
    with begin_read(database) as conn:
        assert {(row.who, row.act) for row in conn.execute(sa.select(audit_log))} == {
            (logged_in_account(), "person-added"),
            (logged_in_account(), "person-disabled"),
        }


@pytest.mark.parametrize(
    "words, says",
    [
        (("staff", "add", "li"), "--name is missing"),
        (("staff", "add", "li", "--name", "Li", "--role", "root", "--wallet", "haiyun"), "'root' is not one of"),
        (
            ("staff", "add", "li", "--name", "Li", "--role", "agent", "--wallet", "x"),
            "wallets, which are haiyun, linfu",
        ),
        ((*AGENT[:-1], "+8619900000051"), "Twilio places no calls to mainland China"),
        (("staff", "disable", "nobody"), "there is no 'nobody'"),
    ],
)
def test_what_is_wrong_is_refused_in_one_sentence(refused, words, says):
    """And says what to write."""
    assert says in refused(*words)
