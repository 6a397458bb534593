"""A small closed-loop load: so many connections, each sends its next request when the last was answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Round:
    """One measured round: answers a second, and milliseconds at the median and at the 99th percentile."""

    rate: float
    p50: float
    p99: float


def measure(port: int, requests: list[bytes], connections: int) -> Round:
    """Send all of them; raises when one is not answered 200 with TwiML."""
    times: list[float] = []
    started = time.perf_counter()
    asyncio.run(_all(port, iter(requests), connections, times))
    took = time.perf_counter() - started
    times.sort()
    return Round(len(times) / took, 1000 * times[len(times) // 2], 1000 * times[int(len(times) * 0.99)])


async def _all(port: int, requests: Iterator[bytes], connections: int, times: list[float]) -> None:
    await asyncio.gather(*(_one(port, requests, times) for _ in range(connections)))


async def _one(port: int, requests: Iterator[bytes], times: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        sent = time.perf_counter()
        await ask(reader, writer, request)
        times.append(time.perf_counter() - sent)
    writer.close()


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
    """One request; raises when it is not answered 200 with TwiML."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line[:15].lower() == b"content-length:")
    body = await reader.readexactly(length)
    if not head.startswith(b"HTTP/1.1 200") or b"<Response>" not in body:
        raise RuntimeError(f"answered {head.splitlines()[0]!r}: {body[:200]!r}")
