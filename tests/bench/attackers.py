"""Who holds connections and asks nothing: half a request on so many, and so many new silent ones a second.

    python -m tests.bench.attackers PORT

Prints a line when all are there, and goes on until it is ended. A connection that the server closes is opened anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import sys

HALF_OPEN, SILENT_A_SECOND = 500, 50
SILENT_AT_FIRST = 250
"""As if they had come for five seconds already."""
HALF = b"POST /voice HTTP/1.1\r\nHost: line\r\nContent-Type: application/x-www-form-urlencoded\r\nX-Half: "
AGAIN = 0.2


async def attack(port: int) -> None:
    """For ever."""
    there = [asyncio.Event() for _ in range(HALF_OPEN)]
    held = [asyncio.create_task(_hold(port, HALF, begun)) for begun in there]
    silent = {asyncio.create_task(_come_once(port)) for _ in range(SILENT_AT_FIRST)}
    for begun in there:
        await begun.wait()
    print("here", flush=True)
    while True:
        await asyncio.sleep(1 / SILENT_A_SECOND)
        silent = {one for one in silent if not one.done()} | {asyncio.create_task(_come_once(port))}
        assert not any(one.done() for one in held)


async def _hold(port: int, half: bytes, begun: asyncio.Event) -> None:
    while True:
        await _come_once(port, half, begun)
        await asyncio.sleep(AGAIN)


async def _come_once(port: int, half: bytes = b"", begun: asyncio.Event | None = None) -> None:
    """Until the server has enough of it."""
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(half)
            if begun:
                begun.set()
            await reader.read()
        finally:
            writer.close()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(attack(int(sys.argv[1])))
