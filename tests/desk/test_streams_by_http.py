"""The desk's process as `make run` starts it, with real connections: streams take no thread, and end when they
should.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from ivr.config.settings import Settings
from ivr.desk.live import BEAT, MOST_A_SESSION
from ivr.lab.staff import PASSWORD
from ivr.lab.world import load_default_if_empty
from ivr.run import ROOT, children, listen, listen_for_staff
from ivr.storage.database import begin_write, connect
from tests.desk.queue_rows import rings, waits
from tests.ports import free_ports

PATIENCE = 30.0
THREADS = 4


@dataclass
class Server:
    """The desk's server and its database."""

    settings: Settings
    process: subprocess.Popen
    rows: SimpleNamespace

    @property
    def url(self):
        return self.settings.desk_url

    def signs_in(self, stack, name):
        """A browser in which this person is signed in."""
        client = stack.enter_context(httpx.Client(base_url=self.url, trust_env=False, timeout=PATIENCE))
        form = {"csrf_token": token(client.get("/desk/sign-in").text), "name": name, "password": PASSWORD}
        assert client.post("/desk/sign-in", data=form).headers["Location"] == "/desk/"
        return client

    def threads(self):
        """How many threads the one worker has."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(re.search(r"Threads:\s+(\d+)", Path(f"/proc/{children[0]}/status").read_text())[1])


class Stream:
    """An open stream, read by hand: `state` waits for the next event of that name."""

    def __init__(self, stack, client, page="home", headers=""):
        self.link = stack.enter_context(socket.create_connection(("127.0.0.1", client.base_url.port), PATIENCE))
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        host = f"127.0.0.1:{client.base_url.port}"
        asked = f"GET /desk/stream?page={page} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookies}\r\n{headers}\r\n"
        self.link.sendall(asked.encode())
        self.text = ""

    def reads(self):
        """Some more; False at the end."""
        data = self.link.recv(65536)
        self.text += data.decode(errors="replace")
        return bool(data)

    def until(self, event):
        """The data of the next event of this name; what came before it is dropped."""
        while not (found := re.search(rf"event: {event}\ndata: (.*)\n\n", self.text)):
            assert self.reads(), self.text
        self.text = self.text[found.end() :]
        return json.loads(found[1])

    def to_the_end(self):
        """Everything until the server closes."""
        while self.reads():
            pass
        return self.text


def token(page):
    """The form token of a page."""
    return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]


@contextmanager
def serving(folder, template):
    """The desk of `make run` with few threads."""
    port = free_ports(3)
    given = {"DATA_DIR": str(folder / "var"), "PORT": str(port), "TWILIO_AUTH_TOKEN": "12345", "LAB": "1"}
    settings = Settings.load(given, dotenv=folder / "no.env")
    shutil.copyfile(template, settings.data_dir / "ivr.db")
    engine = connect(settings.database_url)
    with begin_write(engine) as conn:
        load_default_if_empty(conn)
    with listen(settings) as voice, listen_for_staff(settings) as listener:
        desk = children(settings, voice, listener)[2]
        command = [str(THREADS) if one == "16" else one for one in desk.command]
        process = subprocess.Popen(command, cwd=ROOT, env=desk.environment | given, pass_fds=[listener.fileno()])
        try:
            rows = SimpleNamespace(engine=engine, now=datetime.now(UTC))
            yield Server(replace(settings), process, rows)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)
            engine.dispose()


@pytest.fixture(scope="module")
def server(tmp_path_factory, sqlite_template):
    """One for all."""
    with serving(tmp_path_factory.mktemp("desk"), sqlite_template) as here:
        yield here


@pytest.fixture
def stack():
    """Closes what was opened."""
    with ExitStack() as held:
        yield held


def test_a_caller_is_on_the_page_within_a_second(server, stack):
    """From the commit of whoever wrote it; the answer is a stream that no proxy keeps back."""
    stream = Stream(stack, server.signs_in(stack, "mei"))
    first = stream.until("state")
    assert first["waiting"] == 0
    began = time.monotonic()
    waits(server.rows, "CA1", "one")
    assert stream.until("state")["waiting"] == 1
    assert time.monotonic() - began < 1.5  # half a second of it is the watcher's pause
    rings(server.rows, "mei", "one")
    assert stream.until("state")["rung"] == "offer-1"


def test_the_head_says_that_it_is_a_stream(server, stack):
    """Not stored, not buffered by a proxy, and the page's headers as everywhere."""
    stream = Stream(stack, server.signs_in(stack, "mei"))
    stream.until("state")
    with server.signs_in(stack, "mei").stream("GET", "/desk/stream", params={"page": "home"}) as answer:
        headers = answer.headers
    assert headers["Content-Type"].startswith("text/event-stream") and headers["X-Accel-Buffering"] == "no"
    assert headers["Cache-Control"] == "no-store" and "default-src 'none'" in headers["Content-Security-Policy"]


