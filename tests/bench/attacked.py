"""What callers feel while others hold connections and ask nothing: rounds of both, in turn, on one server.

Must: beside 500 connections that send half a request, and 50 new silent ones a second, the 99th percentile of a
caller's turn is at most 1.5 times that of a quiet round (median over rounds of the quotient of one round and the quiet
one before it), and every turn is answered. A caller's turn comes on a connection of its own, as the telephone company's
do.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.__main__ import ROOT, Server, leave_the_servers_core, serving
from tests.bench.load import Round, ask

ROUNDS, A_ROUND, A_SECOND = 9, 240, 60
GIVES_UP, WORST = 15.0, 1.5
SETTLES = 0.5


def main() -> int:
    """Measure and judge."""
    leave_the_servers_core()
    folder = Path(tempfile.mkdtemp(prefix="ivr-bench-"))
    try:
        with serving("line", "line", folder, (2 * ROUNDS + 1) * A_ROUND) as server:
            a_round(server, A_ROUND)  # the first turns fill caches
            pairs = [_pair(server, number) for number in range(ROUNDS)]
            return judge(pairs, WORST, "among idle connections")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def judge(rounds: list[tuple[Round, Round]], worst: float, beside: str) -> int:
    """The median quotient of the p99 of a disturbed round and the quiet one before it, and whether it is small
    enough; `beside`: what disturbed, for the line that says so."""
    ratio = statistics.median(disturbed.p99 / quiet.p99 for quiet, disturbed in rounds)
    quiet, disturbed = (statistics.median(one[which].p99 for one in rounds) for which in (0, 1))
    fine = ratio <= worst
    print(
        f"{'ok  ' if fine else 'FAIL'} {beside} a turn's p99 is {ratio:.2f} times the quiet one "
        f"(at most {worst}); {disturbed:.1f} and {quiet:.1f} ms"
    )
    return 0 if fine else 1


def _pair(server: Server, number: int) -> tuple[Round, Round]:
    quiet = a_round(server, A_ROUND)
    with attackers(server.port):
        attacked = a_round(server, A_ROUND)
    print(
        f"  round {number}: p50 {quiet.p50:.1f} and {attacked.p50:.1f}, p99 {quiet.p99:.1f} and {attacked.p99:.1f} ms",
        flush=True,
    )
    time.sleep(SETTLES)
    return quiet, attacked


@contextlib.contextmanager
def attackers(port: int) -> Iterator[None]:
    """All of them, in a process of their own."""
    command = [sys.executable, "-m", "tests.bench.attackers", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout and process.stdout.readline() == b"here\n"
            yield
        finally:
            process.kill()


def a_round(server: Server, number: int) -> Round:
    """So many turns, begun evenly, whether those before them were answered or not."""
    batch, server.waiting = server.waiting[:number], server.waiting[number:]
    times = sorted(asyncio.run(_all(server.port, batch)))
    return Round(A_SECOND, 1000 * times[len(times) // 2], 1000 * times[int(len(times) * 0.99)])


async def _all(port: int, requests: list[bytes]) -> list[float]:
    return await asyncio.gather(*(_one(port, request, n / A_SECOND) for n, request in enumerate(requests)))


async def _one(port: int, request: bytes, after: float) -> float:
    await asyncio.sleep(after)
    begun = time.perf_counter()
    async with asyncio.timeout(GIVES_UP):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await ask(reader, writer, request)
    took = time.perf_counter() - begun
    writer.close()
    return took


if __name__ == "__main__":
    sys.exit(main())
