"""Who reaches what: every route by every role, across wallets, without a token, from another site or host."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import sqlalchemy as sa

from ivr.desk.serve_pages import ACTS
from ivr.desk.words import words
from ivr.queue.tables import queue_entries
from ivr.staff.roles import ROLES
from ivr.storage.database import begin_read, begin_write
from tests.desk.conftest import ROLES_OF_HAIYUN, STAFF, URL, live, open_desk

ALL, CALLS = set(ROLES), {"agent", "supervisor", "auditor"}
ROUTES = {
    ("GET", "/desk/"): ALL,
    ("GET", "/desk/me"): ALL,
    ("POST", "/desk/me/password"): ALL,
    ("POST", "/desk/state"): {"agent", "supervisor"},
    ("GET", "/desk/phone"): {"agent", "supervisor"},
    ("GET", "/desk/phone/voice-sdk.js"): {"agent", "supervisor"},
    **{
        ("POST", f"/desk/phone/{act}"): {"agent", "supervisor"}
        for act in ("here", "accept", "decline", "say", "hang-up", "token")
    },
    ("GET", "/desk/stream"): {"agent", "supervisor"},
    ("GET", "/desk/wall"): {"supervisor"},
    ("GET", "/desk/failures"): {"supervisor"},
    ("POST", "/desk/failures/events/<delivery>/again"): {"supervisor"},
    ("POST", "/desk/failures/texts/<message>/again"): {"supervisor"},
    ("GET", "/desk/line"): {"supervisor"},
    ("POST", "/desk/line/<wallet>/switch"): {"supervisor"},
    ("POST", "/desk/line/<wallet>/announce"): {"supervisor"},
    ("POST", "/desk/line/announcements/<int(max=2147483647):number>/end"): {"supervisor"},
    ("POST", "/desk/calls/<call>/outcome"): {"agent", "supervisor"},
    ("POST", "/desk/me/sessions/<int(max=2147483647):number>/end"): ALL,
    ("GET", "/desk/calls/<call>"): CALLS,
    ("POST", "/desk/calls/<call>/reveal"): {"agent", "supervisor"},
    ("GET", "/desk/cases/<reference>"): CALLS,
    ("GET", "/desk/search"): CALLS,
    ("POST", "/desk/search"): CALLS,
    ("GET", "/desk/audit"): {"supervisor", "auditor", "admin"},
    ("GET", "/desk/people"): {"admin"},
    ("POST", "/desk/people"): {"admin"},
    ("GET", "/desk/people/<id>"): {"admin"},
    ("POST", "/desk/people/<id>"): {"admin"},
    **{
        ("POST", f"/desk/talks/<talk>/{act}"): {"agent"}
        for act in ("hold", "unhold", "consult", "complete", "cancel", "transfer", "end", "rejoin")
    },
    **{("POST", f"/desk/calls/<call>/serve/{act}"): {"agent", "supervisor"} for act in ACTS},
    ("GET", "/desk/talks/<talk>/choose"): {"agent"},
    ("POST", "/desk/talks/<talk>/supervise"): {"supervisor"},
    **{
        ("POST", f"/desk/people/<id>/{act}"): {"admin"}
        for act in ("disable", "enable", "end-sessions", "password", "totp")
    },
}
OPEN = {
    ("GET", "/"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/desk/static/<path:filename>"),
    ("GET", "/desk/sign-in"),
    ("POST", "/desk/sign-in"),
    ("GET", "/desk/sign-in/code"),
    ("POST", "/desk/sign-in/code"),
    ("POST", "/desk/sign-out"),
    ("POST", "/desk/language"),
}


def place(rule, day, **given):
    """The address of a rule, about things of Haiyun unless told otherwise."""
    values = {"call": day.taken, "reference": "202611017", "id": "idle_h", "number": "999"}
    values |= {"talk": "0" * 16, "wallet": "haiyun", "delivery": "1:case.opened"}
    values |= {"message": f"freeze:{day.taken}:1"} | given
    return re.sub(r"<(?:int\(max=2147483647\):)?(\w+)>", lambda found: values[found[1]], rule)


def ask(window, method, path):
    """Open it, or send a form with everything that any of them needs."""
    if method == "GET":
        return window.gets(path)
    form = {"field": "caller", "reason": "call-back", "q": "0001", "name": "N", "role": "agent", "id": "new_one"}
    form |= {"to": "topic:other", "hears": "listen", "outcome": "solved"}
    return window.posts(path, **form, wallets="haiyun", languages="zh", topics="other", old="x", new="y")


def test_every_route_is_thought_of_here(desk):
    """A new one must say who may open it."""
    rules = {(method, rule.rule) for rule in desk.app.url_map.iter_rules() for method in rule.methods & {"GET", "POST"}}
    assert rules == set(ROUTES) | OPEN


def test_every_route_is_for_its_roles_only(desk, day):
    """A role without the right gets 403, others what they asked for, of their own wallet; nobody is let in without a
    session."""
    stranger = desk.window()
    for role, name in ROLES_OF_HAIYUN.items():
        window = desk.by(name)
        for (method, rule), roles in ROUTES.items():
            if rule.endswith(("/disable", "/end-sessions", "/password", "/totp")) and role in roles:
                continue  # test_people_pages.py does these
            answer = ask(window, method, place(rule, day))
            assert (answer.status_code == 403) == (role not in roles), (role, method, rule, answer.status_code)
            assert answer.status_code != 500, (role, method, rule)
    for method, rule in ROUTES:
        answer = ask(stranger, method, place(rule, day))
        assert (answer.status_code, answer.location) == (303, "/desk/sign-in"), (method, rule)


def test_a_session_that_waits_for_its_code_opens_nothing(desk, day):
    """The password alone is not enough."""
    window = desk.window()
    window.posts("/desk/sign-in", name="super_h", password="quite-long-and-secret")
    for method, rule in ROUTES:
        answer = ask(window, method, place(rule, day))
        assert (answer.status_code, answer.location) == (303, "/desk/sign-in"), (method, rule)


@pytest.mark.parametrize("role", ROLES)
def test_a_foreign_id_is_not_there(desk, day, references, role):
    """404, as for one that does not exist; nothing is changed or noted."""
    (foreign,) = references("linfu")[:1] or ["123456782"]
    desk.by("agent_l")  # has session 1
    window = desk.by(ROLES_OF_HAIYUN[role])
    before = counts(desk)
    for (method, rule), roles in ROUTES.items():
        if role not in roles or "<" not in rule:
            continue
        for values in (
            {"call": day.at_linfu, "reference": foreign, "id": "super_l", "number": "1", "wallet": "linfu"},
            {"call": "CA" + "0" * 32, "reference": "000000000", "id": "nobody", "number": "77777", "wallet": "none"},
            {"call": "x" * 3000, "reference": "x", "id": "super_b", "number": "9" * 30, "wallet": "x" * 3000},
        ):
            assert ask(window, method, place(rule, day, **values)).status_code == 404, (method, rule, values)
    assert counts(desk) == before


def counts(desk):
    """How many rows the log has, and every row of the people."""
    with begin_read(desk.engine) as conn:
        log = conn.scalar(sa.text("SELECT count(*) FROM audit_log WHERE act <> 'signed-in'"))
        return log, [tuple(row) for row in conn.execute(sa.text("SELECT * FROM staff ORDER BY id"))]


def test_an_agent_sees_the_call_that_they_took_and_no_other(desk, day):
    """Not that of another agent, of another wallet, nor of yesterday."""
    assert desk.by("agent_h").gets(f"/desk/calls/{day.taken}").status_code == 200
    for name, call in (("agent_h", day.abandoned), ("idle_h", day.taken), ("agent_h", day.at_linfu)):
        assert desk.by(name).gets(f"/desk/calls/{call}").status_code == 404
    assert desk.by("agent_l").gets(f"/desk/calls/{day.at_linfu}").status_code == 200


def test_an_agent_sees_the_call_that_they_claimed_in_the_queue(desk, day):
    """Also before the talk: the card is there while the summary is heard."""
    entry = {"id": "e1", "call": day.abandoned, "wallet": "haiyun", "language": "zh", "topic": "other", "priority": 2}
    with begin_write(desk.engine) as conn:
        conn.execute(sa.insert(queue_entries).values(entered="", status="claimed", staff="idle_h", tries=0, **entry))
    window = desk.by("idle_h")
    assert day.abandoned in window.page.text and window.gets(f"/desk/calls/{day.abandoned}").status_code == 200
    assert desk.by("agent_h").gets(f"/desk/calls/{day.abandoned}").status_code == 404


def test_no_page_of_one_wallet_holds_a_byte_of_the_other(desk, day, references):
    """Every page that its people reach, in both languages; also after the other wallet's people have worked."""
    other = desk.by("super_l")
    other.gets(f"/desk/calls/{day.at_linfu}")
    other.posts(f"/desk/calls/{day.at_linfu}/reveal", field="caller", reason="call-back")
    both = desk.by("admin_b")
    both.posts(
        "/desk/people/super_b",
        name="Supervisor of both",
        role="supervisor",
        wallets=["linfu", "haiyun"],
        languages="zh",
        topics="other",
    )
    moved = {"id": "moved", "name": "Moved here", "role": "agent", "languages": "zh", "topics": "other"}
    both.posts("/desk/people", **moved, wallets=["haiyun", "linfu"])
    both.posts("/desk/people/moved", **moved, wallets="haiyun")
    secrets = [day.at_linfu, "infu", "邻付", "0077", "Zweite", "Dritte", '_l"', ">super_l", *references("linfu")]
    for name in ROLES_OF_HAIYUN.values():
        window = desk.by(name)
        for language in ("zh", "en"):
            window.posts("/desk/language", language=language)
            for path, text in crawl(window):
                found = [one for one in secrets if one in text]
                assert not found, (name, path, found)
            for q in ("0077", "13900000077", "+8613900000077", day.at_linfu, *references("linfu")):
                page = window.posts("/desk/search", q=q)
                assert page.status_code in (200, 403) and day.at_linfu not in page.text, (name, q)


