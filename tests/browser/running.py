"""A line that really runs, as `make run` starts it: four processes, a database of its own, three free ports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.ports import free_ports

ROOT = Path(__file__).parents[2]
LONGEST_START = 60.0
MORNING = {"now": "2026-11-23T10:00:00+08:00", "runs": True}
WORLD = json.loads((ROOT / "ivr" / "lab" / "default_world.json").read_text("utf-8"))


@dataclass
class Running:
    """One `make run`, which writes to `log`; `app` and `simulator` are its two addresses."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int
    client: httpx.Client

    @property
    def app(self) -> str:
        """The URL of the app."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def simulator(self) -> str:
        """The URL of the simulator and the page."""
        return f"http://127.0.0.1:{self.port + 1}"

    @property
    def desk(self) -> str:
        """The URL of the desk."""
        return f"http://127.0.0.1:{self.port + 2}"

    def lab(self, what: str, document: Any = None, method: str = "PUT") -> Any:
        """Change the scene, or (without a document) see what happened."""
        method = "GET" if document is None else method
        answer = self.client.request(method, f"{self.app}/lab/{what}", content=json.dumps(document))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def begin_the_day(self) -> None:
        """Reset to the demo world on its own morning, without faults and without calls."""
        self.lab("clock", MORNING)
        self.lab("agents", {"available": 1, "answers": "accept"})
        self.lab("wallet", {"mode": "ok"})
        self.lab("sms", {"mode": "ok"})
        self.lab("reset", {}, "POST")
        self.lab("world", WORLD)

    def pass_seconds(self, seconds: float) -> None:
        """Advance the simulator's virtual clock."""
        self.client.post(f"{self.simulator}/simulator/clock", json={"advance": seconds}).raise_for_status()

    def kill_the_simulator(self) -> None:
        """Kill the simulator's process; the supervisor starts it again."""
        for child in psutil.Process(self.process.pid).children():
            if "ivr.simulator.server" in child.cmdline():
                child.kill()

    def simulator_answers(self) -> bool:
        """Whether the simulator answers."""
        return self._answers(f"{self.simulator}/healthz")

    def is_ready(self) -> bool:
        """Whether calls are answered and can be placed."""
        return all(self._answers(f"{one}/readyz") for one in (self.app, self.desk)) and self.simulator_answers()

    def _answers(self, url: str) -> bool:
        try:
            return self.client.get(url).status_code == 200
        except httpx.HTTPError:
            return False


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    """Start all processes, and end them with one signal."""
    port = free_ports(3)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TWILIO_")}
    environment = kept | {"PORT": str(port), "DATA_DIR": str(folder), "LAB": "1"}
    with (folder / "log").open("wb") as log, httpx.Client(timeout=30, trust_env=False) as client:
        process = subprocess.Popen([sys.executable, "-m", "ivr.run"], cwd=ROOT, env=environment, stdout=log, stderr=log)
        line = Running(process, folder / "log", port, client)
        try:
            wait_for(line.is_ready, LONGEST_START, line.log)
            yield line
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def wait_for(condition: Callable[[], object], seconds: float = 30, log: Path | None = None) -> None:
    """Poll a condition. Raises AssertionError with the log after too long."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"not within {seconds} s\n{log.read_text('utf-8') if log else ''}"
        time.sleep(0.05)
