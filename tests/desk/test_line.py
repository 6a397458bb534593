"""The line from the desk: a change is shown as callers will hear it, is made once, and only for one's own wallets."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa

from ivr.operations import announcements
from ivr.operations.line_switch import line_state, switch
from ivr.operations.tables import announcements as announced_table
from ivr.operations.tables import line_states
from ivr.staff.tables import audit_log
from ivr.storage.database import begin_read, begin_write
from tests.call_flows.line import lab_settings, url_of
from tests.desk.conftest import PASSWORD, live, open_desk, play
from tests.desk.queue_rows import rings, talks, waits
from tests.staff.conftest import SECRET

ZH, EN = "系统正在维护", "we are doing maintenance"
CLOSED = {"state": "closed", "reason_zh": ZH, "reason_en": EN}
SWITCH, ANNOUNCE = "/desk/line/haiyun/switch", "/desk/line/haiyun/announce"
WORDS = {
    "text_zh": "银行系统故障，充值可能延迟",
    "text_en": "top-ups may be late because of a bank outage",
    "place": "queue",
    "topic": "top-up",
    "minutes": "30",
}


def hidden(page):
    """What the page that is to be confirmed sends on."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text)
    return {name: html.unescape(value) for name, value in found if name != "csrf_token"}


def confirms(window, path, **more):
    """The button on the page that was seen last."""
    return window.posts(path, **hidden(window.page) | {"step": "do"} | more)


def kept(desk, table):
    """The rows of a table."""
    with begin_read(desk.engine) as conn:
        return conn.execute(sa.select(table).order_by(table.c.n)).all()


def state(desk, wallet):
    """How a line stands."""
    with begin_read(desk.engine) as conn:
        found = line_state(conn, wallet)
    return found.state, found.reason


def details(desk, act):
    """The details of an act in the audit log, as they are stored."""
    with begin_read(desk.engine) as conn:
        return conn.scalars(sa.select(audit_log.c.details).where(audit_log.c.act == act)).all()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request):
    """Both, for the test that plays a day of its own."""
    return request.param


def test_switch_and_announcements_go_by_either_database(database, settings, monkeypatch):
    """Each post twice, as a form that is sent again."""
    lab = lab_settings(settings, url_of(database))
    play(lab, database)
    desk = open_desk(live(lab), database, monkeypatch)
    window = desk.by("super_h")
    for path, form in ((SWITCH, CLOSED), (ANNOUNCE, WORDS), (ANNOUNCE, WORDS | {"place": "menu", "topic": ""})):
        window.posts(path, **form)
        kept_form = hidden(window.page) | {"step": "do"}
        assert [window.posts(path, **kept_form).location for _ in range(2)] == ["/desk/line"] * 2
    assert len(kept(desk, line_states)) == 1 and len(kept(desk, announced_table)) == 2
    text = window.gets("/desk/line").text
    assert text.count(WORDS["text_zh"]) == 2 and "line-closed" in text
    for _ in range(2):
        window.posts("/desk/line/announcements/1/end", step="do")
    assert window.gets("/desk/line").text.count(WORDS["text_zh"]) == 1
    acts = [len(desk.audited(act)) for act in ("line-switched", "announce", "announcement-ended")]
    assert acts == [1, 2, 1]
    desk.now += timedelta(minutes=11)
    window.posts(SWITCH, state="open")
    assert confirms(window, SWITCH).status_code == 401  # the password again


def test_a_change_is_shown_with_what_callers_will_hear_and_made_only_then(desk, day):
    """The words as the line speaks them, their seconds, what follows, and whom it meets."""
    waits(desk, day.abandoned, "entry-2")
    rings(desk, "agent_h", waits(desk, day.taken))
    talks(desk)
    window = desk.by("super_h")
    shown = window.posts(SWITCH, **CLOSED)
    assert shown.status_code == 200 and state(desk, "haiyun") == ("open", None)
    assert (
        f"海云钱包官方客服热线。{ZH}。" in shown.text
        and "official support line. we are doing maintenance." in shown.text
    )
    assert re.search(r"Mandarin · \d+ s", shown.text) and re.search(r"English · \d+ s", shown.text)
    assert "they may ask for a callback" in shown.text and "1 wait and 1 talk now" in shown.text
    assert confirms(window, SWITCH).location == "/desk/line"
    assert state(desk, "haiyun") == ("closed", {"zh": ZH, "en": EN}) and state(desk, "linfu") == ("open", None)
    assert desk.audited("line-switched") == [("super_h", "haiyun", "haiyun")]
    (told,) = details(desk, "line-switched")
    assert '"state": "closed"' in told and ZH in told
    text = window.gets("/desk/line").text
    assert "closed" in text and "this wallet&#39;s own" in text and ZH in text and "2026-11-23 12:00" in text


