"""gunicorn's threaded worker with buffered connections: an event loop reads requests, so no thread waits for a peer.

gunicorn by itself gives a thread to a connection before its request has arrived, and the thread waits for the rest: a
few dozen connections that send half a request would hold every thread, and block the line. Here the loop reads a
request completely, within a deadline, before a thread gets it. The thread writes its answer to memory; the loop
writes what the kernel does not take at once. When there are too many connections, the oldest one without a request is
closed for the next.

An answer may go on after its thread: an app that calls `environ["gunicorn.socket"].hand_over(stream)` as its last act
gives the connection to the loop, which sends whatever the stream has until one side ends it. An open stream costs a
socket and no thread.
"""

from __future__ import annotations

import errno
import re
import selectors
import socket
import time
from collections.abc import Callable
from enum import IntEnum
from functools import cache, partial
from os import environ
from typing import Any, Protocol

from gunicorn import http
from gunicorn.workers.gthread import TConn, ThreadWorker
from prometheus_client import Counter

from ivr.config.logs import logger

WHOLE = 5.0
"""Seconds from a connection, or from the first byte of a further request on it, to the last byte of that request."""
TAKEN = 10.0
"""Seconds for the peer to take what is left of an answer."""
LEFT, LEFT_AT_THE_END = 2.0, 2.0
"""Seconds for the peer to close after the last answer; for one that may be asking again while the worker stops."""
LINGERING = 15.0
"""Seconds that a worker outlives its master: as long as Twilio waits; the next master needs less to start."""
LONGEST_HEAD = 32 * 1024
"""Bytes of the request line and headers; a longer head is refused."""
MOST_STORED = (64 if environ.get("LAB") == "1" else 8) * 1024 * 1024
"""Bytes of all incomplete requests together. The lab takes demo worlds, which are larger than any webhook."""
MANY, SAYS_SO_EVERY = 100, 60.0
"""Connections of one worker without a request that are worth a warning; seconds between two warnings."""
DROPPED = Counter("ivr_connections_dropped", "Connections closed before their request was whole.", ("why",))

BODY_ENDS = b"0\r\n\r\n"
"""The last chunk of a chunked body."""
HEAD_ENDS = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]+)[ \t]*\r\n", re.IGNORECASE)
CODED = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.IGNORECASE)
NO_ROOM = (errno.EMFILE, errno.ENFILE)
GONE = (errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED)


class Phase(IntEnum):
    """What the loop waits for at a connection. When room is needed, the first phases are closed first."""

    LEAVING, ASKING, IDLE, ANSWERED, STREAMING = range(5)


class Refused(Exception):
    """A request that is refused before it is complete; the text is the status line."""


class Stream(Protocol):
    """What goes on after an answer. Only `wake` is called from another thread than the loop's."""

    def attach(self, wake: Callable[[], None]) -> None:
        """Whom to wake when there is something to take."""
        ...

    def take(self) -> bytes | None:
        """What is to be sent now; None when the stream has ended."""
        ...

    def close(self) -> None:
        """The connection is gone."""
        ...


class Answer:
    """Stands in for the socket while a thread has the request: nothing to read, and any answer is buffered."""

    def __init__(self) -> None:
        self.waiting = bytearray()
        self.stream: Stream | None = None
        self.is_chunked = False

    def hand_over(self, stream: Stream) -> None:
        """Called by the app: the answer goes on, and the loop sends it."""
        self.stream = stream

    def open_end(self) -> None:
        """Take back the end of the body: it goes on."""
        self.is_chunked = self.waiting.endswith(BODY_ENDS)
        if self.is_chunked:
            del self.waiting[-len(BODY_ENDS) :]

    def go_on(self) -> bool:
        """Buffer what the stream has now; False when it has ended."""
        assert self.stream is not None
        data = self.stream.take()
        if data is None:
            self.waiting += BODY_ENDS if self.is_chunked else b""
            return False
        if data:
            self.waiting += b"%x\r\n%b\r\n" % (len(data), data) if self.is_chunked else data
        return True

    def close_stream(self) -> None:
        """Tell the stream that nobody listens any more."""
        if self.stream is not None:
            self.stream.close()

    def sendall(self, data: bytes) -> None:
        self.waiting += data

    def send(self, data: bytes) -> int:
        self.waiting += data
        return len(data)

    def recv(self, _size: int) -> bytes:
        return b""

    def gettimeout(self) -> float:
        return 0.0

    def setblocking(self, _blocking: bool) -> None: ...

    def settimeout(self, _seconds: float | None) -> None: ...

    def shutdown(self, _how: int) -> None: ...

    def close(self) -> None: ...


