"""A voice worker's connections: one event loop waits for all of them, and a thread never waits for a peer.

By itself gunicorn gives a thread to a connection before its request is there, and the thread waits for the rest: a few
dozen connections that send half a request would hold every thread, and with them the line. Here a request is read whole
before a thread has to do with it, within a deadline; what the thread answers is put together in memory, and what the
kernel does not take of it at once is written by the loop. When there are too many connections, one that has not asked
anything makes room for the next.
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
from typing import Any

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
"""Seconds that a worker outlives its master: as long as Twilio waits, and longer than the next master needs to start."""
LONGEST_HEAD = 32 * 1024
MOST_STORED = (64 if environ.get("LAB") == "1" else 8) * 1024 * 1024
"""Bytes of requests that are not whole yet, in all; a demo world is larger than any webhook."""
MANY, SAYS_SO_EVERY = 100, 60.0
"""Connections of one worker that have not asked yet, seconds: worth an alarm."""
DROPPED = Counter("ivr_connections_dropped", "Connections closed before their request was whole.", ("why",))

HEAD_ENDS = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]+)[ \t]*\r\n", re.IGNORECASE)
CODED = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.IGNORECASE)
NO_ROOM = (errno.EMFILE, errno.ENFILE)
GONE = (errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED)


class Phase(IntEnum):
    """What a connection does while the loop waits for it; the first ones make room for others first."""

    LEAVING, ASKING, IDLE, ANSWERED = range(4)


class Refused(Exception):
    """A request that is not read to its end."""


class Answer:
    """What gunicorn takes for the socket while a thread has the request: nothing to read, and room for any answer."""

    def __init__(self) -> None:
        self.waiting = bytearray()

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
    """One peer: what it has sent, what it has not taken yet, and until when that may take."""

    def __init__(self, cfg: Any, link: socket.socket, client: Any, server: Any) -> None:
        super().__init__(cfg, link, client, server)  # which makes it non-blocking, and it stays so
        self.link, self.sock = link, Answer()
        self.data_ready = True
        self.received, self.size, self.request = bytearray(), 0, b""
        self.phase, self.since, self.timeout = Phase.ASKING, time.monotonic(), 0.0
        self.again = True
        """Whether it may ask once more."""

    def init(self) -> None:
        """For the thread: a parser of this one request. It finds the end where the request ends, and never waits."""
        self.parser = http.get_parser(self.cfg, iter((self.request,)), self.client)

    def whole(self) -> bool:
        """Whether the next request is here, of which `size` becomes the length; raises `Refused`."""
        self.size = self.size or _size(self.received)
        return 0 < self.size <= len(self.received)

    def take(self) -> None:
        """That request, for the thread; what was sent behind it waits."""
        self.request = bytes(self.received[: self.size])
        del self.received[: self.size]
        self.size = 0

    def send(self) -> bool:
        """Hand the kernel what it takes at once; whether that was all."""
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
    """gunicorn's worker with threads, with its own care of connections."""

    orphaned = 0.0
    swept = alarmed = 0.0

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.held: set[Connection] = set()
        """Those that the loop waits for; the others are with the threads."""
        self.stored = 0
        """Bytes of what they have sent."""

    def is_parent_alive(self) -> bool:
        """Or was a moment ago: callers notice nothing, on the socket that outlives worker and master."""
        if super().is_parent_alive():
            return True
        self.orphaned = self.orphaned or time.monotonic()
        return time.monotonic() - self.orphaned < LINGERING

    # From the accepted socket to the thread.

    def accept(self, listener: socket.socket) -> None:
        """Take one connection; it asks at once, mostly."""
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
        """Some bytes of a request, or the end."""
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
        """Hand its request to a thread when it is whole."""
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
        """In a thread: the answer is on its way when it is done, so far as nobody has to be waited for."""
        again = bool(super().handle(one))
        one.send()
        return again

    # From the thread to the next request, or to the end.

    def finish_request(self, one: Connection, fs: Any) -> None:
        """In the loop again."""
        one.again = one.again and not fs.cancelled() and fs.exception() is None and fs.result()
        self._answered(one)

    def _answered(self, one: Connection, _link: Any = None) -> None:
        """What is next, once all is written."""
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
        if one.received:  # sent ahead, behind the request before
            one.phase, one.timeout = Phase.ASKING, one.since + WHOLE
            self._look(one)

    def _leave(self, one: Connection) -> None:
        """Our end is closed at once, the whole only when theirs is: otherwise the kernel takes back what they have not read."""
        try:
            one.link.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(one)
            return
        self._wait(one, Phase.LEAVING, LEFT, self._ignore)

    def _ignore(self, one: Connection, _link: Any = None) -> None:
        if _read(one) == b"":
            self._drop(one)

    # Whom the loop waits for, and for how long.

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
        self.stored -= len(one.received)
        self.nr_conns -= 1
        one.link.close()

    def _make_room(self) -> None:
        """Of those that have not asked, the one that has been at it longest is given up."""
        if self.held:
            self._drop(min(self.held, key=lambda one: (one.phase, one.since)), "crowded")

    def murder_keepalived(self, force: bool = False) -> None:
        """Called at each round of gunicorn's loop, which knows of no other deadlines."""
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
        """gunicorn stops: whoever has a request under way may finish it, and nobody else is waited for."""
        for one in self.held:
            if one.phase is not Phase.ANSWERED:
                one.timeout = min(one.timeout, deadline)


def _size(received: bytearray) -> int:
    """The length of the request that begins here, 0 as long as its head is not whole."""
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
    """What has come; nothing at the end, None when it was a false alarm."""
    try:
        return one.link.recv(64 * 1024)
    except BlockingIOError:
        return None
    except OSError:
        return b""


@cache
def _dropped(why: str) -> Any:
    """Its file is made where it counts, in the worker and not in its master."""
    return DROPPED.labels(why)