@pytest.mark.parametrize("typed, says", [("person", "Self service is paused."), ("closed", "closed for now")])
def test_without_a_reason_the_usual_words_are_shown(desk, typed, says):
    """And to open the line nothing is said."""
    window = desk.by("super_h")
    assert says in window.posts(SWITCH, state=typed).text
    confirms(window, SWITCH)
    assert state(desk, "haiyun") == (typed, None)
    assert "<blockquote" not in window.posts(SWITCH, state="open").text
    confirms(window, SWITCH)
    assert state(desk, "haiyun") == ("open", None)


def test_a_form_that_is_sent_twice_switches_once(desk):
    """A slow network and a second click; also after the line was opened again, by the same form nothing is closed."""
    window = desk.by("super_h")
    window.posts(SWITCH, **CLOSED)
    form = hidden(window.page) | {"step": "do"}
    for _ in range(2):
        assert window.posts(SWITCH, **form).location == "/desk/line"
    assert len(kept(desk, line_states)) == 1 and len(desk.audited("line-switched")) == 1
    window.posts(SWITCH, state="open")
    confirms(window, SWITCH)
    answer = window.posts(SWITCH, **form)
    assert answer.status_code == 409 and "Somebody else has changed this switch meanwhile" in answer.text
    assert state(desk, "haiyun") == ("open", None)
    assert confirms(window, SWITCH).status_code == 303 and state(desk, "haiyun")[0] == "closed"


def test_the_switch_of_all_wallets_is_shown_and_not_touched(desk):
    """The stricter of the two holds, which the page says before and after."""
    with begin_write(desk.engine) as conn:
        switch(conn, "closed", None, {"zh": ZH, "en": EN}, desk.line_now)
    window = desk.by("super_h")
    text = window.gets("/desk/line").text
    assert "flask line on the server" in text and "Its own switch</dt><dd>open" in text
    assert "only when that one is opened" in window.posts(SWITCH, state="person").text
    confirms(window, SWITCH)
    assert [(row.wallet, row.state) for row in kept(desk, line_states)] == [(None, "closed"), ("haiyun", "person")]
    assert state(desk, "linfu")[0] == "closed"


@pytest.mark.parametrize(
    "typed, says, stays",
    [
        (CLOSED | {"reason_en": ""}, "at most 120 letters", ZH),
        (CLOSED | {"reason_zh": ""}, "at most sixty Chinese characters", EN),
        (CLOSED | {"reason_zh": "维护到 8 点"}, "numbers in words", "维护到 8 点"),
        (CLOSED | {"reason_en": '"><script>'}, "at most 120 letters", "&#34;&gt;&lt;script&gt;"),
        (CLOSED | {"state": "open"}, "No reason is told while the line is open", ZH),
        ({"state": "shut"}, "Choose a state", ""),
        ({}, "Choose a state", ""),
    ],
)
@pytest.mark.parametrize("step", ["", "do"])
def test_a_wrong_switch_is_said_beside_its_field_and_what_was_typed_stays(desk, typed, says, stays, step):
    """Also when the check of the first page is left out."""
    answer = desk.by("super_h").posts(SWITCH, **typed, step=step)
    assert answer.status_code == 400 and says in answer.text and stays in answer.text and "<details open" in answer.text
    assert kept(desk, line_states) == [] and desk.audited("line-switched") == []


def test_back_leads_to_the_form_with_what_was_typed(desk):
    """Of the switch, and of an announcement."""
    window = desk.by("super_h")
    window.posts(SWITCH, **CLOSED)
    text = window.posts(SWITCH, **hidden(window.page), step="back").text
    assert f">{ZH}</textarea>" in text and f">{EN}</textarea>" in text and 'value="closed" required checked' in text
    window.posts(ANNOUNCE, **WORDS)
    text = window.posts(ANNOUNCE, **hidden(window.page), step="back").text
    assert WORDS["text_zh"] in text and 'value="30"' in text and 'value="top-up" selected' in text
    assert kept(desk, line_states) == kept(desk, announced_table) == []


def test_an_announcement_is_shown_made_once_listed_and_ended(desk):
    """Its minutes count from the look; callers hear it from then on."""
    window = desk.by("super_h")
    shown = window.posts(ANNOUNCE, **WORDS)
    assert f"{WORDS['text_zh']}。" in shown.text and re.search(r"Mandarin · \d+ s", shown.text)
    assert "on entering the queue" in shown.text and "2026-11-23 12:30 (Asia/Shanghai)" in shown.text
    assert kept(desk, announced_table) == []
    desk.line_now += timedelta(minutes=2)
    form = hidden(window.page) | {"step": "do"}
    for _ in range(2):
        assert window.posts(ANNOUNCE, **form).location == "/desk/line"
    (row,) = kept(desk, announced_table)
    assert (row.wallet, row.place, row.topic, row.until) == ("haiyun", "queue", "top-up", "2026-11-23T04:30:00+00:00")
    assert desk.audited("announce") == [("super_h", str(row.n), "haiyun")]
    assert WORDS["text_en"] in window.gets("/desk/line").text
    end = f"/desk/line/announcements/{row.n}/end"
    assert "no longer hear" in window.posts(end).text and kept(desk, announced_table)[0].until == row.until
    for _ in range(2):
        assert confirms(window, end).location == "/desk/line"
    assert WORDS["text_en"] not in window.gets("/desk/line").text
    assert desk.audited("announcement-ended") == [("super_h", str(row.n), "haiyun")]
    with begin_read(desk.engine) as conn:
        assert announcements.for_caller(conn, "haiyun", "queue", desk.line_now, "top-up") == []


