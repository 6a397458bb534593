"""Open desks: a live page for each session id of standard input, as browsers hold them.

    python -m tests.bench.open_desks PORT COOKIE

Prints a line when every page has had its first state, and goes on reading until it is ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import sys

OPENED_AT_ONCE = 20


async def hold(port: int, cookie: str, sessions: list[str]) -> None:
    """For ever; raises when a page ends."""
    few = asyncio.Semaphore(OPENED_AT_ONCE)
    there = [asyncio.Event() for _ in sessions]
    pages = [
        asyncio.create_task(_page(port, f"{cookie}={session}", few, begun))
        for session, begun in zip(sessions, there, strict=True)
    ]
    waiting = asyncio.gather(*(begun.wait() for begun in there))
    await asyncio.wait([waiting, *pages], return_when=asyncio.FIRST_COMPLETED)
    if waiting.done():
        print("here", flush=True)
    await asyncio.gather(*pages)


async def _page(port: int, cookie: str, few: asyncio.Semaphore, begun: asyncio.Event) -> None:
    async with few:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        asked = f"GET /desk/stream?page=home HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n"
        writer.write(asked.encode())
        await reader.readuntil(b"event: state")
        begun.set()
    while await reader.read(65536):
        pass
    raise RuntimeError("the server closed a live page")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(hold(int(sys.argv[1]), sys.argv[2], sys.stdin.read().split()))
