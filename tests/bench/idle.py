"""What the follow-up worker costs while nobody calls: a minute on each database.

Must: at most one per cent of a core.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from ivr.migrations.migrate import migrate
from ivr.storage.database import connect
from tests.bench.__main__ import ROOT, postgres
from tests.bench.calls import settings_for
from tests.ports import free_ports

SECONDS, SETTLES, MOST = 60.0, 10.0, 1.0
"""The minute begins when the processes have started."""


def main() -> int:
    """Measure and judge."""
    folder = Path(tempfile.mkdtemp(prefix="ivr-bench-"))
    try:
        with contextlib.ExitStack() as stack:
            workers = {
                name: stack.enter_context(_idle(folder / name, url))
                for name, url in (("SQLite", ""), ("PostgreSQL", postgres(stack)))
            }
            time.sleep(SETTLES)
            before = {name: _busy(worker) for name, worker in workers.items()}
            time.sleep(SECONDS)
            shares = {name: 100 * (_busy(worker) - before[name]) / SECONDS for name, worker in workers.items()}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for name, share in shares.items():
        print(
            f"{'ok  ' if share <= MOST else 'FAIL'} an idle worker on {name} takes {share:.2f} % of a core (at "
            f"most {MOST:.0f})"
        )
    return 0 if max(shares.values()) <= MOST else 1


@contextlib.contextmanager
def _idle(folder: Path, database: str):
    settings, given = settings_for(folder, free_ports(), database)
    engine = connect(settings.database_url)
    migrate(engine)
    engine.dispose()
    command = [sys.executable, "-m", "ivr.wiring.worker"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **given}, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def _busy(process: subprocess.Popen[bytes]) -> float:
    times = psutil.Process(process.pid).cpu_times()
    return times.user + times.system


if __name__ == "__main__":
    sys.exit(main())
