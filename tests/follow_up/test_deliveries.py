"""A case reaches the wallet's CRM once as far as the CRM can see, whoever dies or is down on the way."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from ivr.follow_up import deliveries, webhook
from ivr.follow_up.outbox import LEASE
from ivr.follow_up.tables import deliveries as table
from ivr.storage.database import begin_read, begin_write
from tests.call_flows.line import LIN
from tests.call_flows.test_top_up import reports
from tests.follow_up.crm import SECRET, verify
from tests.follow_up.outboxes import deliver_due
from tests.wallet.serving import served, spoken

ROOT = Path(__file__).parents[2]
CASE = {
    "reference": "261100018",
    "wallet": "haiyun",
    "customer": "K1",
    "kind": "unknown",
    "about": "U2",
    "call": "CA1",
    "due": "2026-11-24",
    "due_provisional": False,
    "at": "2026-11-23T10:00:00+08:00",
}
KEY = "261100018:case.opened"
DAY = timedelta(days=1)


def promise(here, case=CASE):
    with begin_write(here.engine) as conn:
        deliveries.promise(conn, here.settings, deliveries.OPENED, case, here.machine())


def state(here, key=KEY):
    with begin_read(here.engine) as conn:
        return tuple(conn.execute(sa.select(table.c.status, table.c.answer).where(table.c.id == key)).one())


def next_try(here):
    with begin_read(here.engine) as conn:
        return conn.scalar(sa.select(table.c.next))


def test_a_case_arrives_signed_and_says_what_it_is_about(here, crm):
    """Ids and dates, nothing that a thief of the body could use."""
    promise(here)
    deliver_due(here)
    assert state(here) == ("delivered", "200")
    assert json.loads(crm.taken[KEY]) == {
        "event": "case.opened",
        "reference": "261100018",
        "wallet": "haiyun",
        "customer": "K1",
        "kind": "unknown",
        "about": "U2",
        "call": "CA1",
        "due": "2026-11-24",
        "due_provisional": False,
        "opened": "2026-11-23T10:00:00+08:00",
        "at": "2026-11-23T02:00:00+00:00",
    }


def test_the_recipe_of_our_page_refuses_what_was_changed():
    """Another body, another time, another secret, too old."""
    body, now = b'{"due": "2026-11-24"}', 1_800_000_000
    at = str(now)
    good = {"X-Ivr-Timestamp": at, "X-Ivr-Signature": webhook.signature(SECRET, at, body)}
    check = verify()
    assert check(SECRET, good, body, now) and check(SECRET, good, body, now + 299)
    assert not check(SECRET, good, body + b" ", now)
    assert not check(SECRET, good | {"X-Ivr-Timestamp": str(now + 1)}, body, now)
    assert not check("another", good, body, now)
    assert not check(SECRET, good, body, now + 301)


def test_a_case_of_a_call_is_promised_with_the_case(caller, served_crm):
    """In the turn's own transaction, once, with the reference that the caller heard."""
    line = caller.line
    line.settings = replace(line.settings, crm_url={"": served_crm}, crm_secret={"": SECRET})
    line.restart()
    reports(caller.calls(), "800", "1121").proves(LIN)
    (case,) = line.get("cases")
    with begin_read(line.app.extensions["line"].engine) as conn:
        (row,) = conn.execute(sa.select(table)).all()
    assert (row.id, row.status) == (f"{case['reference']}:case.opened", "queued")
    assert json.loads(row.body)["customer"] == case["customer"]


def test_what_is_rolled_back_is_not_promised_and_the_same_event_once(here):
    """As the case itself."""
    with pytest.raises(ZeroDivisionError), begin_write(here.engine) as conn:  # noqa: PT012
        deliveries.promise(conn, here.settings, deliveries.OPENED, CASE, here.machine())
        raise ZeroDivisionError
    for _ in range(2):
        promise(here)
    with begin_read(here.engine) as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(table)) == 1


