"""An admin's pages: people are added, changed and shut out; secrets are shown once; nobody gives what they do not
have."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa

from ivr.staff import people
from ivr.storage.database import begin_read
from tests.desk.conftest import PASSWORD
from tests.staff.conftest import SECRET

NEW = {
    "name": "李 Li",
    "role": "agent",
    "wallets": ["haiyun"],
    "languages": ["zh", "en"],
    "topics": ["security", "other"],
}


ACTS = ("", "/disable", "/enable", "/end-sessions", "/password", "/totp")


def kept(desk, id):
    """The person as stored."""
    with begin_read(desk.engine) as conn:
        return people.find(conn, id)


def shown(answer):
    """The password and the secret on the page, in that order."""
    return re.findall(r"<code>([^<]+)</code>", answer.text)


def test_an_agent_is_added_and_signs_in_with_what_was_shown_once(desk):
    """The page of the person never shows it again; the address is where they are rung."""
    admin = desk.by("admin_h")
    answer = admin.posts("/desk/people", id="li", address="client:li", **NEW)
    (password,) = shown(answer)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    assert password not in admin.gets("/desk/people/li").text and "client:li" in admin.page.text
    desk.window().signs_in("li", password)
    assert kept(desk, "li").topics == ("security", "other")
    assert desk.audited("person-added")[-1] == ("admin_h", "li", "")


def test_a_supervisor_is_added_with_an_app(desk):
    """Its secret stands there as a QR code and as text."""
    password, secret = shown(
        answer := desk.by("admin_h").posts("/desk/people", id="li", **NEW | {"role": "supervisor"})
    )
    assert "<svg" in answer.text
    window = desk.window()
    assert window.posts("/desk/sign-in", name="li", password=password).location == "/desk/sign-in/code"
    assert window.posts("/desk/sign-in/code", code=pyotp.TOTP(secret).at(desk.now)).location == "/desk/"


@pytest.mark.parametrize(
    "change, says",
    [
        ({"id": "Li"}, "sign-in name has another form"),
        ({"id": "agent_h"}, "is taken"),
        ({"id": "agent_l"}, "is taken"),
        ({"name": ""}, "1 to 80 letters"),
        ({"role": "root"}, "Choose a role"),
        ({"wallets": []}, "at least one wallet"),
        ({"wallets": ["haiyun", "linfu"]}, "those that you have yourself"),
        ({"wallets": ["nobody"]}, "those that you have yourself"),
        ({"languages": []}, "at least one language"),
        ({"topics": ["x"]}, "at least one matter"),
        ({"address": "+8619900000051"}, "Twilio places no calls there"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_stored(desk, change, says):
    """What was typed stays in the form."""
    before = count(desk)
    answer = desk.by("admin_h").posts("/desk/people", **{"id": "li", **NEW, **change})
    assert answer.status_code == 400 and says in answer.text and "李 Li" in answer.text or change.get("name") == ""
    assert count(desk) == before


def count(desk):
    with begin_read(desk.engine) as conn:
        return conn.scalar(sa.text("SELECT count(*) FROM staff"))


def test_a_change_is_seen_at_the_next_click_of_that_person(desk):
    """Another role ends the sessions; what is refused changes nothing."""
    admin, agent = desk.by("admin_h"), desk.by("idle_h")
    assert admin.posts("/desk/people/idle_h", **NEW).location == "/desk/people/idle_h"
    assert "李 Li" in agent.gets("/desk/").text
    assert admin.posts("/desk/people/idle_h", **NEW | {"wallets": ["linfu"]}).status_code == 400
    assert kept(desk, "idle_h").wallets == ("haiyun",)
    admin.posts("/desk/people/idle_h", **NEW | {"role": "auditor"})
    assert agent.gets("/desk/").location == "/desk/sign-in"


def test_a_disabled_person_stays_disabled_when_they_are_changed(desk):
    """Only "enable" lets them in, and forgets wrong tries."""
    admin = desk.by("admin_h")
    admin.posts("/desk/people/idle_h/disable")
    admin.posts("/desk/people/idle_h", **NEW)
    window = desk.window()
    for _ in range(11):
        window.posts("/desk/sign-in", name="idle_h", password=PASSWORD)
    assert "fifteen minutes" in window.page.text and kept(desk, "idle_h").disabled
    admin.posts("/desk/people/idle_h/enable")
    assert window.posts("/desk/sign-in", name="idle_h", password=PASSWORD).location == "/desk/"


def test_a_new_password_and_a_new_app_replace_the_old_ones(desk):
    """Each ends all sessions of the person."""
    admin, agent = desk.by("admin_h"), desk.by("idle_h")
    (password,) = shown(admin.posts("/desk/people/idle_h/password"))
    assert agent.gets("/desk/").location == "/desk/sign-in"
    assert desk.window().posts("/desk/sign-in", name="idle_h", password=PASSWORD).status_code == 401
    desk.window().signs_in("idle_h", password)
    (secret,) = shown(admin.posts("/desk/people/idle_h/totp"))
    window = desk.window()
    window.posts("/desk/sign-in", name="idle_h", password=password)
    assert window.posts("/desk/sign-in/code", code=pyotp.TOTP(secret).at(desk.now)).location == "/desk/"


def test_all_sessions_of_a_person_are_ended(desk):
    """In the audit log with who did it."""
    admin, windows = desk.by("admin_h"), [desk.by("idle_h") for _ in range(2)]
    admin.posts("/desk/people/idle_h/end-sessions")
    assert [one.gets("/desk/").location for one in windows] == ["/desk/sign-in"] * 2
    assert desk.audited("sessions-ended") == [("admin_h", "idle_h", "")]
    assert "Not signed in" in admin.gets("/desk/people/idle_h").text


def test_an_admin_sees_people_of_their_own_wallets_only(desk):
    """Who also works for another wallet is managed by an admin of both."""
    listed = desk.by("admin_h").gets("/desk/people").text
    assert "idle_h" in listed and "super_b" not in listed and "agent_l" not in listed and "admin_b" not in listed
    assert all(one in desk.by("admin_b").gets("/desk/people").text for one in ("idle_h", "super_b", "agent_l"))


def code(desk):
    """What the app shows now."""
    return pyotp.TOTP(SECRET).at(desk.now)


def posted(page):
    """The fields that the page which asks for the password has kept, but for the token."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text)
    form = {name: [value for other, value in found if other == name] for name, _ in found}
    return {name: values for name, values in form.items() if name != "csrf_token"}


