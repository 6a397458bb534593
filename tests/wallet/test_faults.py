"""Faults of a wallet's API over real HTTP: each raises `Unavailable` in time, and none counts as a success."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ivr.engine.errors import Unavailable
from tests.ports import free_ports
from tests.wallet.misbehaving import ACCOUNT, ASKED, GOOD, IN_TIME, K1, NEVER, answering, outcome, wallet_at
from tests.wallet.serving import served, spoken

BROKEN = {
    "500": answering({"code": "broken"}, 500),
    "503": answering({"code": "unavailable"}, 503),
    "401": answering({"code": "no-token"}, 401),
    "403": answering({"code": "no-token"}, 403),
    "429": answering({}, 429),
    "404 of a web server": answering(b"<h1>Not Found</h1>", 404, "text/html"),
    "404 of something else": answering({"code": "no-such-path"}, 404),
    "400": answering({"code": "bad-request"}, 400),
    "another success": answering({}, 202),
    "no content": answering(b"", 204),
    "empty body": answering(b""),
    "white space": answering(b"  \n"),
    "half a document": answering(b'{"account": {"id": "K1", '),
    "a page": answering(b"<html>Please log in</html>", 200, "text/html"),
    "another encoding": answering(json.dumps({"account": None}).encode("utf-16")),
    "null": answering(None),
    "true": answering(True),
    "a list": answering([GOOD]),
    "a text": answering("done"),
    "nothing that proves it": answering({}),
    "only a word": answering({"status": "done", "success": True, "ok": True}),
    "nested without end": answering(b'{"account":' * 100_000),
    "longer than anything": answering(b"[" + b"1," * 1_000_000 + b"1]"),
}


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_answer_is_no_answer(name, fault):
    """Neither a success, nor "not found", nor "wrong"."""
    with served(BROKEN[fault]) as url:
        found, _ = outcome(name, url, 4)
    assert found is Unavailable


@pytest.mark.parametrize("name", ASKED)
def test_an_answer_that_comes_too_late_is_not_waited_for(name):
    """Not even when it would have been right."""

    def slow(environ, start):
        time.sleep(NEVER)
        return answering(GOOD[name])(environ, start)

    with served(slow) as url:
        found, seconds = outcome(name, url)
    assert found is Unavailable and seconds < IN_TIME


def drips(*pieces):
    """A connection that sends the first piece, and then the last one again and again without end."""

    def speak(connection):
        for piece in pieces[:-1]:
            connection.sendall(piece)
        until = time.monotonic() + NEVER
        while time.monotonic() < until:
            connection.sendall(pieces[-1])
            time.sleep(0.05)

    return speak


@pytest.mark.parametrize(
    "speak",
    [
        pytest.param(lambda connection: time.sleep(NEVER), id="silence"),
        pytest.param(drips(b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n"), id="headers without end"),
        pytest.param(drips(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n", b" "), id="a body that drips"),
        pytest.param(drips(b"HTTP/1.1 100 Continue\r\n\r\n"), id="only promises"),
        pytest.param(lambda connection: None, id="hangs up"),
        pytest.param(lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n"), id="another protocol"),
        pytest.param(
            lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{}"), id="cut short"
        ),
        pytest.param(
            lambda connection: connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)),
            id="reset",
        ),
    ],
)
@pytest.mark.parametrize("name", ["account", "freeze"])
def test_a_connection_that_misbehaves_ends_in_time(name, speak):
    """However it keeps itself alive."""
    with spoken(speak) as url:
        found, seconds = outcome(name, url)
    assert found is Unavailable and seconds < IN_TIME


@pytest.mark.parametrize("name", ASKED)
def test_a_refused_connection_is_known_at_once(name):
    """Nobody listens; nothing can have been done, so nothing is asked about."""
    url = f"http://127.0.0.1:{free_ports()}"
    found, seconds = outcome(name, url, NEVER)
    assert found is Unavailable and seconds < IN_TIME


def test_a_name_server_that_is_silent_is_not_waited_for(monkeypatch):
    """The system's resolver knows no deadline of ours."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(NEVER) or [])
    found, seconds = outcome("account", "http://wallet.example.com")
    assert found is Unavailable and seconds < IN_TIME


@pytest.mark.parametrize("name", ASKED)
def test_nothing_is_asked_when_no_time_is_left(name):
    """Not even begun."""
    asked: list[str] = []

    def counting(environ, start):
        asked.append(environ["PATH_INFO"])
        return answering(GOOD[name])(environ, start)

    with served(counting) as url:
        found, _ = outcome(name, url, patience=-1)
    assert found is Unavailable and asked == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("name", ["account", "check_pin", "freeze"])
def test_a_redirect_is_not_followed(name, status):
    """The token goes to one address only, even when the other one would answer well."""
    strangers: list[str] = []

    def stranger(environ, start):
        strangers.append(environ.get("HTTP_AUTHORIZATION", ""))
        return answering(GOOD[name])(environ, start)

    with served(stranger) as elsewhere, served(answering(b"", status, Location=f"{elsewhere}/x")) as url:
        found, _ = outcome(name, url)
    assert found is Unavailable and strangers == []


def test_the_token_goes_out_as_a_bearer_and_in_no_address():
    """Neither do a number, a PIN or an ID tail."""
    seen: list[tuple[str, str]] = []

    def watching(environ, start):
        seen.append((environ["PATH_INFO"] + environ["QUERY_STRING"], environ["HTTP_AUTHORIZATION"]))
        return answering({"account": None, "matches": False})(environ, start)

    with served(watching) as url:
        outcome("find_account", url)
        outcome("check_id_tail", url)
        outcome("check_pin", url)
    assert {token for _, token in seen} == {"Bearer token"}
    assert not any(secret in path for path, _ in seen for secret in ("10002051", "21403X", "481920", "token"))


def test_many_callers_wait_side_by_side():
    """One slow answer does not queue the others: here nobody is answered before all have asked."""
    all_are_here = threading.Barrier(8)

    def slow(environ, start):
        all_are_here.wait(NEVER)
        return answering(ACCOUNT)(environ, start)

    with served(slow) as url:
        wallet = wallet_at(url)
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: wallet.account(K1, time.monotonic() + NEVER), range(8)))
    assert all(found)