class Connection(TConn):
    """One peer: the bytes received, the bytes not sent yet, and the deadline."""

    def __init__(self, cfg: Any, link: socket.socket, client: Any, server: Any) -> None:
        super().__init__(cfg, link, client, server)  # makes the socket non-blocking; it stays so
        self.link, self.sock = link, Answer()
        self.data_ready = True
        self.received, self.size, self.request = bytearray(), 0, b""
        self.phase, self.since, self.timeout = Phase.ASKING, time.monotonic(), 0.0
        self.again = True
        """Whether the connection is kept for another request."""

    def init(self) -> None:
        """Called in the thread: parse this one request, which is complete, so the parser never waits."""
        self.parser = http.get_parser(self.cfg, iter((self.request,)), self.client)

    def whole(self) -> bool:
        """Whether the next request is complete; sets `size` to its length; raises `Refused`."""
        self.size = self.size or _size(self.received)
        return 0 < self.size <= len(self.received)

    def take(self) -> None:
        """Cut that request off for the thread; bytes behind it stay."""
        self.request = bytes(self.received[: self.size])
        del self.received[: self.size]
        self.size = 0

    def send(self) -> bool:
        """Send what the kernel takes at once; returns whether that was all."""
        unsent = self.sock.waiting
        while unsent:
            try:
                del unsent[: self.link.send(unsent)]
            except BlockingIOError:
                return False
            except OSError:
                self.again = False
                unsent.clear()
        return True