def test_until_is_a_time_of_the_wallets_clock(desk):
    """As the field of a browser gives it, without a zone."""
    window = desk.by("super_h")
    window.posts(ANNOUNCE, **WORDS | {"minutes": "", "until": "2026-11-23T18:00"})
    confirms(window, ANNOUNCE)
    assert kept(desk, announced_table)[0].until == "2026-11-23T10:00:00+00:00"


@pytest.mark.parametrize(
    "typed, says",
    [
        ({"text_en": ""}, "at most 200 letters"),
        ({"text_zh": "拨打12345"}, "at most ninety Chinese characters"),
        ({"minutes": ""}, "minutes, or when it ends"),
        ({"until": "2026-11-23T18:00"}, "minutes, or when it ends"),
        ({"minutes": "0"}, "within 7 days"),
        ({"minutes": "99999"}, "within 7 days"),
        ({"minutes": "soon"}, "within 7 days"),
        ({"minutes": "", "until": "2026-11-22T18:00"}, "within 7 days"),
        ({"minutes": "", "until": "0001-01-01T00:00"}, "within 7 days"),
        ({"minutes": "", "until": "tomorrow"}, "cannot be read"),
        ({"place": "menu"}, "known in the queue only"),
        ({"topic": "moon"}, "known in the queue only"),
        ({"place": "moon"}, "Choose where"),
    ],
)
@pytest.mark.parametrize("step", ["", "do"])
def test_a_wrong_announcement_is_said_beside_its_field_and_what_was_typed_stays(desk, typed, says, step):
    """Several at once, too. Nothing is announced."""
    ends = {"ends": "2026-11-30T18:00"} if step and not typed.keys() & {"minutes", "until"} else {}
    wrong = WORDS | typed | {"text_en": typed.get("text_en", "press 1")}
    answer = desk.by("super_h").posts(ANNOUNCE, **wrong, step=step, **ends)
    assert answer.status_code == 400 and "at most 200 letters" in answer.text
    if not step or ends:
        assert says in answer.text
    assert html.escape(wrong["text_zh"]) in answer.text and kept(desk, announced_table) == []


def test_announcements_of_other_wallets_and_of_all_are_not_ended_here(desk):
    """Those of all wallets are listed, without a button; those of another wallet are not there."""
    with begin_write(desk.engine) as conn:
        until = desk.line_now + timedelta(hours=1)
        for wallet in (None, "linfu"):
            text = {"zh": f"公告{wallet or '全部'}", "en": f"news of {wallet or 'all'}"}
            announcements.announce(conn, "menu", text, desk.line_now, until, wallet)
    window = desk.by("super_h")
    text = window.gets("/desk/line").text
    assert "news of all" in text and "infu" not in text and "/announcements/" not in text
    for number in (1, 2, 3):
        assert window.posts(f"/desk/line/announcements/{number}/end", step="do").status_code == 404
    for path in ("/desk/line/linfu/switch", "/desk/line/linfu/announce", "/desk/line/moon/switch"):
        assert window.posts(path, **CLOSED, **WORDS, step="do").status_code == 404
    both = desk.by("super_b")
    assert "news of linfu" in both.gets("/desk/line").text
    assert both.posts("/desk/line/announcements/1/end", step="do").status_code == 404
    assert both.posts("/desk/line/announcements/2/end", step="do").location == "/desk/line"
    assert kept(desk, line_states) == [] and desk.audited("announce") == []


def test_the_password_is_asked_for_again_before_a_change_and_not_before_a_look(desk):
    """Then the change goes on with what was confirmed."""
    window = desk.by("super_h")
    desk.now += timedelta(minutes=10)
    assert window.posts(SWITCH, **CLOSED).status_code == 200
    asked = confirms(window, SWITCH)
    assert asked.status_code == 401 and "Type your password again" in asked.text and "Switch the line" in asked.text
    assert state(desk, "haiyun") == ("open", None)
    code = pyotp.TOTP(SECRET).at(desk.now)
    done = window.posts(SWITCH, **hidden(window.page), **{"proof-password": PASSWORD, "proof-code": code})
    assert done.location == "/desk/line" and state(desk, "haiyun")[0] == "closed"


def test_the_wall_says_how_the_line_stands_and_leads_there(desk):
    """Of one's own wallets."""
    with begin_write(desk.engine) as conn:
        switch(conn, "person", "haiyun", None, desk.line_now)
        switch(conn, "closed", "linfu", None, desk.line_now)
    text = desk.by("super_h").gets("/desk/wall").text
    assert 'href="/desk/line"' in text and "everybody to a person" in text and "line-closed" not in text