def crawl(window):
    """Every page of the desk that links lead to, with its text."""
    seen, open_ = (
        set(),
        ["/desk/", "/desk/search", "/desk/audit", "/desk/me", "/desk/people", "/desk/line", "/desk/failures"],
    )
    while open_:
        path = open_.pop()
        if path not in seen:
            seen.add(path)
            text = window.gets(path, follow_redirects=True).text
            open_ += [one.replace("&amp;", "&") for one in re.findall(r'href="(/desk/(?!static)[^"#]*)"', text)]
            yield path, text
    assert len(seen) > 5


@pytest.mark.parametrize("token", ["", "forged", "stale", "from before", "of another"])
def test_a_post_without_its_own_token_changes_nothing(desk, day, token):
    """Missing, made up, of the session before, of the page before sign-in, or of another person's browser."""
    window = desk.window()
    window.gets("/desk/sign-in")
    before_sign_in = window.token()
    window.signs_in("super_h")
    if token == "stale":
        token = window.token()
        window.posts("/desk/sign-out")
        window.signs_in("super_h")
    elif token == "from before":
        token = before_sign_in
    elif token == "of another":
        token = desk.by("super_b").token()
    before = counts(desk)
    for method, rule in {*ROUTES, *OPEN}:
        if method == "POST":
            assert window.posts(place(rule, day), token=token, field="caller", reason="call-back").status_code == 400, (
                rule
            )
    assert counts(desk) == before and window.gets("/desk/me").status_code == 200