def test_two_hundred_streams_take_no_thread_and_all_are_told(server, stack):
    """With four threads; pages are answered beside them, and they stay alive."""
    clients = [server.signs_in(stack, "mei") for _ in range(200 // 10)]
    before = server.threads()
    streams = [Stream(stack, client) for client in clients for _ in range(10)]
    for one in streams:
        one.until("state")
    assert server.threads() <= max(before, THREADS + 2)  # the loop, the watcher
    began = time.monotonic()
    assert all(clients[0].get("/desk/").status_code == 200 for _ in range(5))
    assert time.monotonic() - began < 5
    waits(server.rows, "CA2", "two")
    assert all(one.until("state")["waiting"] >= 1 for one in streams)
    assert all(one.until("beat")["now"] for one in streams)


def test_half_requests_cannot_push_streams_out(server, stack):
    """The server makes room among those who ask nothing, as on the voice line."""
    stream = Stream(stack, server.signs_in(stack, "mei"))
    stream.until("state")
    for _ in range(300):
        one = stack.enter_context(socket.create_connection(("127.0.0.1", server.settings.desk_port), PATIENCE))
        one.sendall(b"GET /desk/ HTTP/1.1\r\nHost: half")
    assert stream.until("beat") and stream.until("beat")


def test_signing_out_ends_the_streams_of_the_session_within_seconds(server, stack):
    """And only these; the page then shows the sign-in."""
    client, other = server.signs_in(stack, "mei"), server.signs_in(stack, "bo")
    mine, kept = Stream(stack, client), Stream(stack, other)
    mine.until("state"), kept.until("state")
    client.post("/desk/sign-out", data={"csrf_token": token(client.get("/desk/me").text)})
    began = time.monotonic()
    assert mine.until("ended") == {}
    mine.to_the_end()
    assert time.monotonic() - began < BEAT + 3
    assert kept.until("beat")
    assert client.get("/desk/stream", params={"page": "home"}).headers["Location"] == "/desk/sign-in"


def test_a_closed_page_gives_its_place_back_and_too_many_are_refused(server, stack):
    """By 503, so that the page says that it is not live and tries again."""
    client = server.signs_in(stack, "bo")
    streams = [Stream(stack, client) for _ in range(MOST_A_SESSION)]
    for one in streams:
        one.until("state")
    assert client.get("/desk/stream", params={"page": "home"}).status_code == 503
    streams[0].link.close()
    until = time.monotonic() + PATIENCE
    again = Stream(stack, client)
    while not again.reads() or "503" in again.text.splitlines()[0]:
        assert time.monotonic() < until
        again = Stream(stack, client)
    assert again.until("state")


def test_a_client_of_http_1_0_gets_a_stream_without_chunks(server, stack):
    """As some proxies ask."""
    client = server.signs_in(stack, "bo")
    link = stack.enter_context(socket.create_connection(("127.0.0.1", server.settings.desk_port), PATIENCE))
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    host = f"127.0.0.1:{server.settings.desk_port}"
    link.sendall(f"GET /desk/stream?page=bar HTTP/1.0\r\nHost: {host}\r\nCookie: {cookies}\r\n\r\n".encode())
    text = ""
    while "event: beat" not in text:
        text += link.recv(65536).decode()
    head, _, body = text.partition("\r\n\r\n")
    assert "chunked" not in head and body.startswith("retry: 1000\n\nevent: state\n")


def test_a_page_that_reads_nothing_does_not_hold_up_the_others(server, stack):
    """It gets the newest state when it reads again."""
    slow, quick = Stream(stack, server.signs_in(stack, "mei")), Stream(stack, server.signs_in(stack, "mei"))
    for number in range(4):
        waits(server.rows, "CA3", f"slow-{number}")
        quick.until("state")
    slow.until("state")


def test_the_end_of_the_server_ends_the_streams(tmp_path, sqlite_template):
    """Within its deadline; the pages connect to the next one."""
    with ExitStack() as stack, serving(tmp_path, sqlite_template) as server:
        stream = Stream(stack, server.signs_in(stack, "mei"))
        stream.until("state")
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        stream.to_the_end()
        assert server.process.wait(PATIENCE) == 0 and time.monotonic() - began < 8
