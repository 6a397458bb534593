"""`python -m tests.day`: plays a day of the queue; exits 1 when a caller was lost or doubled, or had another's card."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import replace
from pathlib import Path

from ivr.config.settings import Settings
from ivr.migrations.migrate import migrate
from ivr.storage.database import begin_read, connect
from tests.call_flows.line import lab_settings, open_line
from tests.day.audit import faults, figures, waits
from tests.day.drawing import drawn
from tests.day.people import HOUR, OPENING
from tests.day.playing import Day, planned
from tests.queue.room import Room, room

SHOWN = 40
LOG = Path(tempfile.gettempdir()) / "ivr-day.log"
PICTURE = Path(__file__).parents[2] / "docs" / "images" / "day.svg"


def main() -> int:
    """The command."""
    asked = _arguments()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    with (
        tempfile.TemporaryDirectory() as folder,
        LOG.open("w") as log,
        redirect_stderr(log),
        _room(Path(folder)) as desk,
    ):
        day = planned(desk, asked.callers, asked.agents, asked.seed)
        began = time.monotonic()
        day.play(_show)
        print(f"\rplayed in {time.monotonic() - began:.0f} s{'':60}")
        with begin_read(desk.worker.engine) as conn:
            found = list(faults(day, conn))
        told = figures(day, waits(day))
        for name, figure in told.items():
            print(f"{name}: {figure}")
        if asked.write:
            _draw(day, asked, told)
        for name, many in sorted(day.seen.items()):
            print(f"{many:5} {name}")
    for fault in found[:SHOWN]:
        print(fault)
    print(f"NOT KEPT: {len(found)} faults" if found else "nobody lost, nobody doubled, each card its own caller's")
    return 1 if found else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--callers", type=int, default=300)
    parser.add_argument("--agents", type=int, default=8)
    parser.add_argument("--write", action="store_true", help="draw the day in docs/images/day.svg")
    parser.add_argument("--seed", type=int, default=20261123)
    return parser.parse_args()


def _draw(day: Day, asked: argparse.Namespace, told: dict[str, str]) -> None:
    title = f"A day of {asked.callers} callers and {asked.agents} agents"
    note = f"Answered: {told['service level']}; median wait {told['median wait']}, longest {told['longest wait']}"
    PICTURE.write_text(drawn(title, note, day), "utf-8")


@contextmanager
def _room(folder: Path) -> Iterator[Room]:
    given = {
        "DATA_DIR": str(folder / "var"),
        "TWILIO_AUTH_TOKEN": "12345",
        "PUBLIC_BASE_URL": "https://ivr.example.com",
    }
    settings = lab_settings(replace(Settings.load(given, dotenv=folder / "no.env")), f"sqlite:///{folder / 'ivr.db'}")
    engine = connect(settings.database_url)
    migrate(engine)
    line = open_line(settings, engine)
    try:
        with room(line) as made:
            yield made
    finally:
        line.close()
        engine.dispose()


def _show(day: Day) -> None:
    if not sys.stdout.isatty():
        return
    last = day.samples[-1]
    clock = OPENING + day.at / HOUR
    print(
        f"\r{int(clock):02}:{int(clock % 1 * 60):02}  {len(day.told)} of {len(day.customers)} have called, "
        f"{last.waiting} wait, {last.activities['talking']} talk",
        end="",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