def test_a_post_from_a_page_of_another_site_is_refused(desk):
    """Even with a right token; browsers name the site."""
    window = desk.by("super_h")
    for origin in ("https://evil.example.com", "http://desk.example.com", "https://desk.example.com:444", "null"):
        assert window.posts("/desk/sign-out", headers={"Origin": origin}).status_code == 403
    assert window.gets("/desk/me").status_code == 200


def test_a_request_for_another_host_finds_nothing(desk):
    """But for the balancer's question whether the process runs."""
    window = desk.window()
    window.host = "https://10.0.0.7"
    assert window.gets("/desk/sign-in").status_code == 404 and "form" not in window.page.text
    assert window.gets("/healthz").status_code == window.gets("/readyz").status_code == 200


@pytest.mark.parametrize("url", [URL, "https://Desk.Example.com:443", "https://name@desk.example.com"])
def test_the_address_may_be_written_with_what_browsers_leave_out(day, copied, monkeypatch, url):
    """A port that goes without saying, a name, capitals."""
    desk = open_desk(replace(live(day.settings), desk_url=url), copied, monkeypatch)
    window = desk.window()
    window.host = URL
    assert window.signs_in("agent_h").page.status_code == 200


def test_cookies_stay_with_this_host_and_with_https(desk):
    """The session's and that of forms: no script reads them, no other site sends them."""
    window = desk.window()
    window.gets("/desk/sign-in")
    set_ = window.page.headers.getlist("Set-Cookie")
    set_ += window.posts("/desk/sign-in", name="agent_h", password="quite-long-and-secret").headers.getlist(
        "Set-Cookie"
    )
    set_ += window.posts("/desk/language", language="zh").headers.getlist("Set-Cookie")
    names = {one.partition("=")[0] for one in set_}
    assert names == {"__Host-desk", "__Host-desk-form", "desk-language"}
    for one in set_:
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(one.split("; ")) and "Domain" not in one, one