@pytest.mark.parametrize("path", ["/desk/people", *(f"/desk/people/idle_h{act}" for act in ACTS)])
def test_who_finds_an_admins_open_browser_changes_nobody(desk, path):
    """Ten minutes after the password was typed last it is asked for, and nothing is done without it."""
    admin = desk.by("admin_h")
    desk.now += timedelta(minutes=10)
    before = rows(desk)
    for wrong in ({}, {"proof-password": "wrong", "proof-code": code(desk)}, {"proof-password": PASSWORD}):
        answer = admin.posts(path, **{"id": "li", **NEW, **wrong})
        assert answer.status_code == 401 and "Type your password again" in answer.text
        assert ("is wrong" in answer.text) == bool(wrong) and PASSWORD not in answer.text
    assert rows(desk) == before


def rows(desk):
    """Everything that is stored of the people, and who is signed in."""
    with begin_read(desk.engine) as conn:
        listed = [tuple(row) for row in conn.execute(sa.text("SELECT * FROM staff ORDER BY id"))]
        return listed, list(conn.scalars(sa.text("SELECT ended FROM staff_sessions ORDER BY n")))


def test_with_the_right_password_what_was_filled_in_is_done_at_once(desk):
    """Every field, also lists and what holds quotes; a code is good once, and ten minutes are not asked about again."""
    admin = desk.by("admin_h")
    desk.now += timedelta(minutes=10)
    new = NEW | {"id": "li", "name": 'Li "<b>" & 李', "address": "client:li"}
    asked = admin.posts("/desk/people", **new)
    assert "<b>" not in asked.text.partition("<main")[2]
    kept_fields = {
        name: [
            one.replace("&#34;", '"').replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") for one in values
        ]
        for name, values in posted(asked).items()
    }
    assert kept_fields == {name: [value] if isinstance(value, str) else value for name, value in new.items()}
    used = code(desk)
    answer = admin.posts("/desk/people", **kept_fields, **{"proof-password": PASSWORD, "proof-code": used})
    assert answer.status_code == 200 and kept(desk, "li").name == new["name"]
    assert kept(desk, "li").topics == ("security", "other")
    assert desk.audited("proved") == [("admin_h", "admin_h", "")]
    desk.now += timedelta(minutes=9)
    assert admin.posts("/desk/people/li/disable").status_code == 303
    desk.now += timedelta(minutes=2)
    assert admin.posts("/desk/people/li/enable").status_code == 401
    again = {"proof-password": PASSWORD, "proof-code": used}
    assert admin.posts("/desk/people/li/enable", **again).status_code == 401 and kept(desk, "li").disabled


def test_wrong_tries_at_the_second_asking_count_as_at_sign_in(desk):
    """After ten of them nobody gets on, not with the right password either, until fifteen minutes later."""
    admin = desk.by("admin_h")
    desk.now += timedelta(minutes=10)
    for _ in range(10):
        admin.posts("/desk/people/idle_h/disable", **{"proof-password": "wrong", "proof-code": code(desk)})
    right = {"proof-password": PASSWORD, "proof-code": code(desk)}
    answer = admin.posts("/desk/people/idle_h/disable", **right)
    assert answer.status_code == 401 and "Too many wrong tries" in answer.text and not kept(desk, "idle_h").disabled
