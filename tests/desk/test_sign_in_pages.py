"""Signing in and out in the browser, one's own sessions and password, and the lab's demo people."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa

from ivr.lab import staff as demo
from ivr.staff import people
from ivr.storage.database import begin_write
from tests.desk.conftest import URL, Window, live, open_desk
from tests.staff.conftest import PASSWORD, SECRET


def page_of(answer):
    """Without the token, which is another one each time."""
    return re.sub(r'value="[^"]{40,}"', "", answer.text)


def test_a_supervisor_signs_in_with_password_and_code(desk):
    """Each step has a session of another id; the one before it is worth nothing afterwards."""
    window = desk.window()
    window.gets("/desk/")
    assert window.page.location == "/desk/sign-in"
    window.posts("/desk/sign-in", name=" super_h ", password=PASSWORD)
    waiting = window.cookie()
    wrong = window.posts("/desk/sign-in/code", code="000000")
    assert wrong.status_code == 401 and "The code is wrong" in wrong.text
    answer = window.posts(
        "/desk/sign-in/code", code=f"{pyotp.TOTP(SECRET).at(desk.now):.3} {pyotp.TOTP(SECRET).at(desk.now)[3:]}"
    )
    assert answer.location == "/desk/" and window.cookie() not in (None, waiting)
    assert "Calls today" in window.gets("/desk/").text
    window.client.set_cookie(desk.cookie, waiting, domain="desk.example.com", secure=True)
    assert window.gets("/desk/").location == "/desk/sign-in"
    assert desk.audited("signed-in") == [("super_h", "super_h", "")]


def test_wrong_and_unknown_look_the_same(desk):
    """Byte for byte, and so does a disabled person."""
    with begin_write(desk.engine) as conn:
        people.disable(conn, "audit_h", "root", desk.now)
    window = desk.window()
    answers = [
        window.posts("/desk/sign-in", name=name, password=password)
        for name, password in (
            ("agent_h", "wrong"),
            ("nobody", "wrong"),
            ("audit_h", PASSWORD),
            ("", ""),
            ("<b>", "x" * 9000),
        )
    ]
    assert {one.status_code for one in answers} == {401} and len({page_of(one) for one in answers}) == 1
    assert "Name or password is wrong" in answers[0].text and window.cookie() is None


def test_too_many_wrong_tries_say_when_to_come_back(desk):
    """The right password is refused as well."""
    window = desk.window()
    for _ in range(10):
        window.posts("/desk/sign-in", name="agent_h", password="wrong")
    assert "fifteen minutes" in window.posts("/desk/sign-in", name="agent_h", password=PASSWORD).text
    desk.now += timedelta(minutes=15)
    assert window.posts("/desk/sign-in", name="agent_h", password=PASSWORD).location == "/desk/"


def test_a_form_that_is_too_large_is_refused(desk):
    """Before it is read."""
    assert desk.window().posts("/desk/sign-in", name="agent_h", password="x" * 100_000).status_code == 413


def test_signing_out_ends_the_session_and_not_only_the_cookie(desk):
    """A copy of the cookie opens nothing."""
    window = desk.by("agent_h")
    id = window.cookie()
    assert window.posts("/desk/sign-out").location == "/desk/sign-in" and window.cookie() is None
    window.client.set_cookie(desk.cookie, id, domain="desk.example.com", secure=True)
    assert window.gets("/desk/").location == "/desk/sign-in"
    assert desk.audited("signed-out") == [("agent_h", "agent_h", "")]


def test_a_session_ends_without_use_and_at_the_latest_after_twelve_hours(desk):
    """Each page prolongs it."""
    window = desk.by("agent_h")
    for _ in range(2):
        desk.now += timedelta(minutes=14)
        assert window.gets("/desk/").status_code == 200
    desk.now += timedelta(minutes=15)
    assert window.gets("/desk/").location == "/desk/sign-in"


def test_one_ends_the_session_of_another_browser(desk):
    """By its number; the present one stays."""
    here, elsewhere = desk.by("agent_h"), desk.by("agent_h")
    page = here.gets("/desk/me").text
    first = min(int(one.split("/")[0]) for one in page.split("/desk/me/sessions/")[1:])
    assert here.posts(f"/desk/me/sessions/{first}/end").location == "/desk/me"
    assert sorted([here.gets("/desk/me").status_code, elsewhere.gets("/desk/me").status_code]) == [200, 303]
    assert desk.audited("session-ended") == [("agent_h", "agent_h", "")]


def test_who_is_disabled_is_out_at_the_next_click(desk):
    """And who gets another role has its pages."""
    window = desk.by("agent_h")
    with begin_write(desk.engine) as conn:
        people.disable(conn, "agent_h", "root", desk.now)
    assert window.gets("/desk/").location == "/desk/sign-in"


@pytest.mark.parametrize(
    "form, says",
    [
        ({"old": PASSWORD, "new": "short", "again": "short"}, "12 characters"),
        ({"old": PASSWORD, "new": "x" * 129, "again": "x" * 129}, "12 characters"),
        ({"old": PASSWORD, "new": "a-new-password-1", "again": "a-new-password-2"}, "different"),
        ({"old": "wrong", "new": "a-new-password-1", "again": "a-new-password-1"}, "wrong"),
        ({}, "12 characters"),
    ],
)
def test_a_password_is_not_changed_by_mistake(desk, form, says):
    """The page says what is wrong."""
    window = desk.by("agent_h")
    answer = window.posts("/desk/me/password", **form)
    assert answer.status_code == 400 and says in answer.text
    desk.by("agent_h")


def test_a_new_password_ends_all_sessions(desk):
    """Also the one that changed it; the old password is worth nothing."""
    window, elsewhere = desk.by("agent_h"), desk.by("agent_h")
    window.posts("/desk/me/password", old=PASSWORD, new="a-new-password-1", again="a-new-password-1")
    assert window.page.location == "/desk/sign-in"
    assert window.gets("/desk/").location == elsewhere.gets("/desk/").location == "/desk/sign-in"
    assert desk.window().posts("/desk/sign-in", name="agent_h", password=PASSWORD).status_code == 401
    desk.window().signs_in("agent_h", "a-new-password-1")


def test_an_open_session_is_no_way_to_guess_the_password(desk):
    """Wrong ones count as at sign-in."""
    window, new = desk.by("agent_h"), "a-new-password-1"
    for _ in range(10):
        window.posts("/desk/me/password", old="wrong", new=new, again=new)
    assert window.posts("/desk/me/password", old=PASSWORD, new=new, again=new).status_code == 400


def test_the_language_is_chosen_in_each_browser(desk):
    """By the browser's own at first; what is no language changes nothing."""
    window = desk.window()
    assert "Sign-in name" in window.gets("/desk/sign-in").text
    chinese = window.gets("/desk/sign-in", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"}).text
    assert "登录名" in chinese and 'lang="zh-CN"' in chinese
    window.posts("/desk/language", language="zh")
    assert "登录名" in window.gets("/desk/sign-in").text
    window.posts("/desk/language", language="<script>")
    assert "登录名" in window.gets("/desk/sign-in").text


LOCAL = "http://127.0.0.1:5002"


@pytest.fixture
def lab(day, copied, monkeypatch):
    """The same desk in the lab."""
    return open_desk(replace(day.settings, desk_url=LOCAL), copied, monkeypatch)


def test_in_the_lab_the_demo_people_and_their_password_stand_on_the_page(lab):
    """Each signs in with it; the code that a role needs stands there, too."""
    lab.cookie = f"desk-{lab.settings.desk_port}"
    for person in demo.PEOPLE:
        window = lab.window()
        text = window.gets("/desk/sign-in").text
        assert f'value="{person.id}"' in text and demo.PASSWORD in text
        answer = window.posts("/desk/sign-in", name=person.id, password=demo.PASSWORD)
        if person.needs_code:
            code = window.gets("/desk/sign-in/code").text.partition("<code>")[2].partition("</code>")[0]
            answer = window.posts("/desk/sign-in/code", code=code)
        assert answer.location == "/desk/", person.id
        assert "Secure" not in str(window.page.headers.getlist("Set-Cookie"))
    assert lab.window().posts("/desk/sign-in", name="mei", password="another").status_code == 401


def test_outside_the_lab_a_database_from_the_lab_opens_no_door(desk):
    """No password stands on the page, and that of the lab is wrong; nothing of the lab is loaded there."""
    window = desk.window()
    text = window.gets("/desk/sign-in").text
    assert demo.PASSWORD not in text and "People of the lab" not in text
    for person in demo.PEOPLE:
        assert window.posts("/desk/sign-in", name=person.id, password=demo.PASSWORD).status_code == 401


def test_production_never_imports_the_labs_people(day, tmp_path):
    """In a process of its own, as it starts."""
    code = (
        "import sys; from ivr.desk.app import create_desk; create_desk()\n"
        "assert not [name for name in sys.modules if name.startswith('ivr.lab')], sys.modules\n"
    )
    given = {
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "0" * 32,
        "PUBLIC_BASE_URL": "https://ivr.example.com",
        "DESK_URL": URL,
        "DATA_DIR": str(tmp_path),
        "LAB": "0",
    }
    ran = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | given, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr


def test_a_reset_of_the_world_brings_the_demo_people_back_and_keeps_the_others(lab):
    """With the wallets of the world, the first password, and nobody disabled."""
    with begin_write(lab.engine) as conn:
        people.disable(conn, "mei", "root", lab.now)
        people.set_password(conn, "bo", "hash", "root", lab.now)
        demo.add_demo_people(conn, ["linfu"])
        found = {one.id: one for one in people.everybody(conn)}
        assert conn.scalar(sa.text("SELECT count(*) FROM staff WHERE password_hash IS NULL")) == len(demo.PEOPLE)
    assert (
        not found["mei"].disabled and found["su"].wallets == found["mei"].wallets == ("linfu",) and "agent_h" in found
    )


def test_the_lab_answers_this_machine_only(lab):
    """No other host, no tunnel."""
    for host, headers in (("http://desk.example.com", {}), (LOCAL, {"X-Forwarded-For": "203.0.113.1"})):
        window = Window(lab, host)
        assert window.gets("/desk/sign-in", headers=headers).status_code == 404


def test_a_lab_with_a_public_address_asks_for_its_token(day, copied, monkeypatch):
    """As /phone does; the demo passwords are for whoever has it."""
    lab = open_desk(replace(day.settings, desk_url=LOCAL, lab_token="t" * 32), copied, monkeypatch)
    window = lab.window()
    assert window.gets("/desk/sign-in").status_code == 403 and "lab-token" in window.page.text
    assert window.gets(f"/desk/sign-in?token={'t' * 32}").status_code == 302
    assert demo.PASSWORD in window.gets("/desk/sign-in").text


def test_live_and_lab_are_what_these_tests_say(day):
    """Or they would prove nothing."""
    assert day.settings.lab and not live(day.settings).lab