def test_every_answer_forbids_what_the_pages_do_not_need(desk, day):
    """Frames, scripts of others, storing; errors and redirects, too."""
    window = desk.by("super_h")
    for path in ("/desk/", f"/desk/calls/{day.taken}", "/desk/none", "/desk/people", "/", "/desk/sign-in"):
        headers = window.gets(path).headers
        assert (
            "default-src 'none'" in headers["Content-Security-Policy"]
            and "unsafe" not in headers["Content-Security-Policy"]
        )
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        expected = {
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Strict-Transport-Security": "max-age=31536000",
        }
        assert {name: headers[name] for name in expected} == expected, path
        assert not re.search(
            r"<script(?! src=./desk/static/\w+\.js. defer></script>)|\son\w+=|\sstyle=|javascript:", window.page.text
        ), path
    assert "no-store" not in window.gets("/desk/static/desk.css").headers["Cache-Control"]


def test_no_title_holds_anything_of_a_call_or_person(desk, day):
    """Titles stand in histories and on shared screens."""
    window, titles = desk.by("super_h"), set()
    for _path, text in crawl(window):
        titles |= set(re.findall("<title>(.*?)</title>", text))
    allowed = {*words()["en"].values()}
    assert titles and all(part in allowed for title in titles for part in title.split(" · ")), titles


def test_the_log_holds_nothing_that_was_typed_or_revealed(desk, day, capsys, caplog):
    """Names, passwords, codes, numbers, searches."""
    with caplog.at_level("DEBUG"):
        window = desk.by("super_h")
        window.posts("/desk/search", q="+8613900000001")
        window.posts(f"/desk/calls/{day.taken}/reveal", field="caller", reason="call-back")
        desk.window().posts("/desk/sign-in", name="somebody_else", password="my-password-9")
        window.posts("/desk/me/password", old="my-password-9", new="short", again="")
    written = caplog.text + "".join(capsys.readouterr())
    for one in ("13900000001", "somebody_else", "my-password-9", "quite-long", window.cookie()):
        assert one not in written


def test_the_voice_app_has_no_desk_and_the_desk_no_voice(desk, line):
    """Each process answers for itself."""
    assert line.app.test_client().get("/desk/").status_code == 404
    for path in ("/voice", "/voice/status", "/lab/sms", "/metrics", "/phone/"):
        assert desk.window().gets(path).status_code == 404
        assert desk.by("super_h").posts(path).status_code in (404, 405)


def test_proxies_name_the_address_that_limits_count(day, copied, monkeypatch):
    """As many as the setting says; what a client writes itself before them is not believed."""
    for proxies, counted in ((0, 60), (1, 60)):
        desk = open_desk(replace(live(day.settings), desk_proxies=proxies), copied, monkeypatch)
        outcomes = []
        for place_ in range(counted + 1):
            window = desk.window(HTTP_X_FORWARDED_FOR=f"10.9.{proxies}.{place_}, 203.0.113.{proxies}")
            window.gets("/desk/sign-in")
            outcomes.append("Too many" in window.posts("/desk/sign-in", name=f"n{place_}", password="x").text)
        assert outcomes == [False] * counted + [True]
        other = desk.window(HTTP_X_FORWARDED_FOR="203.0.113.99", REMOTE_ADDR="192.0.2.99")
        assert "Too many" not in other.posts("/desk/sign-in", name="n", password="x").text


def test_people_of_these_tests_are_of_one_wallet_or_of_both():
    """Or the tests above would prove nothing."""
    assert {one.wallets for one in STAFF} == {("haiyun",), ("linfu",), ("haiyun", "linfu")} and URL.startswith("https")
