"""`make run`: starts every process that this machine needs to answer calls, and restarts those that die.

The secrets and the tables are made before the first process starts. One Ctrl-C (or SIGTERM, or the end of the terminal)
ends all: each child leads a process group of its own, so that the terminal's signal reaches only us. Should we be
killed, the kernel tells them to end.

The sockets on which calls and staff come in are ours too: while a web server is started again, they wait and are not
refused.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from ivr.config.addresses import without_password
from ivr.config.settings import Settings, SettingsError
from ivr.migrations.migrate import migrate_or_say_why
from ivr.network.loopback import TOKEN
from ivr.storage.database import begin_write, connect

ROOT = Path(__file__).parent.parent
LAB_PACKAGES = ("numpy", "pyloudnorm", "scipy", "soundfile", "soxr")
"""The extra `lab` of pyproject.toml."""
WORKERS, THREADS = 2, 16
"""Processes that answer Twilio, and threads of each: a turn that waits for a wallet holds a thread."""
DESK_THREADS = 16
"""Of the desk's one worker: a process of its own, so its pages take no thread of the voice workers."""
YOUNG, LONGEST_PAUSE = 10.0, 10.0
"""Seconds: a process that ended sooner is restarted after a pause, which doubles up to the second number."""
LONGEST_LEFT = 30.0  # a voice worker outlives its master by half of that
MOST_WAITING = 2048
"""The backlog of connections that no worker has accepted yet."""
SILENT_SECONDS = 3
"""For so long the kernel keeps a connection that sends nothing to itself; then a worker gets it, with its deadline."""
GOODBYE_SECONDS = 12.0  # a turn's budget is 8
PARENT_DEATH_SIGNAL = 1
"""Linux's PR_SET_PDEATHSIG: signal this process when the thread that started it ends."""
_prctl: Callable[..., int] | None = getattr(ctypes.CDLL(None), "prctl", None)


@dataclass
class Child:
    """A supervised process: restarted when it dies, after a longer pause each time it dies soon after its start."""

    name: str
    command: list[str]
    environment: dict[str, str]
    listener: socket.socket | None = None
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = field(default=0.0)
    due: float = field(default=0.0)
    left: dict[int, float] = field(default_factory=dict)
    """Process groups whose leader died, and when: its children may run on for a while."""

    def keep_alive(self, now: float) -> None:
        """Start the process, or restart it when its pause is over."""
        if self.process is not None and self.process.poll() is None:
            return
        if self.process is not None:
            self._bury(now)
        if now >= self.due:
            self.started = now
            given = (self.listener.fileno(),) if self.listener else ()
            bound = partial(end_with, os.getpid())
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, start_new_session=True, pass_fds=given, preexec_fn=bound
            )

    def _bury(self, now: float) -> None:
        assert self.process is not None
        self.left[self.process.pid] = now
        lived = now - self.started
        self.pause = 0.0 if lived > YOUNG else min(LONGEST_PAUSE, self.pause * 2 + 0.5)
        self.due = now + self.pause
        say(f"{self.name} ended with {self.process.returncode} after {lived:.0f} s; starting it again")
        self.process = None

    def end(self, number: int, now: float) -> None:
        """Signal the process, its children, and children that its predecessors left behind recently."""
        groups = [group for group, died in self.left.items() if now - died < LONGEST_LEFT]
        if self.process is not None and self.process.poll() is None:
            groups.append(self.process.pid)
        for group in groups:
            with suppress(ProcessLookupError):
                os.killpg(group, number)


