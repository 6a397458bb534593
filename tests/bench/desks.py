"""What callers feel while many agents have the desk open: rounds with live pages and without, in turn.

Must: beside 200 live pages, with twelve callers waiting whose order changes each second in both kinds of rounds, the
99th percentile of a caller's turn is at most 1.1 times that of the quiet round before it (median over rounds). The
desk is a process of its own on the same database, and leaves the voice server its core, as the system does where there
are enough of them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import sqlalchemy as sa

from ivr.config.settings import Settings
from ivr.engine.journal import calls
from ivr.follow_up.outbox import stamp
from ivr.queue.tables import queue_entries
from ivr.staff import people, sessions
from ivr.staff.people import Person
from ivr.storage.database import begin_write, connect
from tests.bench.__main__ import ROOT, Server, leave_the_servers_core, serving, wait_for
from tests.bench.attacked import a_round, judge
from tests.bench.calls import settings_for
from tests.bench.load import Round
from tests.ports import free_ports

ROUNDS, A_ROUND, WORST = 7, 600, 1.1
"""So many turns that the 99th percentile is not one of the two slowest."""
AGENTS, PAGES_OF_EACH, CALLERS = 50, 4, 12
SETTLES = 1.5


def main() -> int:
    """Measure and judge."""
    leave_the_servers_core()
    folder = Path(tempfile.mkdtemp(prefix="ivr-bench-"))
    try:
        with serving("line", "line", folder, (2 * ROUNDS + 1) * A_ROUND) as server:
            a_round(server, A_ROUND)  # the first turns fill caches
            with desk(folder / "line") as (settings, process):
                ids = staff_and_callers(settings)
                pairs = [_pair(server, settings, process, ids, number) for number in range(ROUNDS)]
                return judge(pairs, WORST, f"beside {AGENTS * PAGES_OF_EACH} open desks")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def desk(folder: Path) -> Iterator[tuple[Settings, subprocess.Popen[bytes]]]:
    """The desk of the same database, with the threads that `make run` gives it."""
    port = free_ports()
    _, given = settings_for(folder, port + 1)
    given |= {"DESK_URL": f"http://127.0.0.1:{port}", "DESK_PORT": str(port)}
    settings = Settings.load(given, dotenv=folder / "none.env")
    command = [sys.executable, "-m", "gunicorn", "ivr.desk.app:create_desk()", "--workers", "1", "--threads", "16"]
    command += ["--bind", f"127.0.0.1:{port}", "--config", "python:ivr.desk.gunicorn_config"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **given}, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield settings, process
    finally:
        process.terminate()
        process.wait(20)


def staff_and_callers(settings: Settings) -> list[str]:
    """Agents with their sessions, and callers who wait; the session ids."""
    engine, now = connect(settings.database_url), datetime.now(UTC)
    waits = {"wallet": "haiyun", "language": "zh", "topic": "top-up", "priority": 2, "status": "queued", "tries": 0}
    with begin_write(engine) as conn:
        for number in range(AGENTS):
            someone = Person(f"agent{number}", f"Agent {number}", "agent", ("haiyun",), address=f"client:agent{number}")
            people.add(conn, someone, None, "bench", now)
        ids = [
            sessions.begin(conn, f"agent{number}", "bench", now)
            for number in range(AGENTS)
            for _ in range(PAGES_OF_EACH)
        ]
        for number, sid in enumerate(conn.scalars(sa.select(calls.c.call).limit(CALLERS))):
            since = stamp(now - timedelta(seconds=10 * number))
            conn.execute(sa.insert(queue_entries).values(id=f"entry-{number}", call=sid, entered=since, **waits))
    engine.dispose()
    return ids


@contextlib.contextmanager
def open_desks(settings: Settings, ids: list[str]) -> Iterator[None]:
    """All of them, in a process of their own."""
    command = [sys.executable, "-m", "tests.bench.open_desks", str(settings.desk_port), f"desk-{settings.desk_port}"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdin and process.stdout
            process.stdin.write("\n".join(ids).encode())
            process.stdin.close()
            assert process.stdout.readline() == b"here\n"
            yield
            assert process.poll() is None, "a live page has ended"
        finally:
            process.kill()


@contextlib.contextmanager
def moving_queue(settings: Settings) -> Iterator[None]:
    """Each second the caller who waits longest goes to the end, so that every live page is drawn anew."""
    over = threading.Event()
    thread = threading.Thread(target=_move, args=(settings, over))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _move(settings: Settings, over: threading.Event) -> None:
    engine = connect(settings.database_url)
    oldest = sa.select(queue_entries.c.id).order_by(queue_entries.c.entered).limit(1).scalar_subquery()
    while not over.wait(1):
        with begin_write(engine) as conn:
            last = sa.update(queue_entries).where(queue_entries.c.id == oldest)
            conn.execute(last.values(entered=stamp(datetime.now(UTC))))
    engine.dispose()


def _pair(
    server: Server, settings: Settings, process: subprocess.Popen[bytes], ids: list[str], number: int
) -> tuple[Round, Round]:
    with moving_queue(settings):
        quiet = a_round(server, A_ROUND)
    with moving_queue(settings), open_desks(settings, ids):
        time.sleep(SETTLES)
        before, begun = _busy(process), time.monotonic()
        watched = a_round(server, A_ROUND)
        share = 100 * (_busy(process) - before) / (time.monotonic() - begun)
    print(
        f"  round {number}: p50 {quiet.p50:.1f} and {watched.p50:.1f}, p99 {quiet.p99:.1f} and {watched.p99:.1f} ms; "
        f"the desk takes {share:.0f} % of a core",
        flush=True,
    )
    time.sleep(SETTLES)
    return quiet, watched


def _busy(process: subprocess.Popen[bytes]) -> float:
    times = [child.cpu_times() for child in psutil.Process(process.pid).children()]
    return sum(one.user + one.system for one in times)


if __name__ == "__main__":
    sys.exit(main())