def test_a_wallet_without_a_crm_promises_nothing(here):
    """And one wallet's cases never reach another's CRM."""
    promise(replace(here, settings=replace(here.settings, crm_url={}, crm_secret={})))
    promise(replace(here, settings=replace(here.settings, crm_url={"linfu": "http://127.0.0.1:9"})))
    with begin_read(here.engine) as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_a_crm_that_is_down_all_day_leaves_a_dead_letter_that_can_be_sent_again(here, crm, time, served_crm):
    """Over a day, each pause at most an hour; then the same key and the same bytes."""
    crm.answers = [503] * 32
    promise(here)
    began = time.now
    while state(here)[0] == "queued":
        deliver_due(here)
        time.now = datetime.fromisoformat(next_try(here))
    assert state(here) == ("dead", "503")
    assert len(crm.requests) == 32 and DAY <= time.now - began <= DAY + LEASE
    deliver_due(here)
    assert len(crm.requests) == 32
    with begin_write(here.engine) as conn:
        assert deliveries.send_again(conn, KEY) == "dead"
    deliver_due(here)
    assert state(here) == ("delivered", "200")
    assert len(set(crm.requests)) == 1 and list(crm.taken) == [KEY]


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 410, 422])
def test_what_is_refused_is_dead_at_once(here, crm, status):
    """It would be refused the next time, too."""
    crm.answers = [status]
    promise(here)
    deliver_due(here)
    assert state(here) == ("dead", str(status)) and len(crm.requests) == 1


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504])
def test_what_cannot_be_taken_now_is_tried_again(here, crm, time, status):
    """After half a minute."""
    crm.answers = [status]
    promise(here)
    deliver_due(here)
    assert state(here) == ("queued", str(status))
    deliver_due(here)
    assert len(crm.requests) == 1
    time.passes(timedelta(seconds=30))
    deliver_due(here)
    assert state(here) == ("delivered", "200")


def test_a_crm_that_is_not_there_is_tried_again(here, time):
    """Refused connection, wrong name; and an address that was taken out of the settings."""
    promise(here)
    for urls in ({"": "http://127.0.0.1:9"}, {"": "http://nowhere.invalid"}, {}):
        deliver_due(replace(here, settings=replace(here.settings, crm_url=urls)))
        assert state(here) in (("queued", "ConnectError"), ("queued", "CRM_URL is empty"))
        time.passes(timedelta(hours=1))
    deliver_due(here)
    assert state(here) == ("delivered", "200")


def test_of_many_workers_one_delivers(here, crm):
    """Ten cases, eight workers, ten requests."""
    for number in range(10):
        promise(here, CASE | {"reference": f"26110{number:04d}"})
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: deliver_due(here), range(8)))
    assert len(crm.requests) == len(crm.taken) == 10


def test_a_worker_that_is_killed_before_it_knew_the_answer_delivers_once(here, crm, time, served_crm, tmp_path):
    """The CRM has taken it, the worker is dead, the next worker asks again after a minute, with the same key."""
    promise(here)
    url = here.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.follow_up.crm", url, served_crm, time.now.isoformat(), str(tmp_path / "w")]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as killed:
        crm.before_answer = lambda: os.kill(killed.pid, signal.SIGKILL)
        assert killed.wait(30) == -signal.SIGKILL, killed.stderr.read()
    crm.before_answer = lambda: None
    assert len(crm.requests) == 1 and state(here) == ("queued", None)
    deliver_due(here)
    assert len(crm.requests) == 1  # it may still be alive
    time.passes(LEASE)
    deliver_due(here)
    assert state(here) == ("delivered", "200")
    assert [key for key, _ in crm.requests] == [KEY, KEY] and list(crm.taken) == [KEY]


def test_a_server_that_answers_twice_is_heard_once():
    """The second answer is nobody's: the next request has a connection of its own."""
    heard = iter([b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"])
    created = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
    with spoken(lambda connection: connection.sendall(next(heard, created))) as url:
        assert [webhook.post(url, {}, b"{}") for _ in range(2)] == [200, 201]


def dripping(connection: socket.socket) -> None:
    for letter in b"HTTP/1.1 200 OK\r\n" * 100:
        connection.sendall(bytes([letter]))
        signal.sigtimedwait([], 0.05)


@pytest.mark.parametrize("slow", [lambda connection: signal.sigtimedwait([], 3), dripping], ids=["silent", "dripping"])
def test_a_server_that_is_too_slow_gave_no_answer(slow):
    """Whether it says nothing or a letter now and then."""
    with spoken(slow) as url, pytest.raises(webhook.NoAnswer):
        webhook.post(url, {}, b"{}", seconds=0.3)


@pytest.mark.parametrize("said", [b"", b"hello\r\n\r\n", b"HTTP/1.1 2000 OK\r\n\r\n"])
def test_a_server_that_talks_nonsense_gave_no_answer(said):
    """Not a success."""
    with spoken(lambda connection: connection.sendall(said)) as url, pytest.raises(webhook.NoAnswer):
        webhook.post(url, {}, b"{}", seconds=2)


def test_an_endless_body_does_not_matter():
    """The status was enough; the rest is left unread."""

    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"5\r\nhello\r\n")

    with spoken(endless) as url:
        assert webhook.post(url, {}, b"{}", seconds=2) == 200


def test_a_redirect_is_not_followed(crm):
    """The signed body goes to this address only."""
    with served(crm) as other:
        moved = f"HTTP/1.1 307 Moved\r\nLocation: {other}/x\r\nContent-Length: 0\r\n\r\n".encode()
        with spoken(lambda connection: connection.sendall(moved)) as url:
            assert webhook.post(url, {}, b"{}") == 307
    assert crm.requests == []