def end_with(parent: int) -> None:
    """Run in a new child: receive SIGTERM when the parent ends, also if the parent is killed."""
    if _prctl is not None:
        _prctl(PARENT_DEATH_SIGNAL, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before the call above
        os._exit(0)


def prepare() -> Settings:
    """Load settings, make secrets and tables, and in the lab load the demo world if there is none."""
    settings = Settings.load()
    if settings.lab:
        find_lab_packages()
    engine = connect(settings.database_url)
    find_ports_free(settings)
    say("bringing the database up to date")
    migrate_or_say_why(engine)
    if settings.lab:
        from ivr.lab.world import load_default_if_empty

        with begin_write(engine) as conn:
            load_default_if_empty(conn)
    engine.dispose()
    return settings


def find_lab_packages() -> None:
    """The simulator's sound needs more than production installs."""
    missing = [name for name in LAB_PACKAGES if find_spec(name) is None]
    if missing:
        raise SettingsError(
            f"the lab needs packages that production does not ({', '.join(missing)}); run: make install-lab "
            "(or set TWILIO_ACCOUNT_SID, for there is no lab beside a real account)"
        )


def find_ports_free(settings: Settings) -> None:
    """Refuse to start if PORT, the desk's port, or in the lab the next port for the simulator, is taken."""
    ports = [(settings.port, "PORT"), *([(settings.port + 1, "PORT")] if settings.lab else [])]
    ports += [(settings.desk_port, "DESK_PORT")] if settings.desk_url else []
    for port, name in ports:
        try:
            _server(settings.bind, port).close()
        except OSError as error:
            raise SettingsError(
                f"BIND is {settings.bind} and PORT is {settings.port}, but {port} cannot be listened at there "
                f"({error.strerror}); write another {name}, or a BIND of this machine"
            ) from None


def listen(settings: Settings) -> socket.socket:
    """Open the socket for webhooks, which stays open as long as this process runs."""
    return _server(settings.bind, settings.port, backlog=MOST_WAITING)


@contextmanager
def listen_for_staff(settings: Settings) -> Iterator[socket.socket | None]:
    """Open the socket of the desk as well; None where there is no desk."""
    if not settings.desk_url:
        yield None
        return
    with _server(settings.bind, settings.desk_port, backlog=MOST_WAITING) as listener:
        yield listener


def _server(bind: str, port: int, backlog: int | None = None) -> socket.socket:
    """`::` stands for every address, those of IPv4 too. The kernel hands over connections when they have sent
    something."""
    v6 = ":" in bind
    every = bind == "::" and socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if v6 else socket.AF_INET
    listener = socket.create_server((bind, port), family=family, backlog=backlog, dualstack_ipv6=every)
    if hasattr(socket, "TCP_DEFER_ACCEPT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, SILENT_SECONDS)
    return listener


def children(settings: Settings, listener: socket.socket, desk: socket.socket | None = None) -> list[Child]:
    """The processes: the web server on that socket, the follow-up worker, the desk on its own, in the lab the
    simulator."""
    counters = settings.data_dir / "metrics"
    shutil.rmtree(counters, ignore_errors=True)
    counters.mkdir(mode=0o700)
    environment = {**os.environ, "LAB": "1" if settings.lab else "0", "PYTHONUNBUFFERED": "1"}
    web = [
        sys.executable,
        "-m",
        "gunicorn",
        "app:create_app()",
        "--workers",
        str(WORKERS),
        "--threads",
        str(THREADS),
        "--bind",
        f"fd://{listener.fileno()}",
        "--config",
        "python:ivr.web.gunicorn_config",
    ]
    worker = [sys.executable, "-m", "ivr.wiring.worker"]
    kept = [
        Child("voice", web, {**environment, "PROMETHEUS_MULTIPROC_DIR": str(counters)}, listener),
        Child("worker", worker, environment),
    ]
    if desk is not None:
        kept.append(Child("desk", _desk(desk), environment, desk))
    if settings.lab:
        kept.append(Child("simulator", [sys.executable, "-m", "ivr.simulator.server"], environment))
    return kept


def _desk(listener: socket.socket) -> list[str]:
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "ivr.desk.app:create_desk()",
        "--workers",
        "1",
        "--threads",
        str(DESK_THREADS),
        "--bind",
        f"fd://{listener.fileno()}",
        "--config",
        "python:ivr.desk.gunicorn_config",
    ]


def supervise(kept: list[Child], stop: threading.Event) -> None:
    """Watch the processes until told to stop; then end all, first by SIGTERM."""
    while not stop.is_set():
        for child in kept:
            child.keep_alive(time.monotonic())
        stop.wait(0.2)
    say("ending; calls in the middle of a turn are answered first")
    for child in kept:
        child.end(signal.SIGTERM, time.monotonic())
    until = time.monotonic() + GOODBYE_SECONDS
    while time.monotonic() < until and any(c.process and c.process.poll() is None for c in kept):
        time.sleep(0.1)
    for child in kept:
        child.end(signal.SIGKILL, time.monotonic())


def welcome(settings: Settings) -> None:
    """Print the address and what to do next."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.bind, settings.bind)
    here = f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
    say(f"answering calls at {here}  (health: {here}/readyz)")
    entered = f"?token={settings.lab_token}" if settings.lab_token else ""
    if settings.desk_url:
        say(f"the desk is at {without_password(settings.desk_url)}/desk/{entered}")
    if settings.lab:
        say("lab: no account, no real calls. Call it with  make phone")
        say(f"or in a browser at {here}/phone{entered}")
        if settings.lab_token:
            say(
                f"PUBLIC_BASE_URL is public, so the lab's API asks for the same in a header:  {TOKEN}: "
                f"{settings.lab_token}"
            )
    else:
        public = without_password(settings.public_base_url)
        say(f"set your Twilio number's voice URL to  {public}/voice  (POST)")
        say(f"its fallback URL to  {public}/voice/fallback  and its status callback to  …/voice/status")
    say("Ctrl-C ends everything")


def say(text: str) -> None:
    """Print a line for the person at the terminal, if the terminal is still there."""
    with suppress(OSError):
        print(f"ivr: {text}", flush=True)


def main() -> int:
    """Prepare, start, watch and end the processes. Files that they write are readable by this user only."""
    os.umask(0o077)
    try:
        settings = prepare()
    except SettingsError as error:
        print(f"ivr: {error}", file=sys.stderr)
        return 2
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, lambda *_: stop.set())
    welcome(settings)
    with listen(settings) as listener, listen_for_staff(settings) as desk:
        supervise(children(settings, listener, desk), stop)
    return 0


if __name__ == "__main__":
    sys.exit(main())
