"""Whoever holds connections and asks nothing takes no caller's turn: the real server, real sockets, a signed call."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from ivr.config.settings import Settings
from ivr.lab.world import load_default_if_empty
from ivr.run import ROOT, children, listen
from ivr.storage.database import begin_write, connect
from ivr.web import gunicorn_worker
from tests.ports import free_ports
from tests.web.wire import encoded, ringing, signature

MANY = 200
"""More than the threads of two workers, and more than they let go of while Twilio waits."""
CALLS = 10
WHOLE, TWILIO_WAITS, PATIENCE = 2.0, 15.0, 60.0
HEAD = b"POST /voice HTTP/1.1\r\nHost: line\r\nContent-Type: application/x-www-form-urlencoded\r\n"
EMPTY = HEAD + b"Content-Length: 0\r\n\r\n"
HOLD = {
    "nothing": b"",
    "half a head": HEAD,
    "half a body": HEAD + b"X-Twilio-Signature: none\r\nContent-Length: 50\r\n\r\nCallSid=",
    "nobody reads the answers": b"GET /metrics HTTP/1.1\r\nHost: line\r\n\r\n" * 20,
    "a last request, and stay": EMPTY.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),
}


@dataclass
class Server:
    """The voice server of `make run`, in a hurry, and what it has logged."""

    settings: Settings
    log: Path

    @property
    def address(self):
        return ("127.0.0.1", self.settings.port)

    def hold(self, stack, sent, number=MANY):
        """So many connections that sent this and go on no further; what comes for them finds little room."""
        held = [stack.enter_context(socket.socket()) for _ in range(number)]
        for one in held:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            one.settimeout(PATIENCE)
            one.connect(self.address)
            one.setblocking(False)
            assert not sent or one.send(sent)
            one.settimeout(PATIENCE)
        return held

    def call(self, **headers):
        """An incoming call, signed; what it is answered."""
        form, url = ringing(), f"{self.settings.public_base_url}/voice"
        headers["X-Twilio-Signature"] = signature(url, form, self.settings.twilio_auth_token)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        with httpx.Client(trust_env=False, timeout=TWILIO_WAITS) as client:
            return client.post(f"http://127.0.0.1:{self.settings.port}/voice", content=encoded(form), headers=headers)

    def says(self, *sent):
        """What comes back for these bytes, to the end of the connection."""
        with socket.create_connection(self.address, PATIENCE) as one:
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for piece in sent:
                one.sendall(piece)
            return b"".join(iter(lambda: one.recv(65536), b""))


@contextmanager
def serving(folder, template, **hurry):
    """Started as `make run` starts it; its sockets take little at once."""
    port = free_ports()
    given = {"DATA_DIR": str(folder / "var"), "PORT": str(port), "TWILIO_AUTH_TOKEN": "12345", "LAB": "1"}
    settings = Settings.load(given, dotenv=folder / "no.env")
    shutil.copyfile(template, settings.data_dir / "ivr.db")
    engine = connect(settings.database_url)
    with begin_write(engine) as conn:
        load_default_if_empty(conn)
    engine.dispose()
    with listen(settings) as listener, (folder / "log").open("wb") as log:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        voice = children(replace(settings, desk_url=""), listener)[0]
        command = [*voice.command[:-1], "python:tests.web.hurried"]
        environment = voice.environment | given | hurry
        process = subprocess.Popen(command, cwd=ROOT, env=environment, pass_fds=[listener.fileno()], stderr=log)
        try:
            here = Server(settings, folder / "log")
            assert here.call().status_code == 200
            yield here
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)


@pytest.fixture(scope="module")
def server(tmp_path_factory, sqlite_template):
    """Two workers of sixteen threads, as in earnest."""
    with serving(tmp_path_factory.mktemp("held"), sqlite_template, WHOLE=str(WHOLE)) as here:
        yield here


@pytest.mark.parametrize("sent", HOLD)
def test_a_call_is_answered_while_many_hold_connections(server, sent):
    """Far more of them than there are threads; callers are answered before the telephone company gives up."""
    with ExitStack() as stack:
        server.hold(stack, HOLD[sent])
        for answer in (server.call() for _ in range(CALLS)):
            assert answer.status_code == 200 and "<Gather" in answer.text


@pytest.mark.parametrize("sent", ["nothing", "half a head", "half a body"])
def test_a_connection_whose_request_is_late_is_closed(server, sent):
    """By the deadline, and not when they have had enough."""
    with ExitStack() as stack:
        for one in server.hold(stack, HOLD[sent]):
            assert one.recv(1) == b""


def test_many_connections_that_ask_nothing_are_in_the_log_and_counted(server):
    """Once a minute, and each that was given up."""
    with ExitStack() as stack:
        for one in server.hold(stack, b"", 2 * gunicorn_worker.MANY + 1):
            assert one.recv(1) == b""
    numbers = httpx.get(f"http://127.0.0.1:{server.settings.port}/metrics", trust_env=False).text
    late = next(line for line in numbers.splitlines() if line.startswith('ivr_connections_dropped_total{why="late"}'))
    assert float(late.split()[1]) > 2 * gunicorn_worker.MANY
    assert "many connections ask nothing" in server.log.read_text("utf-8")


def test_where_no_connection_is_left_one_that_asks_nothing_makes_room(tmp_path, sqlite_template):
    """A caller does not wait for its deadline."""
    with serving(tmp_path, sqlite_template, MOST="20", WHOLE="3600") as server, ExitStack() as stack:
        server.hold(stack, b"")
        assert server.call().status_code == 200


def test_a_request_is_answered_however_it_comes_in_pieces(server):
    """Byte by byte; its head and its body apart."""
    request = EMPTY.replace(b"Length: 0\r\n\r\n", b"Length: 5\r\nConnection: close\r\n\r\nA=1&B")
    for sizes in (1, 40, len(request) - 5, len(request) - 1):
        answer = server.says(*(request[start : start + sizes] for start in range(0, len(request), sizes)))
        assert answer.startswith(b"HTTP/1.1 403 ") and answer.count(b"HTTP/1.1") == 1


def test_requests_that_are_sent_ahead_are_answered_one_by_one(server):
    """In their order, the body of one never taken for the next."""
    ahead = EMPTY.replace(b"Length: 0\r\n\r\n", b"Length: 60\r\n\r\n" + EMPTY[:60])
    last = b"GET /healthz HTTP/1.1\r\nHost: line\r\nConnection: close\r\n\r\n"
    answer = server.says(ahead + EMPTY + last)
    assert [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]] == [b"403", b"403", b"200"]


@pytest.mark.parametrize("header", ["SCRIPT_NAME", "Script_Name", "Script-Name", "PATH_INFO", "X-Forwarded-Prefix"])
def test_no_header_moves_a_request_past_a_proxy_that_lets_voice_through(server, header):
    """Its path is what stands in its first line, from this machine too: unsigned below `/voice`, unknown elsewhere."""
    for path, status in {"/voice/metrics": "403", "/voice/readyz": "403", "/voice/lab/sms": "403", "/x": "404"}.items():
        request = f"GET {path} HTTP/1.1\r\nHost: line\r\n{header}: /voice\r\nConnection: close\r\n\r\n"
        assert server.says(request.encode()).startswith(f"HTTP/1.1 {status} ".encode()), path


REFUSED = {
    "411": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nAB",
    "413": HEAD + b"Content-Length: 9999999999999\r\n\r\n",
    "431": HEAD + b"X: " + b"x" * 2 * gunicorn_worker.LONGEST_HEAD,
}


@pytest.mark.parametrize("status", REFUSED)
def test_a_request_that_would_have_no_end_is_refused_at_once(server, status):
    """Nothing more of it is read, and the connection ends."""
    assert server.says(REFUSED[status]).startswith(f"HTTP/1.1 {status} ".encode())


def test_answers_reach_who_reads_them_slowly(server):
    """What the kernel does not take at once waits in the loop, not in a thread, and comes whole."""
    with socket.create_connection(server.address, PATIENCE) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        one.sendall(EMPTY * 200 + HOLD["a last request, and stay"])
        answer = b"".join(iter(lambda: one.recv(512), b""))
    assert answer.count(b"HTTP/1.1 403 ") == answer.count(b"\r\n\r\n") == 201
