"""What the numbers of the wall stand for: of one's own wallets, in words, with links, and sent again once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from ivr.callbacks.tables import callback_queue, callbacks
from ivr.cases.tables import cases, overdue
from ivr.desk.failures import MOST
from ivr.follow_up.outbox import stamp
from ivr.follow_up.tables import deliveries, messages
from ivr.storage.database import begin_read, begin_write
from tests.call_flows.line import lab_settings, url_of
from tests.desk.conftest import live, open_desk, play


def text(desk, id, status="failed", error=None, ago=timedelta(0), to="0051"):
    """A text that was promised so long ago."""
    at = (desk.line_now - ago).isoformat()
    with begin_write(desk.engine) as conn:
        conn.execute(sa.delete(messages).where(messages.c.id == id))
        conn.execute(sa.insert(messages).values(id=id, at=at, status=status, error=error, tries=1, number_mask=to))


def event(desk, id, wallet="haiyun", status="dead"):
    """An event for the CRM."""
    row = {"id": id, "at": stamp(desk.line_now), "wallet": wallet, "body": "{}", "status": status, "answer": "422"}
    with begin_write(desk.engine) as conn:
        conn.execute(sa.insert(deliveries).values(**row, tries=9))


def left_to_ring(desk, call, wallet, tail):
    """A callback that people have to ring."""
    at = desk.line_now.isoformat()
    with begin_write(desk.engine) as conn:
        row = {"id": f"by-hand-{tail}", "wallet": wallet, "call": call, "at": at, "number_sealed": "-", "slot": at}
        conn.execute(sa.insert(callbacks).values(**row, number_mask=tail, status="requested"))
        conn.execute(sa.insert(callback_queue).values(id=row["id"], at=at, status="by-hand", tries=0))


def is_late(desk, wallet):
    """All cases of a wallet are overdue; their references."""
    with begin_write(desk.engine) as conn:
        found = conn.scalars(sa.select(cases.c.reference).where(cases.c.wallet == wallet)).all()
        for one in found:
            conn.execute(sa.insert(overdue).values(reference=one, due="2026-11-20", at="2026-11-21"))
    return list(found)


def shown(window):
    """The page, in pieces by section."""
    page = window.gets("/desk/failures").text
    return dict(re.findall(r'<section class="sheet" id="([a-z-]+)">(.*?)</section>', page, re.S))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request):
    """Both, for the tests that play a day of their own."""
    return request.param


def test_everything_that_failed_is_listed_on_either_database(database, settings, monkeypatch):
    """With its call or case, and nothing of another wallet; the wall counts the same. A text is sent again."""
    lab = lab_settings(settings, url_of(database))
    taken, at_linfu, _ = play(lab, database)
    desk = open_desk(live(lab), database, monkeypatch)
    with begin_write(database) as conn:
        conn.execute(sa.delete(messages))
    (reference,) = is_late(desk, "haiyun")
    text(desk, f"case:{reference}", "undelivered", 30003)
    text(desk, f"code:{taken}:1", to=None)
    text(desk, f"declined:{taken}:1", "dropped")
    text(desk, f"code:{at_linfu}:1")
    event(desk, f"{reference}:case.opened")
    event(desk, "1:case.opened", "linfu")
    left_to_ring(desk, taken, "haiyun", "4444")
    left_to_ring(desk, at_linfu, "linfu", "5555")
    window = desk.by("super_h")
    found = shown(window)
    texts = found["texts-failed"]
    assert f"/desk/cases/{reference}" in texts and "the phone is off or out of reach" in texts
    assert "reference of a case" in texts and "one-time code" in texts and "warning after" not in texts
    assert f"/desk/calls/{taken}" in texts and "ending in 0051" in texts and "not known" in texts
    assert f"{reference}:case.opened" in found["deliveries-failed"] and "422" in found["deliveries-failed"]
    assert "tried 9×" in found["deliveries-failed"]
    assert f"/desk/calls/{taken}" in found["callbacks-by-hand"] and "4444" in found["callbacks-by-hand"]
    assert f"/desk/cases/{reference}" in found["promises-overdue"] and "2026-11-20" in found["promises-overdue"]
    for secret in (at_linfu, "infu", "1:case.opened</td>", "5555"):
        assert all(secret not in part.replace(f"{reference}:case.opened", "") for part in found.values()), secret
    wall = window.gets("/desk/wall").text
    counts = re.findall(r'#([a-z-]+)">(\d+)</a>', wall)
    assert counts == [
        ("callbacks-by-hand", "1"),
        ("promises-overdue", "1"),
        ("texts-failed", "2"),
        ("deliveries-failed", "1"),
    ]
    again = f"/desk/failures/events/{reference}:case.opened/again"
    assert window.posts(again).location == "/desk/failures#deliveries-failed"
    with begin_read(database) as conn:
        assert (
            conn.scalar(sa.select(deliveries.c.status).where(deliveries.c.id == f"{reference}:case.opened")) == "queued"
        )
    assert window.posts(f"/desk/failures/texts/case:{reference}/again").status_code == 303
    with begin_read(database) as conn:
        status = conn.scalar(sa.select(messages.c.status).where(messages.c.id == f"case:{reference}"))
    assert status == "queued"


@pytest.fixture
def empty(desk):
    """A desk without any failed text."""
    with begin_write(desk.engine) as conn:
        conn.execute(sa.delete(messages))
    return desk


def test_with_nothing_failed_each_list_says_so(empty):
    """Rather than to be missing."""
    assert all("None." in part for part in shown(empty.by("super_h")).values())


def test_only_texts_of_today_by_the_clock_of_the_wallet_count(empty, day):
    """At noon in Shanghai, thirteen hours ago was yesterday, although in UTC too."""
    text(empty, f"code:{day.taken}:1", ago=timedelta(hours=11, minutes=59))
    text(empty, f"code:{day.taken}:2", ago=timedelta(hours=12, minutes=1))
    window = empty.by("super_h")
    assert shown(window)["texts-failed"].count("<td>one-time code") == 1
    assert '#texts-failed">1</a>' in window.gets("/desk/wall").text


def test_a_text_that_the_carrier_did_not_deliver_counts_as_failed(empty, day):
    """It is the most frequent way in which texts fail; codes without words are shown as they are."""
    text(empty, f"code:{day.taken}:1", "undelivered", 30999)
    window = empty.by("super_h")
    assert "Twilio&#39;s error 30999" in shown(window)["texts-failed"]
    assert '#texts-failed">1</a>' in window.gets("/desk/wall").text


def test_a_long_list_says_how_many_there_are(empty, day):
    """The first hundred are shown."""
    for number in range(MOST + 5):
        event(empty, f"{number}:case.opened")
        text(empty, f"code:{day.taken}:{number}")
    found = shown(empty.by("super_h"))
    for name in ("deliveries-failed", "texts-failed"):
        assert f"The first {MOST} of {MOST + 5}." in found[name] and found[name].count("<tr><td") == MOST


def test_an_event_is_sent_again_once_and_only_by_a_supervisor_of_its_wallet(empty):
    """What was delivered, is under way or belongs elsewhere stays as it is."""
    event(empty, "1:case.opened")
    event(empty, "2:case.opened", status="delivered")
    event(empty, "3:case.opened", "linfu")
    window = empty.by("super_h")
    for id in ("1", "1", "2"):
        assert window.posts(f"/desk/failures/events/{id}:case.opened/again").status_code == 303
    for id in ("3", "4"):
        assert window.posts(f"/desk/failures/events/{id}:case.opened/again").status_code == 404
    with begin_read(empty.engine) as conn:
        rows = conn.execute(sa.select(deliveries.c.id, deliveries.c.status).order_by(deliveries.c.id)).all()
    assert [row.status for row in rows] == ["queued", "delivered", "dead"]
    assert empty.audited("event-sent-again") == [("super_h", "1:case.opened", "haiyun")]


def test_a_text_that_was_not_needed_any_more_has_not_failed(empty, day):
    """A warning to an owner who has frozen the account meanwhile: nobody has to do anything."""
    text(empty, f"declined:{day.taken}:1", "dropped", to=None)
    window = empty.by("super_h")
    assert "None." in shown(window)["texts-failed"] and '#texts-failed">0</a>' in window.gets("/desk/wall").text


def test_a_text_is_sent_again_once_and_only_by_a_supervisor_of_its_wallet(empty, day):
    """Not a code, which is of no use later; not one that arrived, was dropped, or is of another wallet."""
    mine, code, gone = f"freeze:{day.taken}:1", f"code:{day.taken}:1", f"declined:{day.taken}:1"
    text(empty, mine, "undelivered", 30003)
    text(empty, code)
    text(empty, gone, "dropped", to=None)
    text(empty, f"freeze:{day.at_linfu}:1")
    window = empty.by("super_h")
    assert shown(window)["texts-failed"].count("Send again") == 2  # the note names the button
    for id, status in ((mine, 303), (mine, 303), (code, 404), (f"freeze:{day.at_linfu}:1", 404), ("freeze:1:1", 404)):
        assert window.posts(f"/desk/failures/texts/{id}/again").status_code == status, id
    for name in ("agent_h", "audit_h"):
        assert empty.by(name).posts(f"/desk/failures/texts/{mine}/again").status_code == 403
    window.posts(f"/desk/failures/texts/{gone}/again")
    with begin_read(empty.engine) as conn:
        rows = {row.id: row for row in conn.execute(sa.select(messages))}
    assert (rows[mine].status, rows[mine].error, rows[mine].tries, rows[mine].next) == ("queued", None, 0, None)
    assert {rows[id].status for id in (code, gone)} == {"failed", "dropped"}
    assert empty.audited("text-sent-again") == [("super_h", day.taken, "haiyun")]
    assert "None." not in shown(window)["texts-failed"]
