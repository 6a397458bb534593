"""Ports for servers that are started a little later: by then, nobody else may have taken them."""

from __future__ import annotations

import secrets
import socket
from contextlib import ExitStack

OURS = range(12_000, 32_000)
"""Below those that Linux lends to connections that go out (from 32768 on, as Debian sets it): a lent port cannot be
listened at for a minute after its connection has ended, and tests connect thousands of times a minute."""


def free_ports(number: int = 1) -> int:
    """The first of so many in a row at which nobody listens on this machine's loopback."""
    while True:
        first = OURS[secrets.randbelow(len(OURS) - number)]
        with ExitStack() as held:
            try:
                for port in range(first, first + number):
                    held.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                continue
        return first
