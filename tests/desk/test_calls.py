"""Calls on the desk: the list of today, the card, what is masked, and revealing it."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from ivr.desk import call_pages
from ivr.engine import journal
from ivr.engine.journal import Row
from ivr.privacy.erasure import erase
from ivr.staff import audit, sessions
from ivr.storage.database import begin_read, begin_write
from tests.desk.conftest import NOON

NUMBER, TAIL = "+8613900000001", "0001"


def test_home_lists_the_calls_of_today_and_no_number(desk, day):
    """Time in the wallet's zone, the end of the number, matter, outcome, proof."""
    text = desk.by("super_h").page.text
    for one in (
        "2026-11-23 10:00",
        "ending in 0001",
        "top-up or payment",
        "talked to an agent",
        "verified",
        "Haiyun Wallet",
    ):
        assert one in text, one
    assert "2026-11-23 12:00" in text and "number withheld" in text and "hung up" in text
    assert NUMBER not in text and NUMBER[3:] not in text and day.at_linfu not in text
    both = desk.by("super_b").page.text
    assert both.count("/desk/calls/") == 3 and "Linfu" in both


@pytest.mark.parametrize("name", ["agent_h", "super_h", "super_b", "audit_h"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_heading_stands_twice_on_the_home_page(desk, name, language):
    """Whoever jumps from heading to heading knows which list is which."""
    window = desk.by(name)
    window.posts("/desk/language", language=language)
    headings = re.findall(r"<h[12][^>]*>(.*?)</h[12]>", window.gets("/desk/").text, re.DOTALL)
    assert len(headings) == len(set(headings)) and headings


def test_yesterdays_calls_are_not_of_today(desk):
    """Today begins at midnight in the wallet's zone."""
    for hours, there in ((11, True), (12, False)):  # before and after midnight in Shanghai
        desk.line_now = NOON + timedelta(hours=hours)
        assert ("/desk/calls/" in desk.by("super_h").page.text) == there
    assert "You had not taken a call" in desk.by("agent_h").page.text


def test_a_busy_day_goes_on_on_the_next_page(desk):
    """Fifty a page, each call once; an odd number of a page is the first or the last."""
    with begin_write(desk.engine) as conn:
        for place in range(120):
            row = {"call": f"CA{place:032x}", "wallet": "haiyun", "started": f"2026-11-23T09:{place // 3:02}:00+08:00"}
            conn.execute(sa.insert(journal.calls).values(**row))
            tell(conn, row["call"], {"wallet": "haiyun"})
    window, seen = desk.by("super_h"), []
    for page in (1, 2, 3):
        text = window.gets(f"/desk/?page={page}").text
        seen += re.findall(r"/desk/calls/(CA[0-9a-f]{32})", text)
        assert ("Older" in text, "Newer" in text) == (page < 3, page > 1)
    assert len(seen) == len(set(seen)) == 122
    for odd in ("-1", "x", "9" * 30):
        assert window.gets(f"/desk/?page={odd}").status_code == 200


def test_an_agents_home_has_the_calls_that_they_took(desk, day):
    """By the number that rang."""
    assert desk.by("agent_h").page.text.count("/desk/calls/") == 1
    assert "You had not taken a call" in desk.by("idle_h").page.text


def test_the_card_tells_the_story_in_order_and_masks_what_is_personal(desk, day):
    """Who and how well verified, why, what was done and found, promises; open cases beside it."""
    text = desk.by("agent_h").gets(f"/desk/calls/{day.taken}").text
    parts = [
        "verified",
        "text code",
        "…0001",
        "the caller asked for a person",
        "failed top-ups",
        "amount 800.00 yuan",
        "still being confirmed",
        "Open cases",
        "outcome to be confirmed",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places), list(zip(parts, places, strict=True))
    assert NUMBER[3:] not in text
    chinese = desk.by("agent_h")
    chinese.posts("/desk/language", language="zh")
    assert all(one in chinese.gets(f"/desk/calls/{day.taken}").text for one in ("客户要求人工", "800.00 元", "未办结"))


def test_each_look_at_a_card_is_in_the_audit_log_and_in_that_of_summaries(desk, day):
    """With the wallet; `flask calls show` tells of it, too."""
    desk.by("audit_h").gets(f"/desk/calls/{day.taken}")
    assert desk.audited("call-seen") == [("audit_h", day.taken, "haiyun")]
    with begin_read(desk.engine) as conn:
        assert conn.scalar(sa.text("SELECT who FROM looks WHERE call = :call"), {"call": day.taken}) == "audit_h"


def test_a_field_is_revealed_for_half_a_minute_with_a_reason(desk, day):
    """That one and no other; then the page goes back by itself, without a script."""
    window = desk.by("super_h")
    window.gets(f"/desk/calls/{day.taken}")
    page = window.posts(f"/desk/calls/{day.taken}/reveal", field="caller", reason="complaint")
    assert NUMBER in page.text and f'content="30;url=/desk/calls/{day.taken}"' in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert NUMBER not in window.gets(f"/desk/calls/{day.taken}").text
    with begin_read(desk.engine) as conn:
        details = conn.scalar(sa.text("SELECT details FROM audit_log WHERE act = 'field-revealed'"))
    assert json.loads(details) == {"field": "caller", "reason": "complaint"}
    customer = window.posts(f"/desk/calls/{day.taken}/reveal", field="customer", reason="case-work").text
    assert ">K1</b>" in customer and NUMBER not in customer


@pytest.mark.parametrize(
    "form",
    [{}, {"field": "caller"}, {"field": "caller", "reason": "x"}, {"field": "key_sealed", "reason": "complaint"}],
)
def test_nothing_is_revealed_without_a_reason_of_the_list(desk, day, form):
    """Nor any other column."""
    answer = desk.by("super_h").posts(f"/desk/calls/{day.taken}/reveal", **form)
    assert answer.status_code == 400 and NUMBER not in answer.text and desk.audited("field-revealed") == []


def test_who_may_not_reveal_is_offered_no_button(desk, day):
    """An auditor reads masked; the route refuses, too."""
    window = desk.by("audit_h")
    assert "/reveal" not in window.gets(f"/desk/calls/{day.taken}").text
    answer = window.posts(f"/desk/calls/{day.taken}/reveal", field="caller", reason="complaint")
    assert answer.status_code == 403 and NUMBER not in answer.text


@pytest.mark.parametrize("act", ["call-seen", "field-revealed"])
def test_nothing_is_shown_whose_row_in_the_audit_log_cannot_be_written(desk, day, monkeypatch, act):
    """The row is committed before; a full disk or a dead database shows nothing."""
    window = desk.by("super_h")
    original = audit.record

    def fail(conn, who, what, *given, **named):
        if what == act:
            raise sa.exc.OperationalError("INSERT", None, OSError("disk full"))
        original(conn, who, what, *given, **named)

    monkeypatch.setattr(audit, "record", fail)
    window.gets("/desk/me")
    if act == "call-seen":
        answer = window.gets(f"/desk/calls/{day.taken}")
    else:
        answer = window.posts(f"/desk/calls/{day.taken}/reveal", field="caller", reason="complaint")
    assert answer.status_code == 503 and "database does not answer" in answer.text
    assert NUMBER not in answer.text and TAIL not in answer.text and "disk full" not in answer.text


def test_a_dead_database_says_what_to_do(desk, monkeypatch):
    """A page is asked for again by itself; nobody is told that what they sent was saved, nor that it was not."""
    window = desk.by("agent_h")
    token = window.token()

    def fail(*_given):
        raise sa.exc.OperationalError("SELECT", None, OSError("connection refused"))

    monkeypatch.setattr(sessions, "find", fail)
    shown = window.gets("/desk/search?a=1")
    assert shown.status_code == 503 and 'content="10"' in shown.text and 'href="/desk/search?a=1"' in shown.text
    sent = window.posts("/desk/state", token=token, state="break")
    assert sent.status_code == 503 and "http-equiv" not in sent.text and "nobody knows whether" in sent.text
    assert all("/readyz" in one.text and "refused" not in one.text for one in (shown, sent))


def test_the_row_is_there_before_the_field_is_opened(desk, day, monkeypatch):
    """Committed: another connection reads it."""
    seen = []
    original = call_pages.open_field

    def look(*given):
        with closing(sqlite3.connect(str(desk.engine.url.database))) as another:
            query = "SELECT count(*) FROM audit_log WHERE act = 'field-revealed'"
            seen.append(another.execute(query).fetchone()[0])
        return original(*given)

    monkeypatch.setattr(call_pages, "open_field", look)
    desk.by("super_h").posts(f"/desk/calls/{day.taken}/reveal", field="caller", reason="complaint")
    assert seen == [1]


def test_many_reveals_are_an_error_in_the_log(desk, day, caplog):
    """Twenty within an hour."""
    window = desk.by("super_h")
    for place in range(20):
        assert not [record for record in caplog.records if "many fields revealed" in str(record.msg)], place
        window.posts(f"/desk/calls/{day.taken}/reveal", field="caller", reason="complaint")
    assert [record for record in caplog.records if "many fields revealed" in str(record.msg)]


def test_an_erased_call_tells_nothing(desk, day):
    """The card says so, and no field is left to reveal."""
    with begin_read(desk.engine) as conn:
        customer = conn.scalar(sa.text("SELECT customer FROM cases WHERE call = :call"), {"call": day.taken})
    erase(desk.engine, "haiyun", customer, lambda _conn: NOON)
    window = desk.by("super_h")
    text = window.gets(f"/desk/calls/{day.taken}").text
    assert "erased at the customer" in text and "800.00" not in text and TAIL not in text
    answer = window.posts(f"/desk/calls/{day.taken}/reveal", field="caller", reason="complaint").text
    assert NUMBER not in answer and "http-equiv" not in answer


def test_a_card_whose_journal_was_deleted_is_made_of_the_kept_summary(desk, day):
    """Retention may keep summaries longer than journals."""
    with begin_write(desk.engine) as conn:
        conn.execute(sa.delete(journal.journal).where(journal.journal.c.call == day.taken))
    text = desk.by("super_h").gets(f"/desk/calls/{day.taken}").text
    assert "800.00 yuan" in text and "failed top-ups" in text


def test_earlier_calls_are_of_the_same_number_or_customer(desk, day):
    """Of this wallet; the newest first."""
    again = {"call": "CA" + "a" * 32, "wallet": "haiyun", "started": "2026-11-23T11:50:00+08:00"}
    with begin_write(desk.engine) as conn:
        mark = conn.scalar(sa.select(journal.calls.c.caller_mark).where(journal.calls.c.call == day.taken))
        conn.execute(sa.insert(journal.calls).values(**again, caller_mark=mark))
        tell(conn, again["call"], {"wallet": "haiyun", "caller_tail": TAIL})
    text = desk.by("super_h").gets(f"/desk/calls/{again['call']}").text
    assert f"/desk/calls/{day.taken}" in text and day.at_linfu not in text
    assert "The caller is not verified" in text


def tell(conn, call, facts):
    """One turn of a call."""
    at = datetime.fromisoformat("2026-11-23T11:50:00+08:00")
    journal.append(conn, Row(call, 0, at, "main", [], None, {"customer": None, **facts}, "en", False), "")


LONG = "N" * 5000
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'{{7*7}}"


@pytest.mark.parametrize("text", [LONG, SCRIPT])
def test_whatever_a_wallet_or_a_caller_says_stays_text(desk, day, text):
    """Reason, wallet's id, the browser of a session, a name: escaped, and nothing breaks."""
    call = "CA" + "b" * 32
    with begin_write(desk.engine) as conn:
        conn.execute(sa.text("UPDATE staff SET name = :name WHERE id IN ('super_h', 'idle_h')"), {"name": text})
        conn.execute(
            sa.text("UPDATE cases SET kind = :kind, about = :kind WHERE call = :call"),
            {"kind": text, "call": day.taken},
        )
        conn.execute(sa.insert(journal.calls).values(call=call, wallet="haiyun", started="2026-11-23T11:50:00+08:00"))
        tell(conn, call, {"reason": text, "caller_tail": text, "wallet": "haiyun"})
        audit.record(conn, "super_h", text, text, NOON, "haiyun", field=text)
        (reference,) = conn.execute(
            sa.text("SELECT reference FROM cases WHERE call = :call"), {"call": day.taken}
        ).one()
    window = desk.by("super_h")
    pages = [
        "/desk/",
        f"/desk/calls/{call}",
        f"/desk/calls/{day.taken}",
        f"/desk/cases/{reference}",
        "/desk/audit",
        "/desk/me",
    ]
    for path in pages:
        answer = window.gets(path, headers={"User-Agent": text[:900]})
        assert answer.status_code == 200, path
        assert "<script>" not in answer.text and "<img src=x" not in answer.text, path
    assert desk.by("admin_h").gets("/desk/people/idle_h").status_code == 200


def test_the_search_finds_by_reference_call_tail_and_number(desk, day, references):
    """References and CallSids lead to their page; a number however it is written."""
    window = desk.by("super_h")
    for reference in references("haiyun"):
        assert (
            window.posts("/desk/search", q=f" {reference[:3]} {reference[3:]} ").location == f"/desk/cases/{reference}"
        )
        assert window.gets(f"/desk/cases/{reference}").status_code == 200
    assert window.posts("/desk/search", q=day.taken).location == f"/desk/calls/{day.taken}"
    for q in (TAIL, "13900000001", NUMBER, "+86 139-0000-0001", "008613900000001"):
        text = window.posts("/desk/search", q=q).text
        assert text.count("/desk/calls/CA") == 1 and day.taken in text, q
    for q in ("9999", "19900000099", "123456782"):
        assert "Nothing found" in window.posts("/desk/search", q=q).text
    for q in ("", "%", "_001", "000", "' OR 1=1", "x" * 4000, "１３８０"):
        assert "This is no reference" in window.posts("/desk/search", q=q).text
    assert {wallet for _, _, wallet in desk.audited("searched")} == {""}


def test_an_agent_searches_among_their_own_calls_and_all_cases(desk, day, references):
    """Somebody who calls again has a reference."""
    window = desk.by("agent_h")
    assert day.taken in window.posts("/desk/search", q=TAIL).text
    assert "Nothing found" in desk.by("idle_h").posts("/desk/search", q=TAIL).text
    assert "Nothing found" in desk.by("idle_h").posts("/desk/search", q=NUMBER).text
    (reference, *_) = references("haiyun")
    assert desk.by("idle_h").posts("/desk/search", q=reference).location == f"/desk/cases/{reference}"


def test_a_case_shows_stage_dates_and_its_call(desk, day):
    """The call only to those who may see it; each look is in the audit log."""
    with begin_read(desk.engine) as conn:
        reference = conn.scalar(sa.text("SELECT reference FROM cases WHERE call = :call"), {"call": day.taken})
    text = desk.by("super_h").gets(f"/desk/cases/{reference}").text
    assert all(
        one in text for one in ("received", "outcome to be confirmed", "2026-11-23 10:00", "2026-11-24", day.taken)
    )
    assert day.taken not in desk.by("idle_h").gets(f"/desk/cases/{reference}").text
    assert desk.audited("case-seen") == [("super_h", reference, "haiyun"), ("idle_h", reference, "haiyun")]


def test_a_dispute_says_that_the_wallet_decides(desk):
    """Its stage is what the wallet said last."""
    text = desk.by("super_h").gets("/desk/cases/202611017").text
    assert "dispute" in text and "The wallet decides" in text and "in review" in text


def test_the_audit_page_goes_back_page_by_page_and_about_one_thing(desk, day):
    """A hundred a page; rows about a person for those who see the person."""
    with begin_write(desk.engine) as conn:
        for place in range(120):
            audit.record(conn, "super_h", "call-seen", f"CA{place:03}", NOON, "haiyun")
    window = desk.by("audit_h")
    first = window.gets("/desk/audit").text
    older = first.rpartition("before=")[2].partition('"')[0]
    second = window.gets(f"/desk/audit?before={older}").text
    assert "CA119" in first and "CA000" not in first and "CA000" in second and "CA119" not in second
    only = window.gets("/desk/audit?about=CA007").text
    assert "CA007" in only and "CA008" not in only
    for odd in ("before=-1", "before=" + "9" * 40, "before=x", "about=" + "x" * 3000, "about=%00"):
        assert window.gets(f"/desk/audit?{odd}").status_code == 200