class BufferingWorker(ThreadWorker):
    """gunicorn's threaded worker with buffered connections."""

    orphaned = 0.0
    swept = alarmed = 0.0

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.held: set[Connection] = set()
        """Connections that the loop waits for; threads have the others."""
        self.stored = 0
        """Bytes that they have sent and no thread has taken."""

    def is_parent_alive(self) -> bool:
        """Also for a short time after the master died: the listening socket outlives it, so callers notice nothing."""
        if super().is_parent_alive():
            return True
        self.orphaned = self.orphaned or time.monotonic()
        return time.monotonic() - self.orphaned < LINGERING

    # From the accepted socket to the thread.

    def accept(self, listener: socket.socket) -> None:
        """Accept one connection and wait for its request."""
        try:
            link, client = listener.accept()
        except OSError as error:
            if error.errno in NO_ROOM:
                self._make_room()
            elif error.errno not in GONE:
                raise
            return
        self.nr_conns += 1
        if self.nr_conns >= self.worker_connections:
            self._make_room()
        one = Connection(self.cfg, link, client, listener.getsockname())
        self._wait(one, Phase.ASKING, WHOLE, self._hear)

    def _hear(self, one: Connection, _link: Any = None) -> None:
        """Read some bytes of a request, or the peer's close."""
        data = _read(one)
        if not data:
            self._drop(one) if data == b"" else None
            return
        one.received += data
        self.stored += len(data)
        if one.phase is Phase.IDLE:
            one.phase, one.since, one.timeout = Phase.ASKING, time.monotonic(), time.monotonic() + WHOLE
        self._look(one)
        if self.stored > MOST_STORED and self.held:
            self._drop(max(self.held, key=lambda one: len(one.received)), "crowded")

    def _look(self, one: Connection) -> None:
        """Give the request to a thread when it is complete."""
        try:
            if not one.whole():
                return
        except Refused as why:
            one.sock.sendall(f"HTTP/1.1 {why}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode())
            one.again = False
            self._let_go(one)
            self._answered(one)
            return
        self._let_go(one)
        one.take()
        self.stored -= len(one.request)
        self.enqueue_req(one)

    def handle(self, one: Connection) -> bool:
        """Called in a thread: answer the request, and send as much of the answer as the kernel takes at once."""
        again = bool(super().handle(one))
        if one.sock.stream is not None:
            one.sock.open_end()
        one.send()
        return again

    # From the thread to the next request, or to the end.

    def finish_request(self, one: Connection, fs: Any) -> None:
        """Back in the loop, after the thread."""
        failed = fs.cancelled() or fs.exception() is not None
        one.again = one.again and not failed and fs.result()
        if one.sock.stream is not None:
            self._begin_stream(one, one.sock.stream)
            return
        self._answered(one)

    def _answered(self, one: Connection, _link: Any = None) -> None:
        """Send the rest of the answer; then wait for the next request or close."""
        if not one.send():
            if one.phase is not Phase.ANSWERED:
                self._wait(one, Phase.ANSWERED, TAKEN, self._answered, selectors.EVENT_WRITE)
            return
        self._let_go(one)
        if not one.again:
            self._leave(one)
            return
        one.since = time.monotonic()
        self._wait(one, Phase.IDLE, self.cfg.keepalive if self.alive else LEFT_AT_THE_END, self._hear)
        if one.received:  # the peer sent it behind the request before
            one.phase, one.timeout = Phase.ASKING, one.since + WHOLE
            self._look(one)

    def _begin_stream(self, one: Connection, stream: Stream) -> None:
        """The thread is free again; from here the loop sends what the stream has."""
        self._wait(one, Phase.STREAMING, TAKEN, self._in_stream)
        stream.attach(lambda: self.method_queue.defer(self._stream, one))
        self._stream(one)

    def _in_stream(self, one: Connection, _link: Any = None) -> None:
        """The peer closes, or takes more; whatever else it sends is no request."""
        if _read(one) == b"":
            self._drop(one)
        else:
            self._stream(one)

    def _stream(self, one: Connection) -> None:
        """Send what there is. A peer that takes nothing gets no more, and is dropped after TAKEN."""
        if one not in self.held or one.phase is not Phase.STREAMING:
            return
        was_behind = bool(one.sock.waiting)
        while one.send():
            if not one.sock.go_on():
                self._end_stream(one)
                return
            if not one.sock.waiting:
                break
        behind = bool(one.sock.waiting)
        if self.alive:  # otherwise it has the deadline of the others
            late = time.monotonic() + TAKEN
            one.timeout = (min(one.timeout, late) if was_behind else late) if behind else float("inf")
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if behind else 0)
        self.poller.modify(one.link, events, partial(self._in_stream, one))

    def _end_stream(self, one: Connection) -> None:
        self._let_go(one)
        one.sock.close_stream()
        one.again = False
        self._answered(one)

    def _leave(self, one: Connection) -> None:
        """Close our side now, and the socket after theirs: otherwise the kernel discards what they have not read."""
        try:
            one.link.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(one)
            return
        self._wait(one, Phase.LEAVING, LEFT, self._ignore)

    def _ignore(self, one: Connection, _link: Any = None) -> None:
        if _read(one) == b"":
            self._drop(one)

    # The connections that the loop waits for, and their deadlines.

    def _wait(
        self,
        one: Connection,
        phase: Phase,
        seconds: float,
        then: Callable[..., None],
        event: int = selectors.EVENT_READ,
    ) -> None:
        one.phase, one.timeout = phase, time.monotonic() + seconds
        self.held.add(one)
        self.poller.register(one.link, event, partial(then, one))

    def _let_go(self, one: Connection) -> None:
        if one in self.held:
            self.held.remove(one)
            self.poller.unregister(one.link)

    def _drop(self, one: Connection, why: str = "") -> None:
        if why and one.phase is Phase.ASKING:
            _dropped(why).inc()
        self._let_go(one)
        if one.phase is Phase.STREAMING:
            one.sock.close_stream()
        self.stored -= len(one.received)
        self.nr_conns -= 1
        one.link.close()

    def _make_room(self) -> None:
        """Close the connection that has waited longest in the first of the phases."""
        if self.held:
            self._drop(min(self.held, key=lambda one: (one.phase, one.since)), "crowded")

    def murder_keepalived(self, force: bool = False) -> None:
        """Close connections whose deadline has passed. gunicorn calls this at each round of its loop."""
        now = time.monotonic()
        if now < self.swept + 0.2 and not force:
            return
        self.swept = now
        for one in [one for one in self.held if force or one.timeout <= now]:
            self._drop(one, "late")
        asking = sum(one.phase is Phase.ASKING for one in self.held)
        if asking >= MANY and now >= self.alarmed:
            self.alarmed = now + SAYS_SO_EVERY
            logger("voice").warning("many connections ask nothing", waiting=asking)

    def _cap_keepalive(self, deadline: float) -> None:
        """gunicorn stops: requests under way may finish; other connections get until `deadline`."""
        for one in self.held:
            if one.phase is not Phase.ANSWERED:
                one.timeout = min(one.timeout, deadline)


def _size(received: bytearray) -> int:
    """The length of the request that begins here; 0 as long as its head is incomplete."""
    end = received.find(HEAD_ENDS) + len(HEAD_ENDS)
    if end < len(HEAD_ENDS):
        if len(received) > LONGEST_HEAD:
            raise Refused("431 Request Header Fields Too Large")
        return 0
    if CODED.search(received, 0, end):
        raise Refused("411 Length Required")
    told = LENGTH.search(received, 0, end)
    digits = told[1].lstrip(b"0") if told else b""
    if len(digits) > 9 or int(digits or b"0") > MOST_STORED // 2:
        raise Refused("413 Content Too Large")
    return end + int(digits or b"0")


def _read(one: Connection) -> bytes | None:
    """The bytes that have arrived; empty when the peer has closed, None when there are none after all."""
    try:
        return one.link.recv(64 * 1024)
    except BlockingIOError:
        return None
    except OSError:
        return b""


@cache
def _dropped(why: str) -> Any:
    """Made at first use, so that the metric's file belongs to the worker and not to its master."""
    return DROPPED.labels(why)
