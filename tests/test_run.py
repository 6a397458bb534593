"""What `make run` promises: what dies is started again, and one signal ends all."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from selectors import EVENT_READ, DefaultSelector

import psutil
import pytest

from ivr import run
from ivr.run import Child, children, supervise
from tests.ports import free_ports

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"]


@pytest.fixture
def running():
    """Supervise children in a thread; everything is ended afterwards."""
    stop, threads, all_children = threading.Event(), [], []

    def start(*commands, listener=None):
        kept = [Child(f"child {n}", command, dict(os.environ), listener) for n, command in enumerate(commands)]
        all_children.extend(kept)
        threads.append(threading.Thread(target=supervise, args=(kept, stop)))
        threads[0].start()
        wait_for(lambda: all(child.process for child in kept))
        return kept, stop, threads[0]

    yield start
    stop.set()
    for thread in threads:
        thread.join(20)
    for child in all_children:
        child.process and child.process.wait(5)


def wait_for(condition, seconds=30):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_killed_child_is_started_again_and_the_other_is_left_alone(running):
    """kill -9, as the kernel does when memory is short."""
    (first, second), _, _ = running(SLEEPER, SLEEPER)
    before, other = first.process, second.process
    before.kill()
    wait_for(lambda: first.process not in (None, before))
    assert second.process is other and other.poll() is None


def test_one_signal_ends_all(running):
    """Each child gets SIGTERM, and the supervisor returns when they are gone."""
    kept, stop, thread = running(SLEEPER, SLEEPER)
    stop.set()
    thread.join(30)
    assert not thread.is_alive()
    assert [child.process.wait(1) for child in kept] == [-signal.SIGTERM] * 2


RUN = """
import os, sys
from contextlib import nullcontext
from ivr import run
run.prepare, run.welcome = lambda: None, lambda settings: None
run.listen = run.listen_for_staff = lambda settings: nullcontext()
run.children = lambda *_: [run.Child("child", sys.argv[1:], dict(os.environ))]
sys.exit(run.main())
"""


@pytest.mark.parametrize("ignored", [False, True], ids=["in a terminal", "under nohup"])
def test_the_end_of_the_terminal_ends_all_unless_it_is_ignored(tmp_path, ignored):
    """Nobody reads any more what is said; a line that went on by itself would hold the port."""
    pid = tmp_path / "pid"
    child = [sys.executable, "-c", f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(60)"]
    main = subprocess.Popen(
        [sys.executable, "-c", RUN, *child],
        stdout=subprocess.PIPE,
        preexec_fn=(lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)) if ignored else None,
    )
    try:
        wait_for(lambda: pid.exists() and pid.read_text())
        main.stdout.close()
        main.send_signal(signal.SIGHUP)
        if ignored:
            time.sleep(0.5)
            assert main.poll() is None
            main.terminate()
        main.wait(30)
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)
    finally:
        main.kill()


def test_what_its_processes_write_nobody_else_may_read(tmp_path):
    """Wherever they write it, under whatever umask they were started."""
    file = tmp_path / "kept"
    child = [sys.executable, "-c", f"import time; open({str(file)!r}, 'w').write('x'); time.sleep(60)"]
    main = subprocess.Popen(["sh", "-c", 'umask 000; exec "$0" "$@"', sys.executable, "-c", RUN, *child])
    try:
        wait_for(lambda: file.exists() and file.read_text())
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    finally:
        main.terminate()
        main.wait(10)


def test_nothing_of_the_line_goes_on_when_its_supervisor_is_killed(tmp_path):
    """kill -9 on the real one: it can tell nobody any more. The voice workers are its grandchildren."""
    given = {"DATA_DIR": str(tmp_path / "var"), "PORT": str(free_ports(3)), "LAB": "1", "DATABASE_URL": ""}
    main = subprocess.Popen(
        [sys.executable, "-m", "ivr.run"], cwd=run.ROOT, env={**os.environ, **given}, stderr=subprocess.DEVNULL
    )
    started: list[psutil.Process] = []
    try:
        wait_for(lambda: len(psutil.Process(main.pid).children(recursive=True)) >= 5 + run.WORKERS, 60)
        started += psutil.Process(main.pid).children(recursive=True)
        main.kill()
        main.wait(10)
        wait_for(lambda: not any(goes_on(one) for one in started), 60)
    finally:
        for one in [main, *started]:
            with suppress(psutil.NoSuchProcess):
                one.kill()


def goes_on(process):
    """Who has ended may wait for somebody to take note of it."""
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_a_child_whose_supervisor_died_before_it_could_be_told_does_not_begin():
    """The kernel tells only of a death that comes after it was asked."""
    command = "import os; from ivr.run import end_with; end_with(os.getppid()); end_with(os.getpid()); print('goes on')"
    done = subprocess.run([sys.executable, "-c", command], cwd=run.ROOT, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_child_that_will_not_end_is_killed(running, monkeypatch):
    """After the time that a turn may still take."""
    monkeypatch.setattr(run, "GOODBYE_SECONDS", 0.3)
    (child,), stop, thread = running(STUBBORN)
    time.sleep(0.3)
    stop.set()
    thread.join(30)
    assert child.process.wait(1) == -signal.SIGKILL


def test_a_child_that_dies_at_once_is_started_ever_more_slowly():
    """No busy loop when the port is taken."""
    child = Child("broken", [sys.executable, "-c", "raise SystemExit(3)"], dict(os.environ))
    pauses = []
    for now in (0.0, 100.0, 200.0):
        child.due = 0.0
        child.keep_alive(now)
        child.process.wait(10)
        child.keep_alive(now + 1)
        pauses.append(child.pause)
    assert pauses == sorted(pauses) and pauses[0] > 0 and child.pause <= run.LONGEST_PAUSE


def test_in_the_lab_the_server_listens_on_loopback_only(settings):
    """A Host header can be forged by anybody on the network."""
    port = free_ports(3)
    settings = replace(settings, port=port, desk_port=port + 2)
    with run.listen(settings) as listener, run.listen_for_staff(settings) as of_desk:
        assert listener.getsockname() == ("127.0.0.1", settings.port)
        assert of_desk.getsockname() == ("127.0.0.1", settings.desk_port)
        voice, worker, desk, simulator = children(settings, listener, of_desk)
    assert "python:ivr.web.gunicorn_config" in voice.command and voice.listener is listener
    assert "ivr.desk.app:create_desk()" in desk.command and desk.listener is of_desk
    assert (worker.command[-1], simulator.command[-1]) == ("ivr.wiring.worker", "ivr.simulator.server")


def test_with_an_account_it_listens_on_this_machine_only_until_bind_says_otherwise(tmp_path):
    """Plain http on every address of a new machine is nothing that anybody asked for."""
    account = {
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "t" * 32,
        "PUBLIC_BASE_URL": "https://ivr.example.com",
    }
    given = {**account, "DATA_DIR": str(tmp_path), "PORT": str(free_ports())}
    for more, address in (({}, "127.0.0.1"), ({"BIND": "0.0.0.0"}, "0.0.0.0"), ({"BIND": "::"}, "::")):
        settings = run.Settings.load({**given, **more}, tmp_path / "no.env")
        run.find_ports_free(settings)
        with run.listen(settings) as listener:
            assert listener.getsockname()[:2] == (address, settings.port)
            with pytest.raises(run.SettingsError, match=f"BIND is {address} and PORT is {settings.port}"):
                run.find_ports_free(settings)


def test_beside_a_real_account_nobody_plays_the_telephone_company(settings):
    """Then it is Twilio."""
    with socket.socket() as listener:
        assert [child.name for child in children(replace(settings, lab=False, desk_url=""), listener)] == [
            "voice",
            "worker",
        ]


@pytest.mark.parametrize("bind", ["127.0.0.1", "::1"])
@pytest.mark.skipif(not hasattr(socket, "TCP_DEFER_ACCEPT"), reason="the kernel has no such option")
def test_the_server_is_woken_by_a_request_and_not_by_a_silent_connection(settings, bind):
    """Nor do silent ones stand before a caller in the queue; a health check that only connects and leaves is let go."""
    with run.listen(replace(settings, bind=bind, port=0)) as listener, ExitStack() as stack:
        address = listener.getsockname()[:2]
        silent = [stack.enter_context(socket.create_connection(address, 5)) for _ in range(50)]
        assert not _is_called(listener, 0)
        calling = stack.enter_context(socket.create_connection(address, 5))
        calling.sendall(b"request")
        here, peer = listener.accept()
        with here:
            assert peer == calling.getsockname() and here.recv(100) == b"request"
            here.sendall(b"answer")
            assert calling.recv(100) == b"answer"
            calling.sendall(b"next")
            assert here.recv(100) == b"next"
        silent[0].close()
        assert _is_called(listener, 5)
        gone, peer = listener.accept()
        with gone:
            assert gone.recv(100) == b""


def test_a_connection_that_was_silent_for_long_is_handed_over_and_gets_the_deadline(settings, monkeypatch):
    """A proxy may open connections ahead: the kernel does not forget them."""
    monkeypatch.setattr(run, "SILENT_SECONDS", 1)
    with run.listen(replace(settings, port=0)) as listener, socket.create_connection(listener.getsockname(), 5) as one:
        assert _is_called(listener, 10)
        here, _ = listener.accept()
        with here:
            one.sendall(b"late")
            assert here.recv(100) == b"late"


def _is_called(listener: socket.socket, seconds: float) -> bool:
    """Whether a connection waits to be accepted, or does within so many seconds."""
    with DefaultSelector() as selector:
        selector.register(listener, EVENT_READ)
        return bool(selector.select(seconds))


ECHO = """
import os, socket, sys
here = socket.socket(fileno=int(sys.argv[1]))
while True:
    there = here.accept()[0]
    there.sendall(str(os.getpid()).encode())
    there.close()
"""


def test_while_the_web_server_is_started_again_callers_wait_and_are_not_refused(running):
    """The socket outlives it; whoever comes in the gap is answered by the next one."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        (child,), _, _ = running([sys.executable, "-c", ECHO, str(listener.fileno())], listener=listener)
        before = answered(listener)
        child.process.kill()
        child.process.wait(5)
        after = [answered(listener) for _ in range(3)]
    assert len(set(after)) == 1 and after[0] != before


def answered(listener):
    """What whoever comes now is told."""
    with socket.create_connection(listener.getsockname(), 10) as calling:
        calling.settimeout(10)
        return calling.recv(100)
