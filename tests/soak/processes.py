"""The processes of `make run`, a bank and a CRM, on a database of their own; and who of them is to be killed next."""

from __future__ import annotations

import os
import random
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import sqlalchemy as sa

from ivr.config.secret_files import keep_secret
from ivr.config.settings import Settings
from ivr.follow_up.outbox import LEASE, QUEUED, stamp
from ivr.follow_up.tables import deliveries, messages
from ivr.lab import scene, world
from ivr.migrations.migrate import migrate
from ivr.run import Child, children, listen, supervise
from ivr.storage.database import begin_read, begin_write, connect
from tests.call_flows.line import NOON
from tests.follow_up.crm import SECRET, Crm
from tests.ports import free_ports
from tests.soak import customers
from tests.wallet.serving import served

BANK = (
    "import logging, sys; logging.getLogger('werkzeug').setLevel('WARNING'); from ivr.wallet_api.__main__ "
    "import main; sys.exit(main())"
)
"""`make wallet-api`, without a line for each request."""
LONGEST_START, HURRIES_EVERY = 60.0, 5.0
LOG = "log"
"""In the run's folder: what the processes print."""
LONGEST_TRY = timedelta(seconds=20)
WEIGHTS = {"voice worker": 56, "gunicorn master": 10, "follow-up worker": 24, "wallet API": 10}


@dataclass
class Rig:
    """What runs, and where to look afterwards."""

    settings: Settings
    line: sa.Engine
    bank: sa.Engine
    crm: Crm
    kept: dict[str, Child]

    def wait_until_ready(self) -> None:
        """All of them answer."""
        settings, until = self.settings, time.monotonic() + LONGEST_START
        addresses = [
            f"{settings.public_base_url}/readyz",
            f"{settings.twilio_api_url['']}/healthz",
            settings.wallet_api_url[""],
        ]
        while not all(_answers(address) for address in addresses):
            if time.monotonic() > until:
                told = (settings.data_dir.parent / LOG).read_text("utf-8")
                raise TimeoutError(f"not everything was ready within {LONGEST_START:.0f} s; it told:\n{told}")
            time.sleep(0.2)

    def waiting(self) -> int:
        """Texts and deliveries that are not done."""
        with begin_read(self.line) as conn:
            kept = [
                sa.select(sa.func.count()).where(one.c.status.in_((QUEUED, "sent"))) for one in (messages, deliveries)
            ]
            return sum(conn.scalar(one) or 0 for one in kept)

    def drain(self, seconds: float, tick: Callable[[int], None] = lambda left: None) -> None:
        """Until nothing waits any more, or it would wait for ever."""
        until, hurried = time.monotonic() + seconds, 0.0
        while (left := self.waiting()) and time.monotonic() < until:
            tick(left)
            if time.monotonic() > hurried + HURRIES_EVERY:
                self.hurry()
                hurried = time.monotonic()
            time.sleep(0.2)

    def hurry(self) -> None:
        """Time passes for what waits for its next try; what a worker may hold just now is left alone."""
        now = datetime.now(UTC)
        held = (stamp(now + LEASE - LONGEST_TRY), stamp(now + LEASE))
        with begin_write(self.line) as conn:
            for kept in (messages, deliveries):
                later = (kept.c.next > stamp(now)) & ~kept.c.next.between(*held)
                conn.execute(sa.update(kept).where(kept.c.status == QUEUED, later).values(next=stamp(now)))

    def kill(self, chance: random.Random) -> str | None:
        """SIGKILL one of them; what it was, or None when it is not there just now."""
        what = chance.choices(tuple(WEIGHTS), tuple(WEIGHTS.values()))[0]
        found = self.pids(what)
        if not found:
            return None
        try:
            os.kill(chance.choice(found), signal.SIGKILL)
        except ProcessLookupError:
            return None
        return what

    def pids(self, what: str) -> list[int]:
        """Those that run just now."""
        name = {"voice worker": "voice", "gunicorn master": "voice", "follow-up worker": "worker"}.get(what, "bank")
        process = self.kept[name].process
        if process is None or process.poll() is not None:
            return []
        if what != "voice worker":
            return [process.pid]
        try:
            return [child.pid for child in psutil.Process(process.pid).children()]
        except psutil.NoSuchProcess:
            return []


@contextmanager
def rig(
    folder: Path,
    database_url: str,
    *,
    voice: str = "app:create_app()",
    worker: str = "tests.soak.worker",
    many: int = customers.MANY,
) -> Iterator[Rig]:
    """Everything, until it is ended with one signal; `voice` makes the app, `worker` is the follow-up worker's module,
    `many` are the customers."""
    crm = Crm()
    with ExitStack() as stack:
        given = _given(folder, database_url, stack.enter_context(served(crm)))
        settings = Settings.load(given, dotenv=folder / "no.env")
        line, bank = connect(settings.database_url), connect(f"sqlite:///{settings.data_dir / 'wallet-api.db'}")
        _furnish(line, customers.on_the_line())
        _furnish(bank, customers.at_the_bank(many))
        kept = _children(settings, given, stack.enter_context(listen(settings)), folder / LOG)
        kept["voice"].command[kept["voice"].command.index("app:create_app()")] = voice
        kept["worker"].command[-1] = worker
        stop = threading.Event()
        thread = threading.Thread(target=supervise, args=(list(kept.values()), stop))
        thread.start()
        try:
            yield Rig(settings, line, bank, crm, kept)
        finally:
            stop.set()
            thread.join()
            line.dispose()
            bank.dispose()


def _answers(address: str) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(address, trust_env=False).status_code in (200, 401)
    return False


def _given(folder: Path, database_url: str, crm: str) -> dict[str, str]:
    port, token = free_ports(4), secrets.token_hex(16)
    keep_secret(_private(folder) / "wallet-api-token", lambda: token)
    return {
        "DATA_DIR": str(folder / "var"),
        "DATABASE_URL": database_url,
        "PORT": str(port),
        "LAB": "1",
        "CODES_PER_HOUR": "1000000",
        "CALLS_AN_HOUR": "999999",
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "WALLET_API_URL": f"http://127.0.0.1:{port + 3}",
        "WALLET_API_TOKEN": token,
        "CRM_URL": crm,
        "CRM_SECRET": SECRET,
        "CALLBACKS_AN_HOUR": "999999",  # the clock stands
    }


def _private(folder: Path) -> Path:
    (folder / "var").mkdir(mode=0o700)
    return folder / "var"


def _furnish(engine: sa.Engine, document: dict[str, Any]) -> None:
    """A Monday morning at which nobody is on duty."""
    migrate(engine)
    with begin_write(engine) as conn:
        world.load(conn, document)
        scene.change(conn, clock_now=NOON, agents_available=0)


def _children(settings: Settings, given: dict[str, str], listener: socket.socket, log: Path) -> dict[str, Child]:
    kept = {child.name: child for child in children(settings, listener)}  # without the desk, which only reads
    kept["worker"].command[1:] = ["-m", "tests.soak.worker"]
    bank = [sys.executable, "-c", BANK, "--port", str(settings.port + 3)]
    kept["bank"] = Child("bank", bank, dict(os.environ))
    for child in kept.values():
        child.environment |= given
        child.command[:0] = ["sh", "-c", 'exec "$@" >>"$0" 2>&1', str(log)]
    return kept
